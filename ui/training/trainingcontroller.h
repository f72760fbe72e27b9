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

/// Where the training stands, for the progress bar and the status line.
struct TrainingProgress {
    QString runId;
    BatchProgress batch;
    int queuePosition = 0; ///< 1-based, of the runs of this queue
    int queueLength = 0;
};

/// What trains one run, on the worker thread: executeRun(), or a test's own.
using TrainFunction = std::function<RunRecord(const RunStore&, RunRecord, std::shared_ptr<const Dataset>,
                                              TrainerObserver&, const RunControl&)>;

/// Trains queued runs one after another on a worker thread. Owns the thread; lives in the window's thread.
/// For each run: runStarted, then progress (at most about 20 a second), then exactly one runEnded.
class TrainingController : public QObject {
    Q_OBJECT
public:
    enum class State { Idle, LoadingData, Training, Paused, Stopping };
    Q_ENUM(State)

    TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, QObject* parent = nullptr);
    TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, TrainFunction train,
                       QObject* parent = nullptr);
    ~TrainingController() override; ///< stops the current run, saves it and waits for the worker

    State state() const;
    QString currentRun() const;  ///< id, empty when idle
    QStringList queuedRuns() const;
    TrainingProgress lastProgress() const;
    int loadingPercent() const; ///< of the data set, in state LoadingData

    void enqueue(const QString& runId); ///< a run of the library in state Queued
    void pause();
    void resume();
    void stop();                        ///< the current run; the queue goes on
    void stopAll();                     ///< the current run and the queue; queued runs become Stopped
    void removeQueued(const QString& runId);

Q_SIGNALS:
    void stateChanged();
    void queueChanged();
    void loadingProgress(const QString& runId, int percent);
    void progress(const normscope::TrainingProgress& progress);
    void runStarted(const QString& runId);
    void runEnded(const QString& runId); ///< finished, stopped, failed or diverged: see the library's record
    void runFailed(const QString& runId, const QString& message); ///< besides runEnded, for a message

private:
    void setState(State state);
    void startNext();
    void connectWorker();
    void finishRun(const RunRecord& record);
    bool isCurrent(quint64 job) const;
    QString nameOf(const QString& id) const;

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
