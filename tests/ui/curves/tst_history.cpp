// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "ui/curves/history.h"
#include "ui/runs/runlibrary.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <clocale>
#include <limits>

using namespace normscope;

class TestHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void followsTheCheckedRuns();
    void gathersNewsOfTheTraining();
    void ignoresRunsThatAreNotShown();
    void writesTheSeedsColumns();
    void writesSeveralRuns();
    void writesTheSameUnderACommaLocale();
};

namespace {

struct Fixture {
    QTemporaryDir folder;
    RunStore store = std::move(RunStore::open(folder.path().toStdString()).value());
    RunLibrary library{store};
};

EpochMetrics metrics(int epoch)
{
    return {epoch, 40.5 + epoch, 50.25 + epoch, 1.5 / epoch, 1.25 / epoch, 0.01, 12.5};
}

RunHistory history(const QString& name, std::vector<EpochMetrics> epochs)
{
    RunHistory run;
    run.id = QStringLiteral("id-of-") + name;
    run.name = name;
    run.epochs = std::move(epochs);
    return run;
}

} // namespace

void TestHistory::followsTheCheckedRuns()
{
    Fixture f;
    History history(f.library);
    QVERIFY(history.runs().empty());
    QSignalSpy changed(&history, &History::changed);
    const QString a = f.library.create({}, QStringLiteral("first"));
    const QString b = f.library.create({}, QStringLiteral("second"));
    QCOMPARE(history.runs().size(), std::size_t(2)); // at once: the user did this
    QVERIFY(!changed.isEmpty());
    QCOMPARE(history.runs()[0].name, QStringLiteral("first"));
    QCOMPARE(history.runs()[0].plannedEpochs, 20);
    f.library.setChecked(a, false);
    QCOMPARE(history.runs().size(), std::size_t(1));
    QCOMPARE(history.runs()[0].id, b);
    changed.clear();
    f.library.rename(b, QStringLiteral("renamed"));
    QVERIFY(changed.wait(2000));
    QCOMPARE(history.runs()[0].name, QStringLiteral("renamed"));
    f.library.remove(b);
    QVERIFY(history.runs().empty());
    QVERIFY(history.batchLosses(b).empty());
}

void TestHistory::gathersNewsOfTheTraining()
{
    Fixture f;
    const QString id = f.library.create({});
    History history(f.library);
    QSignalSpy changed(&history, &History::changed);
    QSignalSpy batches(&history, &History::batchesChanged);
    for (int i = 1; i <= 5; ++i) {
        f.library.appendEpoch(id, metrics(i));
        f.library.appendBatchLosses(id, {2.0F, 1.0F});
    }
    QCOMPARE(changed.count(), 0); // not one refresh per signal
    QVERIFY(changed.wait(2000));
    QTRY_COMPARE(batches.count(), 1);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(history.runs()[0].epochs.size(), std::size_t(5));
    QVERIFY(history.runs()[0].epochs[4] == metrics(5));
    QCOMPARE(history.batchLosses(id).size(), std::size_t(10));
}

void TestHistory::ignoresRunsThatAreNotShown()
{
    Fixture f;
    const QString id = f.library.create({});
    f.library.setChecked(id, false);
    History history(f.library);
    QSignalSpy changed(&history, &History::changed);
    QSignalSpy batches(&history, &History::batchesChanged);
    f.library.appendEpoch(id, metrics(1));
    f.library.appendBatchLosses(id, {2.0F});
    QTest::qWait(3 * History::refreshInterval);
    QCOMPARE(changed.count(), 0);
    QCOMPARE(batches.count(), 0);
}

void TestHistory::writesTheSeedsColumns()
{
    QCOMPARE(metricsCsv({history(QStringLiteral("BN"), {metrics(1), metrics(2)})}),
             std::string("Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n"
                         "1,41.5,51.25,1.5,1.25,0.01,12.5\n"
                         "2,42.5,52.25,0.75,0.625,0.01,12.5\n"));
    auto diverged = metrics(1);
    diverged.testLoss = std::numeric_limits<double>::quiet_NaN();
    diverged.trainLoss = std::numeric_limits<double>::infinity();
    QVERIFY(metricsCsv({history(QStringLiteral("BN"), {diverged})}).find("1,41.5,51.25,inf,nan,0.01") != std::string::npos);
}

void TestHistory::writesSeveralRuns()
{
    QCOMPARE(metricsCsv({history(QStringLiteral("a, \"b\""), {metrics(1)}), history(QStringLiteral("=cmd"), {metrics(1)})}),
             std::string("Run,Run Id,Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n"
                         "\"a, \"\"b\"\"\",\"id-of-a, \"\"b\"\"\",1,41.5,51.25,1.5,1.25,0.01,12.5\n"
                         "'=cmd,id-of-=cmd,1,41.5,51.25,1.5,1.25,0.01,12.5\n"));
}

void TestHistory::writesTheSameUnderACommaLocale()
{
    const std::vector<RunHistory> runs = {history(QStringLiteral("BN"), {metrics(1)})};
    const std::string before = metricsCsv(runs);
    const std::string old = std::setlocale(LC_ALL, nullptr);
    if (!std::setlocale(LC_ALL, "de_DE.UTF-8"))
        QSKIP("no comma locale on this machine");
    const std::string after = metricsCsv(runs);
    std::setlocale(LC_ALL, old.c_str());
    QCOMPARE(after, before);
}

QTEST_GUILESS_MAIN(TestHistory)
#include "tst_history.moc"
