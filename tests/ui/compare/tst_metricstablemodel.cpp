// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/metricstablemodel.h"

#include <QAbstractItemModelTester>
#include <QFont>
#include <QSignalSpy>
#include <QTest>

#include <limits>

using namespace normscope;
using M = MetricsTableModel;

namespace {

Run makeRun(const std::string& name, const EpochMetrics& last, std::int64_t parameters = 40'394)
{
    Run run;
    run.record.id = name;
    run.record.name = name;
    run.record.state = RunState::Finished;
    run.record.parameters = parameters;
    run.record.spec.epochs = 2;
    EpochMetrics first = last;
    first.epoch = 1;
    first.seconds = 10;
    run.record.epochs = {first, last};
    return run;
}

/// Figures worked by hand: the best of each column is spread over the rows.
std::vector<Run> threeRuns()
{
    return {makeRun("Batch", {2, 80, 75.844, 0.5, 0.71239, 0.01, 20}), makeRun("Group", {2, 82.5, 71.04, 0.45, 0.9, 0.01, 15.25}, 39'000),
            makeRun("Layer", {2, 70, 69.5, 0.8, 0.95, 0.01, 5})};
}

Run emptyRun(RunState state)
{
    Run run;
    run.record.id = "empty";
    run.record.name = "Empty";
    run.record.state = state;
    return run;
}

QString text(const QAbstractItemModel& model, int row, int column)
{
    return model.index(row, column).data().toString();
}

bool hasBest(const QAbstractItemModel& model)
{
    for (int row = 0; row < model.rowCount(); ++row)
        for (int column = 0; column < model.columnCount(); ++column)
            if (model.index(row, column).data(M::BestRole).toBool())
                return true;
    return false;
}

} // namespace

class TestMetricsTableModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void values_data();
    void values();
    void bestMarks();
    void equalColumnsHaveNoBest();
    void secondsAreComparedForEqualWorkAlone();
    void onlyCompleteRunsAreBest();
    void otherTestImagesHaveNoBest_data();
    void otherTestImagesHaveNoBest();
    void nonFiniteIsNeverBest();
    void runWithoutEpochs();
    void quickLookIsMarked();
    void targetsToolTip();
    void sorting();
    void updatesKeepTheRows();
};

void TestMetricsTableModel::values_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QVariant>("raw");
    QTest::newRow("name") << int(M::Name) << QStringLiteral("Batch") << QVariant(QStringLiteral("Batch"));
    QTest::newRow("train acc") << int(M::TrainAccuracy) << QStringLiteral("80.00") << QVariant(80.0);
    QTest::newRow("test acc") << int(M::TestAccuracy) << QStringLiteral("\u2605 75.84") << QVariant(75.844);
    QTest::newRow("gap") << int(M::Gap) << QStringLiteral("+4.16") << QVariant(80 - 75.844);
    QTest::newRow("train loss") << int(M::TrainLoss) << QStringLiteral("0.5000") << QVariant(0.5);
    QTest::newRow("test loss") << int(M::TestLoss) << QStringLiteral("\u2605 0.7124") << QVariant(0.71239);
    QTest::newRow("parameters") << int(M::Parameters) << QStringLiteral("40,394") << QVariant(40394.0);
    QTest::newRow("epochs") << int(M::Epochs) << QStringLiteral("2") << QVariant(2.0);
    QTest::newRow("seconds") << int(M::Seconds) << QStringLiteral("30.0") << QVariant(30.0);
    QTest::newRow("targets") << int(M::TargetsMetColumn) << QStringLiteral("\u2605 3 of 3") << QVariant(3.0);
}

void TestMetricsTableModel::values()
{
    QFETCH(int, column);
    QFETCH(QString, shown);
    QFETCH(QVariant, raw);
    M model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setRuns(threeRuns());
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(text(model, 0, column), shown);
    QCOMPARE(model.index(0, column).data(M::SortRole), raw);
}

void TestMetricsTableModel::bestMarks()
{
    M model;
    model.setRuns(threeRuns());
    // Row of the best in each column, -1 where there is none; two runs meet all three targets.
    const int expected[M::ColumnCount] = {-1, 1, 0, -1, 1, 0, 1, -1, 2, 0};
    for (int column = 0; column < M::ColumnCount; ++column)
        for (int row = 0; row < 3; ++row) {
            const bool best = row == expected[column] || (column == M::TargetsMetColumn && row == 1);
            const QModelIndex index = model.index(row, column);
            QVERIFY2(index.data(M::BestRole).toBool() == best, qPrintable(QStringLiteral("row %1 column %2").arg(row).arg(column)));
            QCOMPARE(text(model, row, column).startsWith(M::bestMark()), best);
            QCOMPARE(index.data(Qt::FontRole).value<QFont>().bold(), best);
        }
}

void TestMetricsTableModel::equalColumnsHaveNoBest()
{
    M model;
    model.setRuns({threeRuns()[0], threeRuns()[2]});
    for (int row = 0; row < 2; ++row)
        QVERIFY(!model.index(row, M::Parameters).data(M::BestRole).toBool());
    model.setRuns({threeRuns()[0]});
    for (int column = 0; column < M::ColumnCount; ++column)
        QVERIFY(!model.index(0, column).data(M::BestRole).toBool());
}

void TestMetricsTableModel::secondsAreComparedForEqualWorkAlone()
{
    auto runs = threeRuns();
    runs[2].record.epochs.pop_back();
    runs[2].record.spec.epochs = 1;
    M model;
    model.setRuns(runs);
    for (int row = 0; row < 3; ++row)
        QVERIFY(!model.index(row, M::Seconds).data(M::BestRole).toBool());
    QCOMPARE(model.bestNote(), QStringLiteral("\u2605 best of the checked runs"));
}

void TestMetricsTableModel::onlyCompleteRunsAreBest()
{
    auto runs = threeRuns();
    runs[0].record.epochs.pop_back();
    runs[0].record.state = RunState::Stopped; // has the best test accuracy and loss so far
    M model;
    model.setRuns(runs);
    QCOMPARE(text(model, 0, M::Epochs), QStringLiteral("1 of 2"));
    for (int column = 0; column < M::ColumnCount; ++column)
        QVERIFY2(!model.index(0, column).data(M::BestRole).toBool(), qPrintable(QString::number(column)));
    QVERIFY(model.index(1, M::TestAccuracy).data(M::BestRole).toBool());
    QCOMPARE(model.bestNote(), QStringLiteral("\u2605 best of the complete runs"));
    runs[1].record.state = RunState::Running;
    model.setRuns(runs);
    QVERIFY(!hasBest(model));
    QCOMPARE(model.bestNote(), QStringLiteral("No \u2605: fewer than two of these runs are complete"));
}

void TestMetricsTableModel::otherTestImagesHaveNoBest_data()
{
    QTest::addColumn<QString>("fingerprint");
    QTest::addColumn<bool>("quickLook");
    QTest::addColumn<int>("testImages");
    QTest::addColumn<bool>("best");
    QTest::newRow("the same") << QStringLiteral("a") << false << 100 << true;
    QTest::newRow("other data") << QStringLiteral("b") << false << 100 << false;
    QTest::newRow("quick look") << QStringLiteral("a") << true << 100 << false;
    QTest::newRow("fewer images") << QStringLiteral("a") << false << 50 << false;
}

void TestMetricsTableModel::otherTestImagesHaveNoBest()
{
    QFETCH(QString, fingerprint);
    QFETCH(bool, quickLook);
    QFETCH(int, testImages);
    QFETCH(bool, best);
    auto runs = threeRuns();
    for (Run& run : runs) {
        run.record.dataFingerprint = std::string("a");
        run.record.testImages = 100;
    }
    runs[2].record.dataFingerprint = fingerprint.toStdString();
    runs[2].record.spec.quickLook = quickLook;
    runs[2].record.testImages = std::size_t(testImages);
    M model;
    model.setRuns(runs);
    QCOMPARE(hasBest(model), best);
    QCOMPARE(model.bestNote(), best ? QStringLiteral("\u2605 best of the checked runs")
                                    : QStringLiteral("No \u2605: these runs were not tested on the same images"));
}

void TestMetricsTableModel::nonFiniteIsNeverBest()
{
    auto runs = threeRuns();
    runs[0].record.epochs.back().testLoss = std::numeric_limits<double>::quiet_NaN();
    runs[1].record.epochs.back().trainLoss = -std::numeric_limits<double>::infinity();
    M model;
    model.setRuns(runs);
    QCOMPARE(text(model, 0, M::TestLoss), QStringLiteral("NaN"));
    QVERIFY(!model.index(0, M::TestLoss).data(M::SortRole).isValid());
    QVERIFY(model.index(1, M::TestLoss).data(M::BestRole).toBool());
    QCOMPARE(text(model, 1, M::TrainLoss), QStringLiteral("-inf"));
    QVERIFY(model.index(0, M::TrainLoss).data(M::BestRole).toBool());
}

void TestMetricsTableModel::runWithoutEpochs()
{
    M model;
    model.setRuns({emptyRun(RunState::Queued), threeRuns()[0]});
    for (const int column : {M::TrainAccuracy, M::TestAccuracy, M::Gap, M::TrainLoss, M::TestLoss, M::Parameters, M::Seconds,
                             M::TargetsMetColumn}) {
        QCOMPARE(text(model, 0, column), QStringLiteral("\u2013"));
        QVERIFY(!model.index(0, column).data(M::SortRole).isValid());
    }
    QCOMPARE(text(model, 0, M::Epochs), QStringLiteral("queued"));
}

void TestMetricsTableModel::quickLookIsMarked()
{
    auto runs = threeRuns();
    runs[2].record.spec.quickLook = true;
    M model;
    model.setRuns(runs);
    QVERIFY(model.hasQuickLook());
    QCOMPARE(text(model, 2, M::Name), QStringLiteral("Layer (quick look)"));
    QCOMPARE(text(model, 2, M::TestAccuracy), QStringLiteral("\u2020 69.50"));
    QCOMPARE(text(model, 2, M::Seconds), QStringLiteral("\u2020 15.0"));
    QVERIFY(!text(model, 0, M::TestAccuracy).contains(M::quickMark()));
}

void TestMetricsTableModel::targetsToolTip()
{
    M model;
    model.setRuns(threeRuns());
    QCOMPARE(text(model, 2, M::TargetsMetColumn), QStringLiteral("2 of 3"));
    const QStringList lines = model.index(2, M::TargetsMetColumn).data(Qt::ToolTipRole).toString().split(QLatin1Char('\n'));
    QCOMPARE(lines.size(), 3);
    QCOMPARE(lines[0], QStringLiteral("\u2717 test accuracy 69.50 %, target above 70 %"));
    QCOMPARE(lines[1], QStringLiteral("\u2713 40,394 parameters, target fewer than 50,000"));
    QCOMPARE(lines[2], QStringLiteral("\u2713 2 epochs done, target at most 20"));
}

void TestMetricsTableModel::sorting()
{
    M model;
    auto runs = threeRuns();
    runs.insert(runs.begin(), emptyRun(RunState::Failed));
    model.setRuns(runs);
    MetricsSortProxy proxy;
    proxy.setSourceModel(&model);
    QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto names = [&] {
        QStringList list;
        for (int row = 0; row < proxy.rowCount(); ++row)
            list.append(text(proxy, row, M::Name));
        return list.join(QLatin1Char(' '));
    };
    proxy.sort(M::TestAccuracy, Qt::DescendingOrder);
    QCOMPARE(names(), QStringLiteral("Batch Group Layer Empty"));
    proxy.sort(M::TestAccuracy, Qt::AscendingOrder);
    QCOMPARE(names(), QStringLiteral("Layer Group Batch Empty"));
    proxy.sort(M::Seconds, Qt::AscendingOrder); // 15, 25.25 and 30: as numbers, not as texts
    QCOMPARE(names(), QStringLiteral("Layer Group Batch Empty"));
    proxy.sort(-1);
    QCOMPARE(names(), QStringLiteral("Empty Batch Group Layer"));
}

void TestMetricsTableModel::updatesKeepTheRows()
{
    M model;
    model.setRuns(threeRuns());
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    auto runs = threeRuns();
    runs[1].record.epochs.back().testAccuracy = 90;
    model.setRuns(runs);
    QCOMPARE(resets.count(), 0);
    QCOMPARE(changes.count(), 1);
    QCOMPARE(text(model, 1, M::TestAccuracy), QStringLiteral("\u2605 90.00"));
    QCOMPARE(text(model, 0, M::TestAccuracy), QStringLiteral("75.84"));
    runs.pop_back();
    model.setRuns(runs);
    QCOMPARE(resets.count(), 1);
}

QTEST_MAIN(TestMetricsTableModel)
#include "tst_metricstablemodel.moc"
