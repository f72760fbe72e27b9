// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/trainingcontroller.h"

#include "ui/runs/runlibrary.h"
#include "ui/training/background.h"
#include "ui/training/trainingworker.h"

#include <QCoreApplication>
#include <QThread>

#include <string_view>
#include <utility>

namespace normscope {

namespace {

constexpr std::string_view notAllSaved = "not everything was saved"; // executeRun()'s words for a full or failing disk

} // namespace

struct TrainingController::Private {
    explicit Private(RunLibrary& l) : library(l) {}

    RunLibrary& library;
    QThread thread;
    TrainingWorker* worker = nullptr; ///< lives in `thread`
    State state = State::Idle;
    QString current;
    quint64 job = 0; ///< of the current run; a signal with another number is stale
    std::shared_ptr<RunControl> control;
    QStringList queue;
    int done = 0; ///< runs of this queue that have ended
    bool dataLoaded = false;
    int loadingPercent = 0;
    TrainingProgress progress;
};

TrainingController::TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, QObject* parent)
    : TrainingController(library, std::move(datasets), executeRun, parent)
{
}

TrainingController::TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, TrainFunction train,
                                       QObject* parent)
    : QObject(parent), d(std::make_unique<Private>(library))
{
    d->worker = new TrainingWorker(library.store(), std::move(datasets), std::move(train));
    d->worker->moveToThread(&d->thread);
    connect(&d->thread, &QThread::finished, d->worker, &QObject::deleteLater);
    connectWorker();
    d->thread.setObjectName(QStringLiteral("training"));
    connect(&d->thread, &QThread::started, d->worker, [] { giveWayToTheWindow(); }); // on the thread itself
    d->thread.start();
}

TrainingController::~TrainingController()
{
    stopAll();
    // Asked through the worker, so that a run handed over just now is still ended and saved.
    QMetaObject::invokeMethod(d->worker, [this] { d->thread.quit(); }, Qt::QueuedConnection);
    d->thread.wait();
    // The run's last words are in this object's event queue: the library must hear how it ended.
    QCoreApplication::sendPostedEvents(this, QEvent::MetaCall);
}

void TrainingController::connectWorker()
{
    connect(d->worker, &TrainingWorker::loading, this, [this](quint64 job, int percent) {
        if (!isCurrent(job))
            return;
        d->loadingPercent = percent;
        Q_EMIT loadingProgress(d->current, percent);
    });
    connect(d->worker, &TrainingWorker::loaded, this, [this](quint64 job) {
        if (!isCurrent(job))
            return;
        d->dataLoaded = true;
        if (d->state == State::LoadingData)
            setState(State::Training);
    });
    connect(d->worker, &TrainingWorker::progress, this, [this](quint64 job, const BatchProgress& batch) {
        if (!isCurrent(job))
            return;
        d->progress.batch = batch;
        Q_EMIT progress(lastProgress());
    });
    connect(d->worker, &TrainingWorker::batchLosses, this, [this](quint64 job, const std::vector<float>& losses) {
        if (isCurrent(job))
            d->library.appendBatchLosses(d->current, losses);
    });
    connect(d->worker, &TrainingWorker::epochDone, this, [this](quint64 job, const EpochMetrics& metrics) {
        if (isCurrent(job))
            d->library.appendEpoch(d->current, metrics);
    });
    connect(d->worker, &TrainingWorker::evaluationDone, this,
            [this](quint64 job, const std::shared_ptr<const Evaluation>& evaluation) {
        if (isCurrent(job))
            d->library.setEvaluation(d->current, evaluation);
    });
    connect(d->worker, &TrainingWorker::ended, this, [this](quint64 job, const RunRecord& record) {
        if (isCurrent(job))
            finishRun(record);
    });
}

bool TrainingController::isCurrent(quint64 job) const
{
    return job == d->job && !d->current.isEmpty();
}

TrainingController::State TrainingController::state() const
{
    return d->state;
}

QString TrainingController::currentRun() const
{
    return d->current;
}

QStringList TrainingController::queuedRuns() const
{
    return d->queue;
}

TrainingProgress TrainingController::lastProgress() const
{
    TrainingProgress now = d->progress;
    now.runId = d->current;
    now.queuePosition = d->current.isEmpty() ? 0 : d->done + 1;
    now.queueLength = d->done + (d->current.isEmpty() ? 0 : 1) + int(d->queue.size());
    return now;
}

int TrainingController::loadingPercent() const
{
    return d->loadingPercent;
}

void TrainingController::enqueue(const QString& runId)
{
    const Run* run = d->library.run(runId);
    if (!run || run->record.state != RunState::Queued || d->queue.contains(runId))
        return;
    d->queue.append(runId);
    if (d->current.isEmpty())
        startNext();
    else
        Q_EMIT queueChanged();
}

void TrainingController::pause()
{
    if (d->state != State::Training && d->state != State::LoadingData)
        return;
    d->control->pause = true;
    setState(State::Paused);
}

void TrainingController::resume()
{
    if (d->state != State::Paused)
        return;
    d->control->pause = false;
    setState(d->dataLoaded ? State::Training : State::LoadingData);
}

void TrainingController::stop()
{
    if (d->current.isEmpty() || d->state == State::Stopping)
        return;
    d->control->stop = true;
    d->control->pause = false;
    setState(State::Stopping);
}

void TrainingController::stopAll()
{
    while (!d->queue.isEmpty())
        removeQueued(d->queue.last());
    stop();
}

void TrainingController::removeQueued(const QString& runId)
{
    if (d->queue.removeAll(runId) == 0)
        return;
    if (const Run* run = d->library.run(runId)) { // null: it was deleted
        RunRecord record = run->record;
        record.state = RunState::Stopped;
        record.reason = "It was taken from the queue before it started.";
        // A store that cannot be written has been told of already, when the run was made.
        static_cast<void>(d->library.store().save(record).ok());
        d->library.applyRecord(record);
    }
    Q_EMIT queueChanged();
}

void TrainingController::setState(State state)
{
    if (std::exchange(d->state, state) != state)
        Q_EMIT stateChanged();
}

void TrainingController::startNext()
{
    const Run* run = nullptr;
    while (!run && !d->queue.isEmpty()) {
        run = d->library.run(d->queue.takeFirst());
        if (run && run->record.state != RunState::Queued)
            run = nullptr;
    }
    if (!run) {
        d->done = 0;
        setState(State::Idle);
        Q_EMIT queueChanged();
        return;
    }
    const TrainingJob job{++d->job, run->record, d->control = std::make_shared<RunControl>()};
    d->current = run->id();
    d->dataLoaded = false;
    d->loadingPercent = 0;
    d->progress = {};
    d->progress.batch.epochs = job.record.spec.epochs;
    RunRecord running = job.record;
    running.state = RunState::Running;
    d->library.applyRecord(running); // from here the run's folder is the worker's
    setState(State::LoadingData);
    Q_EMIT queueChanged();
    Q_EMIT runStarted(d->current);
    QMetaObject::invokeMethod(d->worker, [worker = d->worker, job] { worker->train(job); }, Qt::QueuedConnection);
}

QString TrainingController::nameOf(const QString& id) const
{
    const Run* run = d->library.run(id);
    return run ? run->displayName() : id;
}

void TrainingController::finishRun(const RunRecord& record)
{
    const QString id = std::exchange(d->current, QString());
    ++d->done;
    d->library.applyRecord(record);
    Q_EMIT runEnded(id);
    if (record.state == RunState::Failed || record.state == RunState::Diverged)
        Q_EMIT runFailed(id, QString::fromStdString(record.reason));
    else if (record.reason.find(notAllSaved) != std::string::npos)
        Q_EMIT d->library.storeError(
            tr("\"%1\" was trained, but %2").arg(nameOf(id), QString::fromStdString(record.reason)));
    // A receiver may have queued, and so started, another run already.
    if (d->current.isEmpty())
        startNext();
}

} // namespace normscope
