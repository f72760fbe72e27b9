// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/evaluation/evaluation.h"

#include <QTest>

#include <limits>

using namespace normscope;

namespace {

/// Seven images of three classes; images 4, 9, 2 and 6 are missed, the class "2" has no image of its own.
Evaluation example()
{
    Evaluation evaluation;
    evaluation.classes = 3;
    evaluation.index = {0, 4, 9, 2, 7, 6, 8};
    evaluation.label = {0, 0, 0, 1, 1, 1, 1};
    evaluation.predicted = {0, 1, 2, 0, 1, 0, 1};
    evaluation.probabilities = {
        0.8F, 0.1F, 0.1F, // 0: right
        0.2F, 0.7F, 0.1F, // 4: 0 taken for 1, 0.7
        0.1F, 0.0F, 0.9F, // 9: 0 taken for 2, 0.9
        0.7F, 0.2F, 0.1F, // 2: 1 taken for 0, 0.7
        0.3F, 0.6F, 0.1F, // 7: right
        0.7F, 0.3F, 0.0F, // 6: 1 taken for 0, 0.7
        0.0F, 1.0F, 0.0F, // 8: right
    };
    evaluation.correct = 3;
    return evaluation;
}

using Rows = std::vector<std::size_t>;

} // namespace

class TestEvaluation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void countsEveryCell_data();
    void countsEveryCell();
    void sumsRowsAndColumns();
    void aClassWithoutImagesHasNoFraction();
    void anEmptyMatrixIsZeroEverywhere();
    void classesOutOfRangeAreNotCounted();
    void mistakesComeMostConfidentFirst();
    void cellsComeMostConfidentFirst();
    void notANumberComesLast();
    void accuracyIsInPercent();
};

void TestEvaluation::countsEveryCell_data()
{
    QTest::addColumn<int>("label");
    QTest::addColumn<int>("predicted");
    QTest::addColumn<int>("count");
    QTest::addColumn<double>("fraction");
    QTest::newRow("0 as 0") << 0 << 0 << 1 << 1.0 / 3;
    QTest::newRow("0 as 1") << 0 << 1 << 1 << 1.0 / 3;
    QTest::newRow("0 as 2") << 0 << 2 << 1 << 1.0 / 3;
    QTest::newRow("1 as 0") << 1 << 0 << 2 << 0.5;
    QTest::newRow("1 as 1") << 1 << 1 << 2 << 0.5;
    QTest::newRow("1 as 2") << 1 << 2 << 0 << 0.0;
    QTest::newRow("2 as 2") << 2 << 2 << 0 << 0.0;
    QTest::newRow("outside") << 3 << 0 << 0 << 0.0;
    QTest::newRow("below") << -1 << 0 << 0 << 0.0;
}

void TestEvaluation::countsEveryCell()
{
    QFETCH(int, label);
    QFETCH(int, predicted);
    QFETCH(int, count);
    QFETCH(double, fraction);
    const ConfusionMatrix matrix(example());
    QCOMPARE(matrix.count(label, predicted), std::size_t(count));
    QCOMPARE(matrix.rowFraction(label, predicted), fraction);
}

void TestEvaluation::sumsRowsAndColumns()
{
    const ConfusionMatrix matrix(example());
    QCOMPARE(matrix.classes(), 3);
    QCOMPARE(matrix.rowTotal(0), std::size_t(3));
    QCOMPARE(matrix.rowTotal(1), std::size_t(4));
    QCOMPARE(matrix.columnTotal(0), std::size_t(3));
    QCOMPARE(matrix.columnTotal(1), std::size_t(3));
    QCOMPARE(matrix.columnTotal(2), std::size_t(1));
    QCOMPARE(matrix.total(), std::size_t(7));
    QCOMPARE(matrix.incorrect(), std::size_t(4));
}

void TestEvaluation::aClassWithoutImagesHasNoFraction()
{
    const ConfusionMatrix matrix(example());
    QCOMPARE(matrix.rowTotal(2), std::size_t(0));
    QCOMPARE(matrix.rowFraction(2, 2), 0.0); // and not 0 / 0
}

void TestEvaluation::anEmptyMatrixIsZeroEverywhere()
{
    const ConfusionMatrix matrix;
    QCOMPARE(matrix.classes(), 0);
    QCOMPARE(matrix.total(), std::size_t(0));
    QCOMPARE(matrix.incorrect(), std::size_t(0));
    QCOMPARE(matrix.count(0, 0), std::size_t(0));
}

void TestEvaluation::classesOutOfRangeAreNotCounted()
{
    Evaluation evaluation = example();
    evaluation.label[0] = 7;
    const ConfusionMatrix matrix(evaluation);
    QCOMPARE(matrix.total(), std::size_t(6));
}

void TestEvaluation::mistakesComeMostConfidentFirst()
{
    // Rows: 2 (image 9, 0.9), then those with 0.7 by image number: 3 (image 2), 1 (image 4), 5 (image 6).
    QCOMPARE(misclassifiedRows(example()), (Rows{2, 3, 1, 5}));
}

void TestEvaluation::cellsComeMostConfidentFirst()
{
    QCOMPARE(cellRows(example(), 1, 0), (Rows{3, 5}));
    QCOMPARE(cellRows(example(), 1, 1), (Rows{6, 4}));
    QCOMPARE(cellRows(example(), 0, 2), (Rows{2}));
    QCOMPARE(cellRows(example(), 2, 0), Rows());
    QCOMPARE(cellRows(example(), -1, 9), Rows());
}

void TestEvaluation::notANumberComesLast()
{
    Evaluation evaluation = example();
    evaluation.probabilities[2 * 3 + 2] = std::numeric_limits<float>::quiet_NaN(); // image 9
    QCOMPARE(misclassifiedRows(evaluation), (Rows{3, 1, 5, 2}));
}

void TestEvaluation::accuracyIsInPercent()
{
    QCOMPARE(example().accuracy(), 300.0 / 7);
    QCOMPARE(Evaluation().accuracy(), 0.0);
}

QTEST_GUILESS_MAIN(TestEvaluation)
#include "tst_evaluation.moc"
