// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "ui/errors/thumbnaildelegate.h"
#include "ui/errors/thumbnailmodel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QFontMetricsF>
#include <QSignalSpy>
#include <QTest>

using namespace normscope;
using M = ThumbnailModel;

namespace {

/// Six images of a data set whose test split has 20: the answers by hand.
std::shared_ptr<const Evaluation> sixImages()
{
    auto evaluation = std::make_shared<Evaluation>();
    evaluation->classes = 3;
    struct Row {
        unsigned index;
        int label, predicted;
        float sure;
    };
    for (const Row& row : {Row{2, 0, 0, 0.9F}, Row{5, 0, 1, 0.6F}, Row{7, 1, 0, 0.8F}, Row{8, 0, 1, 0.95F}, Row{11, 2, 1, 0.7F},
                           Row{15, 1, 1, 0.5F}}) {
        evaluation->index.push_back(row.index);
        evaluation->label.push_back(std::uint16_t(row.label));
        evaluation->predicted.push_back(std::uint16_t(row.predicted));
        for (int klass = 0; klass < 3; ++klass)
            evaluation->probabilities.push_back(klass == row.predicted ? row.sure : (1 - row.sure) / 2);
        evaluation->correct += row.label == row.predicted;
    }
    return evaluation;
}

const std::vector<std::string> names = {"cat", "dog", "emu"};

QList<uint> listed(const M& model)
{
    QList<uint> indices;
    for (int row = 0; row < model.rowCount(); ++row)
        indices.append(model.index(row).data(M::TestIndexRole).toUInt());
    return indices;
}

} // namespace

class TestThumbnailModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void filtersAndOrders_data();
    void filtersAndOrders();
    void captionsAndRoles();
    void lookUpByTestIndex();
    void pixelsAreTheDatasets();
    void withoutADatasetNoPicture();
    void imagesBeyondTheDatasetAreNull();
    void csv();
    void captionsFit_data();
    void captionsFit();
};

void TestThumbnailModel::filtersAndOrders_data()
{
    QTest::addColumn<int>("trueClass");
    QTest::addColumn<int>("predictedClass");
    QTest::addColumn<int>("order");
    QTest::addColumn<QList<uint>>("expected");
    const auto row = [](const char* name, int t, int p, ErrorOrder order, const QList<uint>& expected) {
        QTest::newRow(name) << t << p << int(order) << expected;
    };
    row("all, most confident", -1, -1, ErrorOrder::MostConfident, {8, 7, 11, 5});
    row("all, by index", -1, -1, ErrorOrder::ByIndex, {5, 7, 8, 11});
    row("all, by class", -1, -1, ErrorOrder::ByClass, {8, 5, 7, 11});
    row("true cat", 0, -1, ErrorOrder::MostConfident, {8, 5});
    row("predicted dog", -1, 1, ErrorOrder::MostConfident, {8, 11, 5});
    row("cell", 0, 1, ErrorOrder::ByIndex, {5, 8});
    row("diagonal cell", 1, 1, ErrorOrder::MostConfident, {15});
    row("empty cell", 2, 0, ErrorOrder::MostConfident, {});
}

void TestThumbnailModel::filtersAndOrders()
{
    QFETCH(int, trueClass);
    QFETCH(int, predictedClass);
    QFETCH(int, order);
    QFETCH(QList<uint>, expected);
    M model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setEvaluation(sixImages(), names);
    model.setOrder(static_cast<ErrorOrder>(order));
    model.setFilter({trueClass, predictedClass});
    QCOMPARE(listed(model), expected);
}

void TestThumbnailModel::captionsAndRoles()
{
    M model;
    model.setEvaluation(sixImages(), names);
    const QModelIndex first = model.index(0);
    QCOMPARE(first.data().toString(), QStringLiteral("cat | dog 0.95"));
    QCOMPARE(first.data(M::TargetRole).toString(), QStringLiteral("cat"));
    QCOMPARE(first.data(M::PredictedRole).toString(), QStringLiteral("dog"));
    QVERIFY(qAbs(first.data(M::ProbabilityRole).toDouble() - 0.95) < 1e-6);
    QVERIFY(qAbs(first.data(M::TargetProbabilityRole).toDouble() - 0.025) < 1e-6);
    QVERIFY(first.data(Qt::ToolTipRole).toString().startsWith(QStringLiteral("test image 8\ntarget: cat (0.025)")));
}

void TestThumbnailModel::lookUpByTestIndex()
{
    M model;
    model.setEvaluation(sixImages(), names);
    QCOMPARE(model.rowOf(7), 1);
    QCOMPARE(model.rowOf(2), -1);                       // right, so not listed
    QCOMPARE(model.evaluationRowOf(2), std::size_t(0)); // but known
    QVERIFY(!model.evaluationRowOf(3));
    model.setFilter({0, 1});
    QCOMPARE(model.rowOf(7), -1);
    QCOMPARE(model.rowOf(5), 1);
}

void TestThumbnailModel::pixelsAreTheDatasets()
{
    const auto dataset = testing::syntheticDataset(3, 14);
    M model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setEvaluation(sixImages(), names);
    model.setDataset(dataset);
    model.setThumbnailSize(64, 1);
    const QImage image = model.index(0).data(Qt::DecorationRole).value<QPixmap>().toImage();
    QCOMPARE(image.size(), QSize(64, 64));
    for (const QPoint point : {QPoint(0, 0), QPoint(31, 0), QPoint(5, 17), QPoint(31, 31)}) {
        const std::uint8_t* pixel = dataset->test.image(8) + (point.y() * imageSide + point.x()) * imageChannels;
        // Each of the data set's pixels becomes four equal ones.
        for (const QPoint part : {QPoint(0, 0), QPoint(1, 0), QPoint(0, 1), QPoint(1, 1)})
            QCOMPARE(image.pixelColor(point * 2 + part), QColor(pixel[0], pixel[1], pixel[2]));
    }
    model.setThumbnailSize(32, 2); // a screen of double density
    const QPixmap sharp = model.index(0).data(Qt::DecorationRole).value<QPixmap>();
    QCOMPARE(sharp.size(), QSize(64, 64));
    QCOMPARE(sharp.devicePixelRatio(), 2.0);
}

void TestThumbnailModel::withoutADatasetNoPicture()
{
    M model;
    model.setEvaluation(sixImages(), names);
    QVERIFY(model.index(0).data(Qt::DecorationRole).value<QPixmap>().isNull());
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.setDataset(testing::syntheticDataset(3, 14));
    QCOMPARE(changes.count(), 1);
    QVERIFY(!model.index(0).data(Qt::DecorationRole).value<QPixmap>().isNull());
}

void TestThumbnailModel::imagesBeyondTheDatasetAreNull()
{
    const auto small = testing::syntheticDataset(3, 4); // six test images
    QVERIFY(!M::imageOf(small.get(), 5).isNull());
    QVERIFY(M::imageOf(small.get(), 6).isNull());
    QVERIFY(M::imageOf(nullptr, 0).isNull());
}

void TestThumbnailModel::csv()
{
    M model;
    model.setEvaluation(sixImages(), {"cat, tabby", "=dog", "emu"});
    model.setFilter({0, 1});
    QCOMPARE(model.csv(), QStringLiteral("Index,Target,Predicted,Probability,Target Probability\n"
                                         "8,\"cat, tabby\",'=dog,0.950000,0.025000\n"
                                         "5,\"cat, tabby\",'=dog,0.600000,0.200000\n"));
}

void TestThumbnailModel::captionsFit_data()
{
    QTest::addColumn<QStringList>("classNames");
    QTest::addColumn<int>("side");
    for (const int side : {32, 64, 96, 128}) {
        QTest::addRow("short, %d", side) << QStringList{QStringLiteral("cat"), QStringLiteral("dog")} << side;
        QTest::addRow("CIFAR, %d", side) << QStringList{QStringLiteral("automobile"), QStringLiteral("airplane")} << side;
        QTest::addRow("long, %d", side)
            << QStringList{QStringLiteral("a rather long class name"), QStringLiteral("another even longer class name")} << side;
    }
}

void TestThumbnailModel::captionsFit()
{
    QFETCH(QStringList, classNames);
    QFETCH(int, side);
    const QFont font = QApplication::font();
    const int width = ThumbnailDelegate::captionWidth(classNames, side, font);
    QVERIFY(width >= side);
    const bool pairFits = ThumbnailDelegate::pairsFit(classNames, font, width);
    const auto lines = ThumbnailDelegate::caption(classNames[0], classNames[1], 0.87, font, width, pairFits);
    const QFontMetricsF metrics(ThumbnailDelegate::captionFont(font));
    QVERIFY(metrics.horizontalAdvance(lines.first) <= width + 1);
    QVERIFY(metrics.horizontalAdvance(lines.second) <= width + 1);
    QVERIFY((lines.first + lines.second).contains(QLatin1Char('|')));
    QVERIFY(lines.second.endsWith(QStringLiteral("0.87")));
    ThumbnailDelegate delegate;
    delegate.setLayout(classNames, side, font);
    QVERIFY(delegate.itemSize().height() >= side + 2 * metrics.height());
}

QTEST_MAIN(TestThumbnailModel)
#include "tst_thumbnailmodel.moc"
