// SPDX-License-Identifier: GPL-3.0-or-later
// kill -9 at any moment: every finished epoch survives, every run opens, and a resumed run equals the uninterrupted one.
#include "tests/faults/tinyrun.h"

#include "model/base/random.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace normscope::testing;

class TestKilled : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void atRandomMoments();
    void beforeEveryCallThatWrites();
    void whileItGoesOnFromADamagedCheckpoint();

private:
    QStringList killBefore(const QString& folder, int call) const;
    /// Kills the run again and again, as `next` says, until a session comes to its end, and compares.
    struct Session {
        QStringList environment;
        int killAfterMs = -1;
    };
    void trainUnder(const QString& store, const std::function<Session()>& next);

    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_tiny;
    RunRecord m_reference;
    int m_milliseconds = 0; ///< of the uninterrupted run
    int m_kills = 0, m_sessions = 0;
};

void TestKilled::initTestCase()
{
    QVERIFY(!qEnvironmentVariable("NORMSCOPE_CLI").isEmpty());
    m_tiny = std::make_unique<TinyRun>(m_folder.path());
    const QString store = m_folder.filePath(QStringLiteral("reference"));
    QElapsedTimer watch;
    watch.start();
    const CliEnd end = runCli(m_tiny->trainArguments(store));
    m_milliseconds = int(watch.elapsed());
    QVERIFY2(end.code == 0, qPrintable(end.err));
    QCOMPARE(end.epochsTold(), m_tiny->epochs());
    m_reference = RunStore::open(store.toStdString())->list().front();
    QCOMPARE(brokenPromise(*RunStore::open(store.toStdString()), m_reference, m_tiny->epochs()), QString());
}

void TestKilled::trainUnder(const QString& folder, const std::function<Session()>& next)
{
    const auto store = RunStore::open(folder.toStdString());
    int told = 0;
    for (int session = 0; session < 400; ++session) {
        const auto before = store->list();
        const Session way = next();
        const CliEnd end = runCli(before.empty() ? m_tiny->trainArguments(folder)
                                                 : m_tiny->resumeArguments(folder, QString::fromStdString(before.front().id)),
                                  way.environment, way.killAfterMs);
        ++m_sessions;
        m_kills += end.crashed ? 1 : 0;
        told = std::max(told, end.epochsTold());
        const auto runs = store->list();
        QVERIFY(runs.size() <= 1);
        if (!runs.empty())
            QCOMPARE(brokenPromise(*store, runs.front(), told), QString());
        else
            QVERIFY2(end.crashed, qPrintable(end.err)); // killed before there was a run
        if (!runs.empty() && runs.front().state == RunState::Finished)
            break;
        QVERIFY2(end.crashed, qPrintable(end.err));
    }
    QCOMPARE(difference(store->list().front(), m_reference), QString());
}

/// NORMSCOPE_KILLS: at least so many kills.
void TestKilled::atRandomMoments()
{
    const int kills = std::max(qEnvironmentVariableIntValue("NORMSCOPE_KILLS"), 10);
    RandomStream random(streamKey(20261123, "kills"));
    int runs = 0;
    while (m_kills < kills) {
        const QString folder = m_folder.filePath(QStringLiteral("random-%1").arg(runs++));
        trainUnder(folder, [&] { return Session{{}, int(random.below(unsigned(m_milliseconds)))}; });
        if (QTest::currentTestFailed())
            return;
        QDir(folder).removeRecursively();
    }
    qInfo("%d kills at random moments of %d ms in %d sessions of %d runs; all resumed to the same bits", m_kills, m_milliseconds, m_sessions, runs);
}

QStringList TestKilled::killBefore(const QString& folder, int call) const
{
    return {QStringLiteral("LD_PRELOAD=") + qEnvironmentVariable("NORMSCOPE_FAULTY_IO"), QStringLiteral("NORMSCOPE_FAULT_BELOW=") + folder,
            QStringLiteral("NORMSCOPE_FAULT_KIND=kill"), QStringLiteral("NORMSCOPE_FAULT_AT=%1").arg(call)};
}

/// Before the 1st call that touches the store, the 2nd, ...; NORMSCOPE_FAULTS=all: every one, else every 17th.
void TestKilled::beforeEveryCallThatWrites()
{
    const QString library = qEnvironmentVariable("NORMSCOPE_FAULTY_IO");
    if (library.isEmpty() || !QFile::exists(library))
        QSKIP("the preloaded library was not built (sanitizers do not go with it)");
    const int step = qEnvironmentVariable("NORMSCOPE_FAULTS") == QLatin1String("all") ? 1 : 17;
    int at = 1;
    for (bool killed = true; killed; at += step) {
        const QString folder = m_folder.filePath(QStringLiteral("call-%1").arg(at));
        const int killsBefore = m_kills;
        bool first = true;
        trainUnder(folder, [&] { return Session{std::exchange(first, false) ? killBefore(folder, at) : QStringList(), -1}; });
        if (QTest::currentTestFailed())
            return;
        killed = m_kills > killsBefore;
        QDir(folder).removeRecursively();
    }
    QVERIFY2(at > 50, "the run makes more calls than that");
    qInfo("killed before calls 1 to %d, every %d.; all resumed to the same bits", at, step);
}

/// The worst place: the newest checkpoint is damaged, so the one before is all there is until the next one is safe.
void TestKilled::whileItGoesOnFromADamagedCheckpoint()
{
    if (!QFile::exists(qEnvironmentVariable("NORMSCOPE_FAULTY_IO")))
        QSKIP("the preloaded library was not built (sanitizers do not go with it)");
    const int step = qEnvironmentVariable("NORMSCOPE_FAULTS") == QLatin1String("all") ? 1 : 23;
    int inThirdEpoch = 130; // the call before which a run is killed that has two epochs
    const auto interrupted = [&](const QString& folder) {
        for (; inThirdEpoch < 400; inThirdEpoch += 7) {
            runCli(m_tiny->trainArguments(folder), killBefore(folder, inThirdEpoch));
            const auto runs = RunStore::open(folder.toStdString())->list();
            if (runs.size() == 1 && runs.front().epochs.size() == 2)
                return runs.front();
            QDir(folder).removeRecursively();
        }
        return RunRecord();
    };
    bool killed = true;
    int at = 1;
    for (; killed; at += step) {
        const QString folder = m_folder.filePath(QStringLiteral("damaged"));
        const RunRecord run = interrupted(folder);
        QCOMPARE(int(run.epochs.size()), 2);
        const auto store = RunStore::open(folder.toStdString());
        QFile newest(QString::fromStdString(run.folder + "/checkpoint"));
        QVERIFY(newest.resize(newest.size() / 2));
        const QStringList arguments = m_tiny->resumeArguments(folder, QString::fromStdString(run.id));
        killed = runCli(arguments, killBefore(folder, at)).crashed;
        const CliEnd end = runCli(arguments);
        const RunRecord ended = *store->load(run.id);
        QVERIFY2(end.code == 0 || ended.state == RunState::Finished, qPrintable(QStringLiteral("call %1: ").arg(at) + end.err));
        QCOMPARE(difference(ended, m_reference), QString());
        QDir(folder).removeRecursively();
    }
    QVERIFY(at > 50);
    qInfo("killed before calls 1 to %d of a session that began from the checkpoint before a damaged one", at);
}

QTEST_GUILESS_MAIN(TestKilled)
#include "tst_killed.moc"
