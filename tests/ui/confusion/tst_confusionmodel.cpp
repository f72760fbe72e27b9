// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/colourscale.h"
#include "ui/confusion/confusionmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace normscope;
using M = ConfusionModel;

namespace {

/// Three classes; nine images by hand: cat 3 right, 1 as dog; dog 2 right, 2 as cat; emu 1 as cat.
std::shared_ptr<const Evaluation> nineImages()
{
    auto evaluation = std::make_shared<Evaluation>();
    evaluation->classes = 3;
    const int rows[9][2] = {{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 0}, {1, 0}, {0, 0}, {2, 0}, {1, 1}};
    const float sure[9] = {0.9F, 0.8F, 0.6F, 0.7F, 0.55F, 0.95F, 0.9F, 0.5F, 0.99F};
    for (int i = 0; i < 9; ++i) {
        evaluation->index.push_back(std::uint32_t(100 + i));
        evaluation->label.push_back(std::uint16_t(rows[i][0]));
        evaluation->predicted.push_back(std::uint16_t(rows[i][1]));
        for (int klass = 0; klass < 3; ++klass)
            evaluation->probabilities.push_back(klass == rows[i][1] ? sure[i] : (1 - sure[i]) / 2);
        evaluation->correct += rows[i][0] == rows[i][1];
    }
    return evaluation;
}

const std::vector<std::string> names = {"cat", "dog", "emu\nbird"};

} // namespace

class TestConfusionModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void values_data();
    void values();
    void samplesAreTheCellsRows();
    void names();
    void newEvaluationKeepsTheTable();
    void emptyAndBack();
    void textStandsOutOnEveryColour_data();
    void textStandsOutOnEveryColour();
    void scaleGetsSteadilyDarker();
};

void TestConfusionModel::values_data()
{
    QTest::addColumn<int>("row");
    QTest::addColumn<int>("column");
    QTest::addColumn<qlonglong>("count");
    QTest::addColumn<QString>("fraction");
    QTest::addColumn<QString>("tip");
    const auto row = [](int r, int c, qlonglong n, const char* f, const char* tip) {
        QTest::addRow("%d,%d", r, c) << r << c << n << QString::fromLatin1(f) << QString::fromLatin1(tip);
    };
    row(0, 0, 3, "0.750", "true cat, predicted cat: 3 of 4 (0.750)");
    row(0, 1, 1, "0.250", "true cat, predicted dog: 1 of 4 (0.250)");
    row(0, 2, 0, "0.000", "true cat, predicted emu\\nbird: 0 of 4 (0.000)");
    row(1, 0, 2, "0.500", "true dog, predicted cat: 2 of 4 (0.500)");
    row(1, 1, 2, "0.500", "true dog, predicted dog: 2 of 4 (0.500)");
    row(2, 0, 1, "1.000", "true emu\\nbird, predicted cat: 1 of 1 (1.000)");
    row(2, 2, 0, "0.000", "true emu\\nbird, predicted emu\\nbird: 0 of 1 (0.000)");
}

void TestConfusionModel::values()
{
    QFETCH(int, row);
    QFETCH(int, column);
    QFETCH(qlonglong, count);
    QFETCH(QString, fraction);
    QFETCH(QString, tip);
    M model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setEvaluation(nineImages(), ::names);
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.columnCount(), 3);
    const QModelIndex index = model.index(row, column);
    QCOMPARE(index.data(M::CountRole).toLongLong(), count);
    QCOMPARE(index.data().toString(), fraction);
    QCOMPARE(index.data(Qt::ToolTipRole).toString(), tip);
    model.setShow(M::Show::Counts);
    QCOMPARE(index.data().toString(), QString::number(count));
}

void TestConfusionModel::samplesAreTheCellsRows()
{
    M model;
    model.setEvaluation(nineImages(), ::names);
    // Dogs taken for cats: rows 4 and 5, the more confident first.
    QCOMPARE(model.index(1, 0).data(M::SamplesRole).value<QList<int>>(), (QList<int>{5, 4}));
    QCOMPARE(model.index(2, 1).data(M::SamplesRole).value<QList<int>>(), QList<int>());
    qsizetype all = 0;
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 3; ++column)
            all += model.index(row, column).data(M::SamplesRole).value<QList<int>>().size();
    QCOMPARE(all, 9);
}

void TestConfusionModel::names()
{
    M model;
    model.setEvaluation(nineImages(), ::names);
    QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("dog"));
    QCOMPARE(model.headerData(2, Qt::Vertical).toString(), QStringLiteral("emu\\nbird"));
    model.setEvaluation(nineImages(), {});
    QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("1"));
}

void TestConfusionModel::newEvaluationKeepsTheTable()
{
    M model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setEvaluation(nineImages(), ::names);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    auto next = std::make_shared<Evaluation>(*nineImages());
    next->predicted[2] = 0;
    model.setEvaluation(next, ::names);
    QCOMPARE(resets.count(), 0);
    QCOMPARE(changes.count(), 1);
    QCOMPARE(model.index(0, 0).data(M::CountRole).toLongLong(), 4);
    model.setEvaluation(next, ::names); // the same one again
    QCOMPARE(changes.count(), 1);
}

void TestConfusionModel::emptyAndBack()
{
    M model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(model.isEmpty());
    model.setEvaluation(nineImages(), ::names);
    model.setEvaluation(nullptr, ::names);
    QVERIFY(model.isEmpty());
    QCOMPARE(model.rowCount(), 0);
}

void TestConfusionModel::textStandsOutOnEveryColour_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light and print") << false;
    QTest::newRow("dark") << true;
}

void TestConfusionModel::textStandsOutOnEveryColour()
{
    QFETCH(bool, dark);
    const ColourScale scale(dark);
    for (int i = 0; i <= 100; ++i) {
        const QColor ground = scale.at(i / 100.0);
        const double a = ColourScale::luminance(ground) + 0.05;
        const double b = ColourScale::luminance(ColourScale::textOn(ground)) + 0.05;
        QVERIFY2(std::max(a, b) / std::min(a, b) >= 4.5, qPrintable(QStringLiteral("%1: %2").arg(i).arg(ground.name())));
    }
}

void TestConfusionModel::scaleGetsSteadilyDarker()
{
    for (int i = 1; i <= 50; ++i) {
        QVERIFY(ColourScale::luminance(ColourScale(false).at(i / 50.0)) < ColourScale::luminance(ColourScale(false).at((i - 1) / 50.0)));
        QVERIFY(ColourScale::luminance(ColourScale(true).at(i / 50.0)) > ColourScale::luminance(ColourScale(true).at((i - 1) / 50.0)));
    }
}

QTEST_GUILESS_MAIN(TestConfusionModel)
#include "tst_confusionmodel.moc"
