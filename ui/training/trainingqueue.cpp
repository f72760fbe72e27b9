// SPDX-License-Identifier: GPL-3.0-or-later
// TrainingController's queue: what waits, what starts, what has ended.
#include "ui/training/trainingcontroller_p.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace normscope {

namespace {

constexpr std::size_t mostLocks = 128;
constexpr auto lockPatience = std::chrono::milliseconds(50); // the window's thread waits
constexpr std::string_view notAllSaved = "not everything was saved"; // executeRun()'s words for a full or failing disk

} // namespace

void TrainingController::enqueue(const QString& runId)
{
    enqueue(QStringList{runId});
}

void TrainingController::enqueue(const QStringList& runIds)
{
    if (d->closing)
        return;
    const auto before = d->queue.size();
    for (const QString& id : runIds) {
        const Run* run = d->library.run(id);
        if (!run || run->record.state != RunState::Queued || d->queue.contains(id) || !lockWaiting(id))
            continue;
        d->queue.append(id);
        d->library.setQueuedHere(id, true);
    }
    if (d->queue.size() > before)
        startWaiting();
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
    d->library.setQueuedHere(runId, false);
    if (const Run* run = d->library.run(runId)) { // null: it was deleted
        RunRecord record = run->record;
        record.state = RunState::Stopped;
        record.reason = "It was taken from the queue before it started.";
        // A store that cannot be written has been told of already, when the run was made.
        static_cast<void>(d->library.store().save(record).ok());
        d->library.applyRecord(record);
    }
    letGo(runId);
    lockWaiting();
    Q_EMIT queueChanged();
}

void TrainingController::leaveQueue()
{
    for (const QString& id : std::exchange(d->queue, {}))
        d->library.setQueuedHere(id, false);
    d->locks.clear();
    Q_EMIT queueChanged();
}

/// False where another process holds the run. A store that knows no locks, or a system that has none left, does not keep
/// a run from being queued: executeRun() takes its own.
bool TrainingController::lockWaiting(const QString& runId)
{
    const Run* run = d->library.run(runId);
    if (!run || d->locks.contains(runId) || d->locks.size() >= mostLocks)
        return run != nullptr;
    auto lock = RunLock::acquire(run->record.folder, RunLock::Hold::AsOwner, lockPatience);
    if (lock) {
        d->locks[runId] = std::make_shared<std::optional<RunLock>>(std::move(*lock));
        return true;
    }
    if (lock.error().code != ErrorCode::BadUsage)
        return true;
    Q_EMIT d->library.storeError(tr("\"%1\" waits or trains in another window already.").arg(nameOf(runId)));
    return false;
}

/// Those that moved up in the queue, as far as there are locks.
void TrainingController::lockWaiting()
{
    for (const QString& id : d->queue.mid(0, qsizetype(mostLocks)))
        if (!d->locks.contains(id) && !lockWaiting(id))
            break;
}

void TrainingController::letGo(const QString& runId)
{
    d->locks.erase(runId);
}

TrainingLane& TrainingController::freeLane()
{
    for (const auto& lane : d->lanes)
        if (!lane->isBusy())
            return *lane;
    d->lanes.push_back(std::make_unique<TrainingLane>(d->library.store(), d->datasets, d->train));
    connectWorker(*d->lanes.back());
    return *d->lanes.back();
}

/// Moves what should start from the queue to the active runs; their ids.
QStringList TrainingController::takeStarting()
{
    d->queue.removeIf([this](const QString& id) {
        const Run* run = d->library.run(id);
        const bool gone = !run || run->record.state != RunState::Queued;
        if (gone) {
            letGo(id);
            d->library.setQueuedHere(id, false);
        }
        return gone;
    });
    std::vector<RunUnderWay> underWay;
    for (const auto& run : d->active)
        underWay.push_back({run->record.spec, run->control->threads, doneOf(run->batch)});
    std::vector<RunSpec> waiting;
    for (const QString& id : d->queue)
        waiting.push_back(d->library.run(id)->record.spec);
    QStringList ids;
    for (const int threads : startsNow(underWay, waiting, d->atOnce, d->machine)) {
        auto run = std::make_unique<ActiveRun>();
        run->id = d->queue.takeFirst();
        run->job = ++d->jobs;
        run->record = d->library.run(run->id)->record;
        run->control->threads = threads;
        run->batch.epochs = run->record.spec.epochs;
        run->lane = &freeLane();
        const auto lock = d->locks.extract(run->id);
        run->lane->train({run->job, run->record, run->control, lock ? lock.mapped() : nullptr});
        ids.append(run->id);
        d->active.push_back(std::move(run));
    }
    return ids;
}

void TrainingController::startWaiting()
{
    const QStringList ids = takeStarting();
    for (const QString& id : ids) {
        RunRecord running = find(id)->record;
        running.state = RunState::Running;
        d->library.applyRecord(running); // from here the run's folder is the worker's
        d->library.setQueuedHere(id, false);
    }
    lockWaiting();
    if (d->active.empty())
        d->done = 0;
    Q_EMIT stateChanged();
    Q_EMIT queueChanged();
    for (const QString& id : ids)
        Q_EMIT runStarted(id);
}

QString TrainingController::nameOf(const QString& id) const
{
    const Run* run = d->library.run(id);
    return run ? run->displayName() : id;
}

void TrainingController::finishRun(quint64 job, const RunRecord& record)
{
    const auto it = std::find_if(d->active.begin(), d->active.end(), [&](const auto& run) { return run->job == job; });
    if (it == d->active.end())
        return;
    const QString id = (*it)->id;
    const bool told = (*it)->inMemory;
    (*it)->lane->setFree();
    d->active.erase(it);
    if (record.state != RunState::Stopped)
        ++d->done;
    d->library.applyRecord(record);
    Q_EMIT runEnded(id);
    if (record.state == RunState::Failed || record.state == RunState::Diverged)
        Q_EMIT runFailed(id, QString::fromStdString(record.reason));
    else if (!told && record.reason.find(notAllSaved) != std::string::npos)
        Q_EMIT d->library.storeError(
            tr("\"%1\" was trained, but %2").arg(nameOf(id), QString::fromStdString(record.reason)));
    startWaiting();
}

} // namespace normscope
