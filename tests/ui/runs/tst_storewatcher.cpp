// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runlock.h"
#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/storewatcher.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <new>

using namespace normscope;
using namespace Qt::StringLiterals;

namespace {

constexpr int promisedMs = 2'000;

} // namespace

/// Another window or command line is played by a second RunStore on the same folder.
class StoreWatcherTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_old = QString::fromStdString(store().create(RunSpec(), "old")->id);
        open();
    }
    void cleanup()
    {
        m_watcher.reset();
        m_library.reset();
    }

    void newRunsAppear()
    {
        QSignalSpy added(m_library.get(), &RunLibrary::runAdded);
        const auto made = store().create(RunSpec(), "new");
        const auto lock = RunLock::acquire(made->folder);
        const QString id = QString::fromStdString(made->id);
        QTRY_VERIFY_WITH_TIMEOUT(m_library->run(id), promisedMs);
        QVERIFY(m_library->run(id)->heldElsewhere); // known from the first
        QCOMPARE(added.size(), 1);
        QVERIFY(!m_library->run(id)->checked);
    }

    void whatALookThrowsIsToldAndTheNextOneMissesNothing()
    {
        m_watcher.reset();
        std::atomic<bool> isFailing{true};
        m_watcher = std::make_unique<StoreWatcher>(*m_library, nullptr, [&isFailing](const StoreLook& look) {
            if (isFailing)
                throw std::bad_alloc();
            return lookAtStore(look);
        });
        rename(m_old, "renamed");
        QSignalSpy told(m_watcher.get(), &StoreWatcher::problemChanged);
        looks(2);
        QCOMPARE(told.size(), 1);
        QVERIFY2(m_watcher->problem().contains(u"memory"_s), qPrintable(m_watcher->problem()));
        QVERIFY(m_library->run(m_old)); // the stamps were kept: nothing seems to be gone or new
        QSignalSpy added(m_library.get(), &RunLibrary::runAdded);
        isFailing = false;
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->name(), u"renamed"_s, promisedMs);
        QCOMPARE(m_watcher->problem(), QString());
        QCOMPARE(added.size(), 0);
        m_watcher.reset();
    }

    void whatChangedBeforeTheFirstLookIsSeen()
    {
        cleanup();
        m_library = std::make_unique<RunLibrary>(store());
        rename(m_old, "meanwhile");
        const auto made = store().create(RunSpec(), "made meanwhile");
        m_watcher = std::make_unique<StoreWatcher>(*m_library);
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->name(), u"meanwhile"_s, promisedMs);
        QVERIFY(m_library->run(QString::fromStdString(made->id)));
    }

    void changesOfOthersShow()
    {
        QSignalSpy changed(m_library.get(), &RunLibrary::runChanged);
        rename(m_old, "renamed");
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->name(), u"renamed"_s, promisedMs);
        QCOMPARE(changed.size(), 1);
        looks(2);
        QCOMPARE(changed.size(), 1); // and nothing is told twice
    }

    void deletedRunsGo()
    {
        QSignalSpy removed(m_library.get(), &RunLibrary::runRemoved);
        m_library->setChecked(m_old, true);
        QVERIFY(store().remove(m_old.toStdString()).ok());
        QTRY_VERIFY_WITH_TIMEOUT(!m_library->run(m_old), promisedMs);
        QCOMPARE(removed.size(), 1);
        QVERIFY(m_library->checkedRuns().empty());
    }

    void epochsAndTheEndOfARunTrainedElsewhereShow()
    {
        QVERIFY(m_library->batchLosses(m_old).empty());
        auto lock = std::make_unique<RunLock>(std::move(*RunLock::acquire(path(m_old).toStdString())));
        QTRY_VERIFY_WITH_TIMEOUT(m_library->run(m_old)->heldElsewhere, promisedMs);
        RunRecord record = *store().load(m_old.toStdString());
        record.state = RunState::Running;
        QVERIFY(store().save(record).ok());
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->record.state, RunState::Running, promisedMs);
        QVERIFY(!m_library->run(m_old)->heldElsewhere); // that is for a queue
        const EpochMetrics first{1, 50, 40, 1.0, 1.1, 0.01, 0.1};
        QVERIFY(store().appendBatchLosses(record, 1, {2.0F, 1.5F}).ok());
        QVERIFY(store().appendEpoch(record, first).ok());
        QTRY_COMPARE_WITH_TIMEOUT(int(m_library->run(m_old)->record.epochs.size()), 1, promisedMs);
        QCOMPARE(m_library->run(m_old)->record.epochs.front(), first);
        QCOMPARE(int(m_library->batchLosses(m_old).size()), 2);
        QVERIFY(!m_library->isTrainedHere(m_old));
        record.state = RunState::Finished;
        QVERIFY(store().save(record).ok());
        lock.reset();
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->record.state, RunState::Finished, promisedMs);
    }

    void ownersDeathShowsAsInterrupted()
    {
        auto lock = std::make_unique<RunLock>(std::move(*RunLock::acquire(path(m_old).toStdString())));
        RunRecord record = *store().load(m_old.toStdString());
        record.state = RunState::Running;
        QVERIFY(store().save(record).ok());
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->record.state, RunState::Running, promisedMs);
        lock.reset(); // no file changes: the system lets go of a dead process' lock
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->record.state, RunState::Interrupted, promisedMs);
    }

    void queueOfAnotherWindowShows()
    {
        auto lock = std::make_unique<RunLock>(std::move(*RunLock::acquire(path(m_old).toStdString())));
        QTRY_VERIFY_WITH_TIMEOUT(m_library->run(m_old)->heldElsewhere, promisedMs);
        QSignalSpy errors(m_library.get(), &RunLibrary::storeError);
        m_library->rename(m_old, u"mine"_s);
        m_library->remove(m_old);
        QCOMPARE(errors.size(), 2);
        QCOMPARE(m_library->run(m_old)->name(), u"old"_s);
        lock.reset();
        QTRY_VERIFY_WITH_TIMEOUT(!m_library->run(m_old)->heldElsewhere, promisedMs);
    }

    void lockedQueuedRunIsKnownFromTheStart()
    {
        cleanup();
        const auto lock = RunLock::acquire(path(m_old).toStdString());
        QVERIFY(lock.ok());
        open();
        QVERIFY(m_library->run(m_old)->heldElsewhere);
    }

    void ownChangeIsNotUndoneByAnOlderLook()
    {
        StoreLook look{store(), m_library->stampsAtStart(), {}, {m_old.toStdString()}, {}};
        const quint64 since = m_library->changeCount();
        const StoreChanges seen = lookAtStore(look); // reads "old"
        QCOMPARE(int(seen.read.size()), 1);
        m_library->rename(m_old, u"newer"_s);
        const QString made = m_library->create(RunSpec());
        QCOMPARE(m_library->applyStoreChanges(seen, since), QStringList{m_old}); // to be read again
        QCOMPARE(m_library->run(m_old)->name(), u"newer"_s);
        QVERIFY(m_library->run(made)); // made after the look, so not missing
        m_library->remove(m_old);
        QVERIFY(m_library->applyStoreChanges(seen, since).isEmpty());
        QVERIFY(!m_library->run(m_old)); // not brought back
        m_library->undoRemove();
        QVERIFY(m_library->run(m_old));
        m_library->applyStoreChanges(seen, since);
        QVERIFY(m_library->run(m_old));
        looks(2);
        QCOMPARE(m_library->run(m_old)->name(), u"newer"_s);
        QVERIFY(m_library->run(made));
    }

    void runTrainedHereIsLeftAlone()
    {
        RunRecord record = m_library->run(m_old)->record;
        record.state = RunState::Running;
        m_library->applyRecord(record);
        m_library->appendEpoch(m_old, {1, 50, 40, 1.0, 1.1, 0.01, 0.1});
        rename(m_old, "on disk");
        looks(2);
        QCOMPARE(int(m_library->run(m_old)->record.epochs.size()), 1);
        QCOMPARE(m_library->run(m_old)->name(), u"old"_s);
        QVERIFY(store().remove(m_old.toStdString()).ok());
        looks(2);
        QVERIFY(m_library->run(m_old)); // its worker will say how it ended
    }

    void damagedAndMendedRunsShow()
    {
        QFile json(QDir(path(m_old)).filePath(u"run.json"_s));
        QVERIFY(json.open(QIODevice::ReadOnly));
        const QByteArray good = json.readAll();
        json.close();
        write(json, good.left(20));
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->record.state, RunState::Damaged, promisedMs);
        write(json, good);
        QTRY_COMPARE_WITH_TIMEOUT(m_library->run(m_old)->record.state, RunState::Queued, promisedMs);
    }

    void storeThatGoesAwayKeepsItsRuns()
    {
        QSignalSpy problem(m_watcher.get(), &StoreWatcher::problemChanged);
        QVERIFY(QDir().rename(storeFolder(), storeFolder() + u"-away"_s));
        QTRY_VERIFY_WITH_TIMEOUT(!m_watcher->problem().isEmpty(), promisedMs);
        QVERIFY(m_library->run(m_old));
        m_library->refresh();
        QVERIFY(m_library->run(m_old));
        QVERIFY(QDir().rename(storeFolder() + u"-away"_s, storeFolder()));
        QTRY_VERIFY_WITH_TIMEOUT(m_watcher->problem().isEmpty(), promisedMs);
        QCOMPARE(problem.size(), 2);
        QVERIFY(m_library->run(m_old));
    }

    void endsWhileLooking()
    {
        m_watcher->look();
        m_watcher.reset(); // waits for the look, and drops what it found
        QTest::qWait(50);
        QVERIFY(m_library->run(m_old));
    }

    void thousandRunsCostLittle()
    {
        cleanup();
        const RunStore runs = store();
        const RunRecord first = *runs.load(m_old.toStdString());
        QFile json(QDir(path(m_old)).filePath(u"run.json"_s));
        QVERIFY(json.open(QIODevice::ReadOnly));
        const QByteArray text = json.readAll();
        for (int i = 0; i < 1000; ++i) { // by hand: a thousand fsyncs take long
            const QString folder = storeFolder() + u"/20260101-000000-batch-%1"_s.arg(i);
            QVERIFY(QDir().mkdir(folder));
            QFile copy(folder + u"/run.json"_s);
            write(copy, text);
            QVERIFY(runs.appendEpoch(*runs.load("20260101-000000-batch-" + std::to_string(i)), {1, 50, 40, 1.0, 1.1, 0.01, 0.1}).ok());
        }
        m_library = std::make_unique<RunLibrary>(runs);
        QCOMPARE(int(m_library->runs().size()), 1001);
        StoreLook look{runs, m_library->stampsAtStart(), {}, {}, {}};
        QElapsedTimer clock;
        clock.start();
        constexpr int times = 20;
        for (int i = 0; i < times; ++i)
            QVERIFY(lookAtStore(look).read.empty());
        const double ms = double(clock.nsecsElapsed()) / 1e6 / times;
        const StoreChanges seen = lookAtStore(look);
        QSignalSpy changed(m_library.get(), &RunLibrary::runChanged);
        clock.restart();
        for (int i = 0; i < times; ++i)
            m_library->applyStoreChanges(seen, m_library->changeCount());
        const double windowMs = double(clock.nsecsElapsed()) / 1e6 / times;
        QCOMPARE(changed.size(), 0);
        qInfo("a look at 1,001 runs: %.2f ms on its thread, %.3f ms in the window's", ms, windowMs);
        QVERIFY2(ms < 100, qPrintable(QString::number(ms)));
        QVERIFY2(windowMs < 5, qPrintable(QString::number(windowMs)));
    }

private:
    QString storeFolder() const { return m_folder->filePath(u"runs"_s); }
    QString path(const QString& id) const { return QDir(storeFolder()).filePath(id); }
    RunStore store() const { return *RunStore::open(storeFolder().toStdString()); }
    void open()
    {
        m_library = std::make_unique<RunLibrary>(store());
        m_watcher = std::make_unique<StoreWatcher>(*m_library);
    }
    void rename(const QString& id, const std::string& name) const
    {
        RunRecord record = *store().load(id.toStdString());
        record.name = name;
        QVERIFY(store().save(record).ok());
    }
    void looks(int count)
    {
        QSignalSpy looked(m_watcher.get(), &StoreWatcher::looked);
        m_watcher->setInterval(20);
        QTRY_VERIFY(looked.size() >= count + 1); // one may have been under way
        m_watcher->setInterval(StoreWatcher::usualInterval);
    }
    static void write(QFile& file, const QByteArray& text)
    {
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(text), text.size());
        file.close();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_old;
    std::unique_ptr<RunLibrary> m_library;
    std::unique_ptr<StoreWatcher> m_watcher;
};

QTEST_GUILESS_MAIN(StoreWatcherTest)
#include "tst_storewatcher.moc"
