// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/trainingcontroller.h"

#include "ui/training/trainingcontroller_p.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>
#include <utility>

namespace normscope {

TrainingController::TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, QObject* parent)
    : TrainingController(library, std::move(datasets), executeRun, parent)
{
}

TrainingController::TrainingController(RunLibrary& library, std::shared_ptr<DatasetCache> datasets, TrainFunction train,
                                       QObject* parent)
    : QObject(parent), d(std::make_unique<Private>(library, std::move(datasets), std::move(train)))
{
    connect(&library, &RunLibrary::removing, this, &TrainingController::letGo);
}

TrainingController::~TrainingController()
{
    d->closing = true;
    leaveQueue();
    stop();
    for (const auto& lane : d->lanes)
        lane->finish();
    // The runs' last words are in this object's event queue: the library must hear how they ended.
    QCoreApplication::sendPostedEvents(this, QEvent::MetaCall);
}

void TrainingController::connectWorker(TrainingLane& lane)
{
    const TrainingWorker* worker = lane.worker();
    connect(worker, &TrainingWorker::loading, this, [this](quint64 job, int percent) {
        if (ActiveRun* run = find(job)) {
            run->loadingPercent = percent;
            Q_EMIT loadingProgress(run->id, percent);
        }
    });
    connect(worker, &TrainingWorker::loaded, this, [this](quint64 job) {
        if (ActiveRun* run = find(job)) {
            run->dataLoaded = true;
            if (run->state == State::LoadingData)
                setState(*run, State::Training);
        }
    });
    connect(worker, &TrainingWorker::progress, this, [this](quint64 job, const BatchProgress& batch) {
        if (ActiveRun* run = find(job)) {
            run->batch = batch;
            Q_EMIT progress(progressOf(run->id));
        }
    });
    connect(worker, &TrainingWorker::batchLosses, this, [this](quint64 job, const std::vector<float>& losses) {
        if (const ActiveRun* run = find(job))
            d->library.appendBatchLosses(run->id, losses);
    });
    connect(worker, &TrainingWorker::epochDone, this, [this](quint64 job, const EpochMetrics& metrics) {
        if (const ActiveRun* run = find(job))
            d->library.appendEpoch(run->id, metrics);
    });
    connect(worker, &TrainingWorker::evaluationDone, this,
            [this](quint64 job, const std::shared_ptr<const Evaluation>& evaluation) {
        if (const ActiveRun* run = find(job))
            d->library.setEvaluation(run->id, evaluation);
    });
    connect(worker, &TrainingWorker::ended, this, &TrainingController::finishRun);
    connectStoreNews(lane);
}

void TrainingController::connectStoreNews(TrainingLane& lane)
{
    const TrainingWorker* worker = lane.worker();
    connect(worker, &TrainingWorker::begins, this, [this](quint64 job, std::size_t epochs, std::size_t batches) {
        if (const ActiveRun* run = find(job))
            d->library.continueFrom(run->id, epochs, batches);
    });
    connect(worker, &TrainingWorker::resumed, this, [this](quint64 job, const TrainingPosition& position, const QString& note) {
        ActiveRun* run = find(job);
        if (!run)
            return;
        run->batch.epoch = position.epoch;
        // The batches are cut to those before the first new one, when that is known.
        d->library.continueFrom(run->id, std::size_t(position.epoch - 1), std::numeric_limits<std::size_t>::max());
        Q_EMIT runResumed(run->id, note);
    });
    connect(worker, &TrainingWorker::saveFailed, this, [this](quint64 job, const Error& error, bool waiting) {
        if (ActiveRun* run = find(job)) {
            run->waitsForSpace = waiting;
            Q_EMIT saveFailed(run->id, error, waiting);
            Q_EMIT stateChanged();
        }
    });
    connect(worker, &TrainingWorker::saveRecovered, this, [this](quint64 job) {
        if (ActiveRun* run = find(job)) {
            run->waitsForSpace = false;
            Q_EMIT saveRecovered(run->id);
            Q_EMIT stateChanged();
        }
    });
    connect(worker, &TrainingWorker::keptInMemory, this, [this](quint64 job, const std::shared_ptr<const Checkpoint>& checkpoint) {
        if (ActiveRun* run = find(job)) {
            run->inMemory = true;
            Q_EMIT keptInMemory(run->id, checkpoint);
        }
    });
}

TrainingController::ActiveRun* TrainingController::find(quint64 job) const
{
    const auto it = std::find_if(d->active.begin(), d->active.end(), [&](const auto& run) { return run->job == job; });
    return it == d->active.end() ? nullptr : it->get();
}

TrainingController::ActiveRun* TrainingController::find(const QString& runId) const
{
    const auto it = std::find_if(d->active.begin(), d->active.end(), [&](const auto& run) { return run->id == runId; });
    return it == d->active.end() ? nullptr : it->get();
}

TrainingController::State TrainingController::state() const
{
    for (const State state : {State::Training, State::LoadingData, State::Paused, State::Stopping})
        if (std::any_of(d->active.begin(), d->active.end(), [&](const auto& run) { return run->state == state; }))
            return state;
    return State::Idle;
}

TrainingController::State TrainingController::stateOf(const QString& runId) const
{
    const ActiveRun* run = find(runId);
    return run ? run->state : State::Idle;
}

QStringList TrainingController::activeRuns() const
{
    QStringList ids;
    for (const auto& run : d->active)
        ids.append(run->id);
    return ids;
}

QString TrainingController::currentRun() const
{
    return d->active.empty() ? QString() : d->active.front()->id;
}

QStringList TrainingController::queuedRuns() const
{
    return d->queue;
}

TrainingProgress TrainingController::lastProgress() const
{
    return progressOf(currentRun());
}

TrainingProgress TrainingController::progressOf(const QString& runId) const
{
    TrainingProgress now;
    now.queueLength = d->done + int(d->active.size()) + int(d->queue.size());
    if (const ActiveRun* run = find(runId)) {
        now.runId = run->id;
        now.batch = run->batch;
        now.queuePosition = d->done + 1 + int(activeRuns().indexOf(runId));
    }
    return now;
}

int TrainingController::loadingPercent() const
{
    return loadingPercentOf(currentRun());
}

int TrainingController::loadingPercentOf(const QString& runId) const
{
    const ActiveRun* run = find(runId);
    return run ? run->loadingPercent : 0;
}

bool TrainingController::waitsForSpace(const QString& runId) const
{
    const ActiveRun* run = find(runId);
    return run && run->waitsForSpace;
}

void TrainingController::setAtOnce(int atOnce)
{
    if (std::exchange(d->atOnce, atOnce) != atOnce && !d->queue.isEmpty())
        startWaiting();
}

int TrainingController::atOnce() const
{
    return d->atOnce;
}

void TrainingController::setMachine(const SystemInfo& machine)
{
    d->machine = machine;
}

void TrainingController::pause()
{
    for (const QString& id : activeRuns())
        pause(id);
}

void TrainingController::pause(const QString& runId)
{
    ActiveRun* run = find(runId);
    if (!run || (run->state != State::Training && run->state != State::LoadingData))
        return;
    run->control->pause = true;
    setState(*run, State::Paused);
}

void TrainingController::resume()
{
    for (const QString& id : activeRuns())
        resume(id);
}

void TrainingController::resume(const QString& runId)
{
    ActiveRun* run = find(runId);
    if (!run || run->state != State::Paused)
        return;
    run->control->pause = false;
    setState(*run, run->dataLoaded ? State::Training : State::LoadingData);
}

void TrainingController::stop()
{
    for (const QString& id : activeRuns())
        stop(id);
}

void TrainingController::stop(const QString& runId)
{
    ActiveRun* run = find(runId);
    if (!run || run->state == State::Stopping)
        return;
    run->control->stop = true;
    run->control->pause = false;
    setState(*run, State::Stopping);
}

void TrainingController::setState(ActiveRun& run, State state)
{
    if (std::exchange(run.state, state) != state)
        Q_EMIT stateChanged();
}

} // namespace normscope
