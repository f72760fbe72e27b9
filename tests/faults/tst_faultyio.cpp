// SPDX-License-Identifier: GPL-3.0-or-later
// Every open, write, fsync, rename, close, mkdir and truncation in the store fails in turn.
#include "tests/faults/tinyrun.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>

using namespace normscope;
using namespace normscope::testing;

class TestFaultyIo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyCallFailsOnce_data() { errors(); }
    void everyCallFailsOnce();
    void everythingFailsFromACallOn_data() { errors(); }
    void everythingFailsFromACallOn();
    void aSlowStoreIsWaitedFor();

private:
    void errors();
    QStringList environment(const QString& store, const char* kind, int at, int error) const;
    void checkAfter(const QString& folder, const CliEnd& end);
    int step(int usual) const { return qEnvironmentVariable("NORMSCOPE_FAULTS") == QLatin1String("all") ? 1 : usual; }

    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_tiny;
    RunRecord m_reference;
    int m_calls = 0; ///< of an undisturbed run
};

QStringList TestFaultyIo::environment(const QString& store, const char* kind, int at, int error) const
{
    return {QStringLiteral("LD_PRELOAD=") + qEnvironmentVariable("NORMSCOPE_FAULTY_IO"), QStringLiteral("NORMSCOPE_FAULT_BELOW=") + store,
            QStringLiteral("NORMSCOPE_FAULT_KIND=") + QString::fromLatin1(kind), QStringLiteral("NORMSCOPE_FAULT_AT=%1").arg(at),
            QStringLiteral("NORMSCOPE_FAULT_ERRNO=%1").arg(error),
            QStringLiteral("NORMSCOPE_FAULT_COUNT=") + m_folder.filePath(QStringLiteral("count")),
            QStringLiteral("XDG_STATE_HOME=") + m_folder.filePath(QStringLiteral("state"))};
}

void TestFaultyIo::initTestCase()
{
    if (!QFile::exists(qEnvironmentVariable("NORMSCOPE_FAULTY_IO")))
        QSKIP("the preloaded library was not built (sanitizers do not go with it)");
    m_tiny = std::make_unique<TinyRun>(m_folder.path(), 2);
    const QString store = m_folder.filePath(QStringLiteral("reference"));
    const CliEnd end = runCli(m_tiny->trainArguments(store), environment(store, "once", 0, 0));
    QVERIFY2(end.code == 0, qPrintable(end.err));
    m_reference = RunStore::open(store.toStdString())->list().front();
    QFile count(m_folder.filePath(QStringLiteral("count")));
    QVERIFY(count.open(QIODevice::ReadOnly));
    m_calls = count.readAll().trimmed().toInt();
    QVERIFY2(m_calls > 100, qPrintable(QString::number(m_calls)));
}

void TestFaultyIo::errors()
{
    QTest::addColumn<int>("error");
    QTest::newRow("ENOSPC") << ENOSPC;
    QTest::newRow("EIO") << EIO;
    QTest::newRow("EACCES") << EACCES;
}

/// Nothing that was told is lost: it is in the store or where the run was rescued to; and the run can be had whole.
void TestFaultyIo::checkAfter(const QString& folder, const CliEnd& end)
{
    QVERIFY2(!end.crashed, qPrintable(end.err));
    QVERIFY2(end.code == 0 || end.code == 1 || end.code == 2, qPrintable(end.err));
    if (end.code != 0)
        QVERIFY2(end.err.contains(QStringLiteral("normscope-cli: ")) && end.err.contains(QStringLiteral("Cannot ")), qPrintable(end.err));
    const auto store = RunStore::open(folder.toStdString());
    const auto runs = store->list();
    if (runs.empty()) {
        QVERIFY2(end.code != 0 && end.epochsTold() == 0, qPrintable(end.err));
        return;
    }
    QVERIFY(runs.size() == 1);
    const RunRecord& run = runs.front();
    const QString place = m_folder.filePath(QStringLiteral("state/normscope/rescued"));
    QDir rescued(place);
    if (end.err.contains(QStringLiteral("The run was kept in "))) {
        const auto elsewhere = RunStore::open(place.toStdString());
        const auto kept = elsewhere->list();
        QCOMPARE(kept.size(), std::size_t(1));
        QCOMPARE(brokenPromise(*elsewhere, kept.front(), end.epochsTold()), QString());
        QCOMPARE(brokenPromise(*store, run, 0), QString());
        QVERIFY(rescued.removeRecursively());
    } else {
        QCOMPARE(brokenPromise(*store, run, end.epochsTold()), QString());
    }
    if (run.state != RunState::Finished) {
        const CliEnd resumed = runCli(m_tiny->resumeArguments(folder, QString::fromStdString(run.id)));
        QVERIFY2(resumed.code == 0, qPrintable(end.err + resumed.err));
    }
    QCOMPARE(difference(*store->load(run.id), m_reference), QString());
}

void TestFaultyIo::everyCallFailsOnce()
{
    QFETCH(int, error);
    int codes[3] = {};
    int tried = 0;
    for (int at = 1; at <= m_calls; at += step(19), ++tried) {
        const QString folder = m_folder.filePath(QStringLiteral("store"));
        const CliEnd end = runCli(m_tiny->trainArguments(folder), environment(folder, "once", at, error));
        checkAfter(folder, end);
        if (QTest::currentTestFailed()) {
            qWarning("call %d: %s", at, qPrintable(end.err));
            return;
        }
        ++codes[end.code];
        QVERIFY(QDir(folder).removeRecursively());
    }
    qInfo("%d of %d calls failed once: exit code 0 %d times, 1 %d times, 2 %d times", tried, m_calls, codes[0], codes[1], codes[2]);
}

void TestFaultyIo::everythingFailsFromACallOn()
{
    QFETCH(int, error);
    if (error == ENOSPC)
        QSKIP("training waits for space: see tst_fulldisk");
    int tried = 0;
    for (int at = 1; at <= m_calls; at += step(29), ++tried) {
        const QString folder = m_folder.filePath(QStringLiteral("store"));
        const CliEnd end = runCli(m_tiny->trainArguments(folder), environment(folder, "from", at, error));
        checkAfter(folder, end);
        if (QTest::currentTestFailed()) {
            qWarning("from call %d: %s", at, qPrintable(end.err));
            return;
        }
        QDir(folder).removeRecursively();
    }
    qInfo("%d of %d calls and all after them failed", tried, m_calls);
}

void TestFaultyIo::aSlowStoreIsWaitedFor()
{
    const QString folder = m_folder.filePath(QStringLiteral("slow"));
    const CliEnd end = runCli(m_tiny->trainArguments(folder), environment(folder, "slow", 20, 0));
    QVERIFY2(end.code == 0, qPrintable(end.err));
    QCOMPARE(difference(RunStore::open(folder.toStdString())->list().front(), m_reference), QString());
}

QTEST_GUILESS_MAIN(TestFaultyIo)
#include "tst_faultyio.moc"
