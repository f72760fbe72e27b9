// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/training/session.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>

namespace normscope {

class RunLibrary;
class TrainingLane;

struct Checkpoint;

/// Where the training stands, for the progress bar and the status line.
struct TrainingProgress {
    QString runId;
    BatchProgress batch;
    int queuePosition = 0; ///< 1-based, of the runs of this queue; those that were stopped no longer count
    int queueLength = 0;
};

/// What trains one run, on the worker thread: executeRun(), or a test's own.
using TrainFunction = std::function<RunRecord(const RunStore&, RunRecord, std::shared_ptr<const Dataset>,
                                              TrainerObserver&, const RunControl&)>;

/// Trains queued runs on worker threads, as many at once as pays (startsNow() decides). Owns the threads; lives in the
/// window's thread. For each run: runStarted, then progress (at most about 20 a second), then exactly one runEnded.
class TrainingController : public QObject {
    Q_OBJECT
public:
    enum class State { Idle, LoadingData, Training, Paused, Stopping };
    Q_ENUM(State)

    TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, QObject* parent = nullptr);
    TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, TrainFunction train,
                       QObject* parent = nullptr);
    ~TrainingController() override; ///< stops the runs that train, saves them, waits for the workers; leaves the queue

    State state() const; ///< of all: Training where any trains, LoadingData where any gets its data, Paused, Stopping
    State stateOf(const QString& runId) const; ///< Idle for a run that does not train
    QStringList activeRuns() const;            ///< those under way, paused ones too, in the order of their starts
    QString currentRun() const;                ///< id of the first of them, empty when idle
    QStringList queuedRuns() const;
    TrainingProgress lastProgress() const; ///< of currentRun()
    TrainingProgress progressOf(const QString& runId) const;
    int loadingPercent() const; ///< of the data set of currentRun(), in state LoadingData
    int loadingPercentOf(const QString& runId) const;
    bool waitsForSpace(const QString& runId) const; ///< its disk is full

    /// At most so many runs at once; asManyAsPays at first. Runs under way go on.
    void setAtOnce(int atOnce);
    int atOnce() const;
    void setMachine(const SystemInfo& machine); ///< for tests: another one than this

    /// A run of the library in state Queued. The queue holds the lock of each, so that no other window trains it; one
    /// that another window holds is left out, and that is told.
    void enqueue(const QString& runId);
    void enqueue(const QStringList& runIds); ///< together: what starts at once shares the cores
    void pause(); ///< all that are under way
    void resume();
    void stop();  ///< all that are under way; the queue goes on
    void pause(const QString& runId);
    void resume(const QString& runId);
    void stop(const QString& runId);
    void stopAll(); ///< the runs under way and the queue; queued runs become Stopped
    void removeQueued(const QString& runId);
    void leaveQueue(); ///< what waits stays Queued on the disk, for the next window

Q_SIGNALS:
    void stateChanged(); ///< state(), or that of one run
    void queueChanged();
    void loadingProgress(const QString& runId, int percent);
    void progress(const normscope::TrainingProgress& progress);
    void runStarted(const QString& runId);
    void runEnded(const QString& runId); ///< finished, stopped, failed or diverged: see the library's record
    void runResumed(const QString& runId, const QString& note); ///< goes on from its checkpoint; the note may be empty
    /// What was done could not be written: see TrainerObserver.
    void saveFailed(const QString& runId, const normscope::Error& error, bool waiting);
    void saveRecovered(const QString& runId);
    void keptInMemory(const QString& runId, std::shared_ptr<const normscope::Checkpoint> checkpoint); ///< before runEnded
    void runFailed(const QString& runId, const QString& message); ///< besides runEnded, for a message

private:
    struct ActiveRun;
    void setState(ActiveRun& run, State state);
    void startWaiting();
    QStringList takeStarting();
    TrainingLane& freeLane();
    void connectWorker(TrainingLane& lane);
    void connectStoreNews(TrainingLane& lane);
    bool lockWaiting(const QString& runId);
    void lockWaiting();
    void letGo(const QString& runId);
    void finishRun(quint64 job, const RunRecord& record);
    ActiveRun* find(quint64 job) const;
    ActiveRun* find(const QString& runId) const;
    QString nameOf(const QString& id) const;

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
