// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/checkpoint.h"
#include "model/store/runlock.h"
#include "model/training/atonce.h"
#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>

#include <sys/resource.h>

using namespace normscope;
using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr int batchesPerEpoch = 4;
constexpr int waitMs = 10'000;

/// Behaves as executeRun() promises to, quickly, and can be told to go wrong.
class FakeTrainer {
public:
    std::atomic<int> batchMs{1};
    std::atomic<bool> endless{false};
    std::atomic<int> running{0};
    std::atomic<int> mostRunning{0};
    std::atomic<int> batches{0};
    std::atomic<Qt::HANDLE> thread{nullptr};
    std::atomic<int> niceness{0};
    std::atomic<bool> wasLocked{false}; ///< executeRun() could not have taken the run's lock
    TrainingPosition from;              ///< where it begins
    std::function<void(TrainerObserver&)> announce; ///< before the first batch
    std::function<void(RunRecord&)> behave; ///< may throw, or set the state that the run fails with

    RunRecord operator()(const RunStore& store, RunRecord record, TrainerObserver& observer, const RunControl& control)
    {
        for (int now = ++running, most = mostRunning; now > most && !mostRunning.compare_exchange_weak(most, now);) {
        }
        thread = QThread::currentThreadId();
        niceness = ::getpriority(PRIO_PROCESS, 0);
        wasLocked = wasLocked || RunLock::isHeld(record.folder);
        record.state = RunState::Running;
        m_written = store.save(record).ok();
        if (announce)
            announce(observer);
        if (behave)
            behave(record);
        if (record.state == RunState::Running)
            train(store, record, observer, control);
        if (!store.save(record).ok() || !m_written)
            record.reason = "not saved";
        --running;
        return record;
    }

private:
    void train(const RunStore& store, RunRecord& record, TrainerObserver& observer, const RunControl& control)
    {
        for (int epoch = from.epoch; epoch <= record.spec.epochs || endless; ++epoch) {
            for (int batch = epoch == from.epoch ? from.batches + 1 : 1; batch <= batchesPerEpoch; ++batch) {
                while (control.pause && !control.stop)
                    QThread::msleep(1);
                if (control.stop) {
                    record.state = RunState::Stopped;
                    return;
                }
                QThread::msleep(static_cast<unsigned long>(batchMs));
                ++batches;
                observer.batchDone({BatchProgress::Phase::Training, epoch, record.spec.epochs, batch, batchesPerEpoch,
                                    1.0F / float(batch), 100, 5});
            }
            const EpochMetrics metrics{epoch, 50, 40, 1.0, 1.1, 0.01, 0.1};
            record.epochs.push_back(metrics);
            m_written = m_written && store.appendEpoch(record, metrics).ok();
            observer.epochDone(metrics);
            observer.evaluationDone(std::make_shared<const Evaluation>());
        }
        record.state = RunState::Finished;
    }

    bool m_written = true;
};

} // namespace

class TrainingControllerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_data.setAutoRemove(true);
        normscope::testing::writeImageFolder(m_data.path(), *normscope::testing::syntheticDataset(2, 4));
    }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_fake = std::make_shared<FakeTrainer>();
        m_library = std::make_unique<RunLibrary>(*RunStore::open(m_folder->path().toStdString()));
        m_controller = std::make_unique<TrainingController>(
            *m_library, std::make_shared<DatasetCache>(),
            [fake = m_fake](const RunStore& store, RunRecord record, const std::shared_ptr<const Dataset>& dataset,
                            TrainerObserver& observer, const RunControl& control) {
                return dataset ? (*fake)(store, std::move(record), observer, control) : record;
            });
        SystemInfo machine; // with the fast engine: as many at once as it has cores
        machine.cores = 2;
        machine.fastEngine = true;
        m_controller->setMachine(machine);
        m_controller->setAtOnce(1);
        m_started = std::make_unique<QSignalSpy>(m_controller.get(), &TrainingController::runStarted);
        m_ended = std::make_unique<QSignalSpy>(m_controller.get(), &TrainingController::runEnded);
        m_failed = std::make_unique<QSignalSpy>(m_controller.get(), &TrainingController::runFailed);
    }
    void cleanup()
    {
        m_controller.reset();
        m_library.reset();
    }

    void trainsOnAnotherThread()
    {
        QSignalSpy progress(m_controller.get(), &TrainingController::progress);
        const QString id = create(3);
        m_controller->enqueue(id);
        QCOMPARE(m_started->size(), 1);
        QCOMPARE(m_controller->state(), State::LoadingData);
        QCOMPARE(stateOf(id), RunState::Running);
        QVERIFY(waitIdle());
        QCOMPARE(m_ended->size(), 1);
        QCOMPARE(m_failed->size(), 0);
        QVERIFY(m_fake->thread != QThread::currentThreadId());
        const int own = ::getpriority(PRIO_PROCESS, 0); // the window's, which goes first
        QVERIFY(m_fake->niceness > own || own >= 10);
        QVERIFY(progress.size() >= 1);
        const Run* run = m_library->run(id);
        QCOMPARE(run->record.state, RunState::Finished);
        QCOMPARE(int(run->record.epochs.size()), 3); // once each: from the signals or from the record
        QCOMPARE(int(m_library->batchLosses(id).size()), 3 * batchesPerEpoch); // throttled, and none lost
        QVERIFY(m_library->evaluation(id));
        QCOMPARE(m_library->store().load(id.toStdString())->state, RunState::Finished);
    }

    void unsavedFiguresAreTold()
    {
        QSignalSpy told(m_library.get(), &RunLibrary::storeError);
        m_fake->behave = [](RunRecord& record) { record.reason = "not everything was saved: metrics.csv: No space left on device"; };
        const QString id = create();
        m_controller->enqueue(id);
        QVERIFY(waitIdle());
        QCOMPARE(stateOf(id), RunState::Finished);
        QCOMPARE(m_failed->size(), 0);
        QCOMPARE(told.size(), 1);
        QCOMPARE(told.front().front().toString(), u"\"%1\" was trained, but not everything was saved: metrics.csv: "
                                                  "No space left on device"_s.arg(m_library->run(id)->displayName()));
    }

    void progressIsThrottled()
    {
        m_fake->batchMs = 1;
        QSignalSpy progress(m_controller.get(), &TrainingController::progress);
        QElapsedTimer clock;
        clock.start();
        m_controller->enqueue(create(60));
        QVERIFY(waitIdle());
        QVERIFY(m_fake->batches == 60 * batchesPerEpoch);
        QVERIFY2(progress.size() <= clock.elapsed() / 50 + 2, qPrintable(QString::number(progress.size())));
    }

    void pauseHoldsAndResumeGoesOn()
    {
        m_fake->endless = true;
        m_controller->enqueue(create());
        QTRY_VERIFY(m_fake->batches > 3);
        m_controller->pause();
        QCOMPARE(m_controller->state(), State::Paused);
        QTest::qWait(50);
        const int held = m_fake->batches;
        QTest::qWait(100);
        QCOMPARE(int(m_fake->batches), held);
        QCOMPARE(m_ended->size(), 0);
        m_controller->resume();
        QCOMPARE(m_controller->state(), State::Training);
        QTRY_VERIFY(m_fake->batches > held + 3);
        m_controller->stop();
        QCOMPARE(m_controller->state(), State::Stopping);
        QVERIFY(waitIdle());
        QCOMPARE(m_ended->size(), 1);
    }

    void stopWorksWhilePaused()
    {
        m_fake->endless = true;
        const QString id = create();
        m_controller->enqueue(id);
        QTRY_VERIFY(m_fake->batches > 1);
        m_controller->pause();
        m_controller->stop();
        m_controller->stop(); // twice is once
        QVERIFY(waitIdle());
        QCOMPARE(stateOf(id), RunState::Stopped);
        QCOMPARE(m_ended->size(), 1);
    }

    void queueKeepsItsOrder()
    {
        const QString a = create();
        const QString b = create();
        const QString c = create();
        for (const QString& id : {a, b, c, b})
            m_controller->enqueue(id);
        QCOMPARE(m_controller->queuedRuns(), (QStringList{b, c}));
        QCOMPARE(m_controller->lastProgress().queuePosition, 1);
        QCOMPARE(m_controller->lastProgress().queueLength, 3);
        QVERIFY(waitIdle());
        QCOMPARE(ids(*m_started), (QStringList{a, b, c}));
        QCOMPARE(ids(*m_ended), (QStringList{a, b, c}));
        QCOMPARE(m_controller->lastProgress().queueLength, 0);
        m_controller->enqueue(a); // finished: not trained again
        QCOMPARE(m_controller->state(), State::Idle);
    }

    void removedFromTheQueue()
    {
        m_fake->endless = true;
        const QString a = create();
        const QString b = create();
        const QString c = create();
        for (const QString& id : {a, b, c})
            m_controller->enqueue(id);
        m_controller->removeQueued(b);
        QCOMPARE(stateOf(b), RunState::Stopped);
        m_library->remove(c);
        m_controller->removeQueued(c);
        QVERIFY(m_controller->queuedRuns().isEmpty());
        m_controller->stop();
        QVERIFY(waitIdle());
        QCOMPARE(ids(*m_started), QStringList{a});
        QCOMPARE(m_library->store().load(b.toStdString())->state, RunState::Stopped);
    }

    void stopAllStopsTheQueueToo()
    {
        m_fake->endless = true;
        const QStringList all = {create(), create(), create()};
        for (const QString& id : all)
            m_controller->enqueue(id);
        QTRY_VERIFY(m_fake->batches > 0);
        m_controller->stopAll();
        QVERIFY(waitIdle());
        for (const QString& id : all)
            QCOMPARE(stateOf(id), RunState::Stopped);
        QCOMPARE(m_ended->size(), 1);
    }

    void failureLetsTheQueueGoOn_data()
    {
        using Behaviour = std::function<void(RunRecord&)>;
        QTest::addColumn<Behaviour>("behave");
        QTest::addColumn<RunState>("state");
        QTest::addColumn<QString>("reason");
        QTest::newRow("failed") << Behaviour([](RunRecord& r) { r.state = RunState::Failed; r.reason = "no memory"; })
                                << RunState::Failed << u"no memory"_s;
        QTest::newRow("diverged") << Behaviour([](RunRecord& r) { r.state = RunState::Diverged; r.reason = "at step 3"; })
                                  << RunState::Diverged << u"at step 3"_s;
        QTest::newRow("exception") << Behaviour([](RunRecord&) { throw std::runtime_error("it broke"); })
                                   << RunState::Failed << u"it broke"_s;
        QTest::newRow("out of memory") << Behaviour([](RunRecord&) { throw std::bad_alloc(); })
                                       << RunState::Failed << u"smaller batch"_s;
        QTest::newRow("anything thrown") << Behaviour([](RunRecord&) { throw 42; }) << RunState::Failed << u"unknown"_s;
        QTest::newRow("no end") << Behaviour([](RunRecord& r) { r.state = RunState::Queued; })
                                << RunState::Failed << u"without saying how"_s;
    }

    void failureLetsTheQueueGoOn()
    {
        using Behaviour = std::function<void(RunRecord&)>;
        QFETCH(Behaviour, behave);
        QFETCH(RunState, state);
        QFETCH(QString, reason);
        const QString bad = create();
        const QString good = create();
        m_fake->behave = [behave, bad](RunRecord& record) {
            if (record.id == bad.toStdString())
                behave(record);
        };
        m_controller->enqueue(bad);
        m_controller->enqueue(good);
        QVERIFY(waitIdle());
        QCOMPARE(stateOf(bad), state);
        QCOMPARE(stateOf(good), RunState::Finished);
        QCOMPARE(ids(*m_ended), (QStringList{bad, good}));
        QCOMPARE(m_failed->size(), 1);
        QVERIFY2(m_failed->front().at(1).toString().contains(reason), qPrintable(m_failed->front().at(1).toString()));
        QCOMPARE(m_library->store().load(bad.toStdString())->state, state); // on disk as well
    }

    void missingDataFailsWithItsName()
    {
        RunSpec spec;
        spec.data = {DataKind::Folder, "/no/such/folder"};
        const QString id = m_library->create(spec);
        m_controller->enqueue(id);
        QVERIFY(waitIdle());
        QCOMPARE(stateOf(id), RunState::Failed);
        QCOMPARE(m_failed->size(), 1);
        QVERIFY(m_failed->front().at(1).toString().contains(u"/no/such/folder"_s));
        QCOMPARE(int(m_fake->batches), 0);
    }

    void quittingWhileTrainingSaves()
    {
        m_fake->endless = true;
        const QString id = create();
        const QString queued = create();
        m_controller->enqueue(id);
        m_controller->enqueue(queued);
        QTRY_VERIFY(m_fake->batches > 2);
        m_library->rename(id, u"named meanwhile"_s);
        m_controller.reset();
        QCOMPARE(int(m_fake->running), 0);
        QCOMPARE(stateOf(id), RunState::Stopped);
        QCOMPARE(stateOf(queued), RunState::Queued);
        const auto saved = m_library->store().load(id.toStdString());
        QCOMPARE(saved->state, RunState::Stopped);
        QCOMPARE(saved->name, std::string("named meanwhile"));
        QCOMPARE(m_library->store().load(queued.toStdString())->state, RunState::Queued); // for the next window
        QVERIFY(!RunLock::isHeld(m_library->run(queued)->record.folder));
    }

    void quittingAtOnceEndsTheRunAllTheSame()
    {
        const QString id = create(1000);
        m_controller->enqueue(id); // handed over, perhaps not begun
        m_controller.reset();
        QCOMPARE(stateOf(id), RunState::Stopped);
        QVERIFY(!m_library->isTrainedHere(id));
        QCOMPARE(m_library->store().load(id.toStdString())->state, RunState::Stopped);
    }

    void newRunMayBeQueuedWhenOneEnds()
    {
        const QString first = create();
        const QString second = create();
        connect(m_controller.get(), &TrainingController::runEnded, this, [&](const QString& id) {
            if (id == first)
                m_controller->enqueue(second);
        });
        m_controller->enqueue(first);
        QVERIFY(waitIdle());
        QCOMPARE(ids(*m_ended), (QStringList{first, second}));
    }

    void lateNewsOfAnEarlierRunIsDropped()
    {
        // The first run's last epoch is told while nobody listens to the event loop; its numbers must stay its own.
        const QString a = create(2);
        const QString b = create(5);
        m_controller->enqueue(a);
        m_controller->enqueue(b);
        QThread::msleep(100);
        QVERIFY(waitIdle());
        QCOMPARE(int(m_library->run(a)->record.epochs.size()), 2);
        QCOMPARE(int(m_library->run(b)->record.epochs.size()), 5);
        QCOMPARE(int(m_library->batchLosses(b).size()), 5 * batchesPerEpoch);
    }

    void severalTrainAtOnce()
    {
        m_controller->setAtOnce(asManyAsPays);
        m_fake->endless = true;
        QSignalSpy progress(m_controller.get(), &TrainingController::progress);
        const QStringList all = {create(), create(), create(), create()};
        m_controller->enqueue(all);
        QCOMPARE(m_controller->activeRuns(), all.mid(0, 2));
        QCOMPARE(m_controller->queuedRuns(), all.mid(2));
        QCOMPARE(m_controller->progressOf(all[1]).queuePosition, 2);
        QCOMPARE(m_controller->lastProgress().queueLength, 4);
        for (const QString& id : all.mid(0, 2)) {
            QCOMPARE(stateOf(id), RunState::Running);
            QTRY_COMPARE(m_controller->stateOf(id), State::Training);
            QTRY_VERIFY(std::any_of(progress.begin(), progress.end(),
                                    [&](const auto& call) { return call.front().template value<TrainingProgress>().runId == id; }));
        }
        QTRY_COMPARE(int(m_fake->running), 2);
        m_controller->stop(all[0]); // the third takes its place, in the order of the queue
        QTRY_COMPARE(m_controller->activeRuns(), (QStringList{all[1], all[2]}));
        QCOMPARE(ids(*m_ended), all.mid(0, 1));
        QCOMPARE(m_controller->progressOf(all[2]).queuePosition, 2); // the stopped one no longer counts
        QCOMPARE(m_controller->lastProgress().queueLength, 3);
        m_controller->stopAll();
        QVERIFY(waitIdle());
        for (const QString& id : all)
            QCOMPARE(stateOf(id), RunState::Stopped);
        QCOMPARE(int(m_fake->mostRunning), 2);
    }

    void eachOfSeveralKeepsItsOwnNews()
    {
        m_controller->setAtOnce(asManyAsPays);
        const QString a = create(2), b = create(5), c = create(3);
        m_controller->enqueue({a, b, c});
        QCOMPARE(m_controller->activeRuns().size(), 3); // none is left for the end
        QVERIFY(waitIdle());
        const std::pair<QString, int> expected[] = {{a, 2}, {b, 5}, {c, 3}};
        for (const auto& [id, epochs] : expected) {
            QCOMPARE(stateOf(id), RunState::Finished);
            QCOMPARE(int(m_library->run(id)->record.epochs.size()), epochs);
            QCOMPARE(int(m_library->batchLosses(id).size()), epochs * batchesPerEpoch);
            QCOMPARE(m_library->run(id)->record.spec.threads, 0); // the spec is as it was asked for
        }
        QCOMPARE(m_ended->size(), 3);
    }

    void oneOfSeveralIsPausedAndStopped()
    {
        m_controller->setAtOnce(asManyAsPays);
        m_fake->endless = true;
        const QString a = create(), b = create();
        m_controller->enqueue({a, b});
        QTRY_COMPARE(m_controller->stateOf(a), State::Training);
        QTRY_COMPARE(m_controller->stateOf(b), State::Training);
        m_controller->pause(a);
        QCOMPARE(m_controller->stateOf(a), State::Paused);
        QCOMPARE(m_controller->stateOf(b), State::Training);
        QCOMPARE(m_controller->state(), State::Training);
        m_controller->pause(); // the other one as well
        QCOMPARE(m_controller->state(), State::Paused);
        m_controller->resume(b);
        QCOMPARE(m_controller->stateOf(a), State::Paused);
        m_controller->stop(b);
        QTRY_COMPARE(m_controller->activeRuns(), QStringList{a});
        QCOMPARE(stateOf(b), RunState::Stopped);
        QCOMPARE(m_controller->state(), State::Paused);
        m_controller->resume();
        QCOMPARE(m_controller->state(), State::Training);
        m_controller->stop();
        QVERIFY(waitIdle());
    }

    void failureOfOneLeavesTheOthers()
    {
        m_controller->setAtOnce(asManyAsPays);
        const QString bad = create(), good = create(20), next = create();
        m_fake->behave = [bad](RunRecord& record) {
            if (record.id == bad.toStdString())
                throw std::bad_alloc();
        };
        m_controller->enqueue({bad, good, next, create()});
        QVERIFY(waitIdle());
        QCOMPARE(stateOf(bad), RunState::Failed);
        QCOMPARE(stateOf(good), RunState::Finished);
        QCOMPARE(stateOf(next), RunState::Finished);
        QCOMPARE(m_failed->size(), 1);
        QCOMPARE(m_ended->size(), 4);
    }

    void quittingWhileSeveralTrainSavesAll()
    {
        m_controller->setAtOnce(asManyAsPays);
        m_fake->endless = true;
        const QStringList all = {create(), create(), create(), create()};
        m_controller->enqueue(all);
        QTRY_COMPARE(int(m_fake->running), 2);
        m_controller.reset();
        QCOMPARE(int(m_fake->running), 0);
        for (const QString& id : all) {
            const RunState expected = all.indexOf(id) < 2 ? RunState::Stopped : RunState::Queued;
            QCOMPARE(stateOf(id), expected);
            QVERIFY(!m_library->isTrainedHere(id));
            QCOMPARE(m_library->store().load(id.toStdString())->state, expected);
        }
    }

    void queueHoldsTheLocksOfWhatWaits()
    {
        m_fake->endless = true;
        const QString a = create(), b = create();
        m_controller->enqueue({a, b});
        QTRY_VERIFY(m_fake->batches > 0);
        QVERIFY(!m_fake->wasLocked); // let go just before the training takes it
        QVERIFY(RunLock::isHeld(folderOf(b)));
        RunLibrary other(*RunStore::open(m_folder->path().toStdString())); // another window
        TrainingController second(other, std::make_shared<DatasetCache>());
        QVERIFY(other.run(b)->heldElsewhere);
        QSignalSpy told(&other, &RunLibrary::storeError);
        second.enqueue(b);
        QCOMPARE(told.size(), 1);
        QVERIFY2(told.front().front().toString().contains(u"another window"_s), qPrintable(told.front().front().toString()));
        QCOMPARE(second.state(), State::Idle);
        QVERIFY(second.queuedRuns().isEmpty());
        m_controller->removeQueued(b);
        QVERIFY(!RunLock::isHeld(folderOf(b)));
        m_controller->stop();
        QVERIFY(waitIdle());
    }

    void leftQueueWaitsForTheNextWindow()
    {
        m_fake->endless = true;
        const QStringList all = {create(), create(), create()};
        m_controller->enqueue(all);
        m_controller->leaveQueue();
        QVERIFY(m_controller->queuedRuns().isEmpty());
        m_controller->stop();
        QVERIFY(waitIdle());
        for (const QString& id : all.mid(1)) {
            QCOMPARE(m_library->store().load(id.toStdString())->state, RunState::Queued);
            QVERIFY(!RunLock::isHeld(folderOf(id)));
        }
        m_controller->enqueue(all.mid(1)); // and may come back
        QCOMPARE(m_controller->activeRuns(), all.mid(1, 1));
        m_controller->stopAll();
        QVERIFY(waitIdle());
    }

    void moreRunsThanLocks()
    {
        m_fake->endless = true;
        QStringList all;
        for (int i = 0; i < 140; ++i)
            all.append(create(1));
        m_controller->enqueue(all);
        QCOMPARE(m_controller->queuedRuns().size(), 139);
        QVERIFY(RunLock::isHeld(folderOf(all[1])));
        QVERIFY(!RunLock::isHeld(folderOf(all.last())));
        for (int i = 2; i < 20; ++i)
            m_controller->removeQueued(all[i]);
        QVERIFY(RunLock::isHeld(folderOf(all.last()))); // moved up
        m_controller->stopAll();
        QVERIFY(waitIdle());
        for (const QString& id : all)
            QVERIFY(!RunLock::isHeld(folderOf(id)));
    }

    void resumedRunContinuesItsCurves()
    {
        const QString id = interrupted(2, 12);
        m_fake->from = {3, 2, 0, 0, 0}; // its last checkpoint knows of ten batches
        m_fake->announce = [this](TrainerObserver& observer) { observer.resumed(m_fake->from, "from the one before"); };
        QSignalSpy resumed(m_controller.get(), &TrainingController::runResumed);
        m_controller->enqueue(id);
        QVERIFY(waitIdle());
        QCOMPARE(resumed.size(), 1);
        QCOMPARE(resumed.front().at(1).toString(), u"from the one before"_s);
        const Run* run = m_library->run(id);
        QCOMPARE(int(run->record.epochs.size()), 4);
        for (int i = 0; i < 4; ++i)
            QCOMPARE(run->record.epochs[std::size_t(i)].epoch, i + 1);
        const std::vector<float> losses = m_library->batchLosses(id);
        QCOMPARE(int(losses.size()), 4 * batchesPerEpoch);
        for (int i = 0; i < int(losses.size()); ++i)
            QCOMPARE(losses[std::size_t(i)], i < 10 ? 100.0F + float(i) : 1.0F / float(i % batchesPerEpoch + 1));
    }

    void curvesOfARunThatBeginsAgainAreNotDoubled()
    {
        const QString id = interrupted(2, 8); // there is no checkpoint
        m_fake->behave = [](RunRecord& record) { record.epochs.clear(); };
        m_controller->enqueue(id);
        QVERIFY(waitIdle());
        QCOMPARE(int(m_library->run(id)->record.epochs.size()), 4);
        const std::vector<float> losses = m_library->batchLosses(id);
        QCOMPARE(int(losses.size()), 4 * batchesPerEpoch);
        QCOMPARE(losses.front(), 1.0F);
    }

    void troubleWithTheStoreIsPassedOn()
    {
        std::atomic<bool> space{false};
        m_fake->announce = [&](TrainerObserver& observer) {
            observer.saveFailed({ErrorCode::Io, "No space left on device", "write()"}, true);
            while (!space)
                QThread::msleep(1);
            observer.saveRecovered();
            observer.saveFailed({ErrorCode::Io, "gone", {}}, false);
            observer.keptInMemory(std::make_shared<const Checkpoint>());
        };
        QSignalSpy failed(m_controller.get(), &TrainingController::saveFailed);
        QSignalSpy recovered(m_controller.get(), &TrainingController::saveRecovered);
        QSignalSpy kept(m_controller.get(), &TrainingController::keptInMemory);
        const QString id = create();
        m_controller->enqueue(id);
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(m_controller->waitsForSpace(id));
        QCOMPARE(failed.front().at(1).value<Error>().message, std::string("No space left on device"));
        QVERIFY(failed.front().at(2).toBool());
        QCOMPARE(recovered.size(), 0);
        space = true;
        QVERIFY(waitIdle());
        QCOMPARE(recovered.size(), 1);
        QCOMPARE(failed.size(), 2);
        QVERIFY(!failed.back().at(2).toBool());
        QVERIFY(!m_controller->waitsForSpace(id));
        QCOMPARE(kept.size(), 1);
        QCOMPARE(kept.front().front().toString(), id);
    }

    void choiceActsOnTheQueueThatWaits()
    {
        m_fake->endless = true;
        const QStringList all = {create(100), create(), create(), create()};
        RunSpec one = m_library->run(all[0])->record.spec;
        one.threads = 1;
        const QString alone = m_library->create(one);
        m_controller->enqueue(QStringList{alone} + all);
        QCOMPARE(m_controller->activeRuns(), QStringList{alone}); // one after another
        m_controller->setAtOnce(2);
        QCOMPARE(m_controller->activeRuns(), (QStringList{alone, all[0]}));
        m_controller->stopAll();
        QVERIFY(waitIdle());
    }

private:
    QString create(int epochs = 2)
    {
        RunSpec spec;
        spec.data = {DataKind::Folder, m_data.path().toStdString()};
        spec.epochs = epochs;
        return m_library->create(spec);
    }
    std::string folderOf(const QString& id) const { return m_library->run(id)->record.folder; }
    /// A queued run of 4 epochs that was trained before: with so many of them done, and batch losses from 100 on.
    QString interrupted(int epochs, int batches)
    {
        const RunStore& store = m_library->store();
        const QString id = create(4);
        const RunRecord record = m_library->run(id)->record;
        for (int epoch = 1; epoch <= epochs; ++epoch)
            if (!store.appendEpoch(record, {epoch, 50, 40, 1.0, 1.1, 0.01, 0.1}).ok())
                return {};
        std::vector<float> losses;
        for (int i = 0; i < batches; ++i)
            losses.push_back(100.0F + float(i));
        if (!store.appendBatchLosses(record, 1, losses).ok())
            return {};
        m_library->refresh();
        return id;
    }
    RunState stateOf(const QString& id) const { return m_library->run(id)->record.state; }
    bool waitIdle() const
    {
        return QTest::qWaitFor([this] { return m_controller->state() == State::Idle; }, waitMs);
    }
    static QStringList ids(const QSignalSpy& spy)
    {
        QStringList all;
        for (const auto& call : spy)
            all.append(call.front().toString());
        return all;
    }

    QTemporaryDir m_data;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::shared_ptr<FakeTrainer> m_fake;
    std::unique_ptr<RunLibrary> m_library;
    std::unique_ptr<TrainingController> m_controller;
    std::unique_ptr<QSignalSpy> m_started;
    std::unique_ptr<QSignalSpy> m_ended;
    std::unique_ptr<QSignalSpy> m_failed;
};

QTEST_GUILESS_MAIN(TrainingControllerTest)
#include "tst_trainingcontroller.moc"
