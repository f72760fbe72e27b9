// SPDX-License-Identifier: GPL-3.0-or-later
// RunLibrary: what others do in the store.
#include "ui/runs/runlibrary_p.h"

#include <limits>
#include <tuple>

namespace normscope {

namespace {

constexpr quint64 always = std::numeric_limits<quint64>::max();

/// Whether the curves, the predictions and the figures are those that were read already.
bool sameFigures(const RunRecord& a, const RunRecord& b)
{
    return a.state == b.state && a.epochs == b.epochs && a.dataFingerprint == b.dataFingerprint;
}

bool sameRecord(const RunRecord& a, const RunRecord& b)
{
    const auto rest = [](const RunRecord& r) {
        return std::tie(r.name, r.note, r.colour, r.reason, r.created, r.dataTitle, r.classNames, r.trainImages, r.testImages,
                        r.parameters, r.device, r.software, r.history);
    };
    return sameFigures(a, b) && rest(a) == rest(b) && a.spec == b.spec;
}

} // namespace

const StoreStamps& RunLibrary::stampsAtStart() const
{
    return d->stamps;
}

quint64 RunLibrary::changeCount() const
{
    return d->changes;
}

void RunLibrary::insert(RunRecord record)
{
    const QString id = QString::fromStdString(record.id);
    d->entries.insert(std::move(record));
    Q_EMIT runAdded(id);
}

void RunLibrary::readAgain(RunEntry& entry, RunRecord record)
{
    if (sameRecord(entry.run.record, record))
        return;
    const QString id = entry.run.id();
    const bool figures = !sameFigures(entry.run.record, record);
    const bool hadLosses = entry.losses && !entry.losses->empty();
    entry.run.record = std::move(record);
    entry.run.heldElsewhere = entry.run.heldElsewhere && entry.run.record.state == RunState::Queued;
    if (figures) {
        entry.losses.reset();
        entry.evaluation.reset();
    }
    Q_EMIT runChanged(id);
    if (!figures)
        return;
    Q_EMIT evaluationChanged(id);
    if (hadLosses)
        Q_EMIT batchLossesAppended(id);
}

void RunLibrary::refresh()
{
    const auto present = readStamps(d->store.folder());
    for (auto& record : d->store.list()) {
        const QString id = QString::fromStdString(record.id);
        if (RunEntry* entry = d->entries.find(id); !entry) {
            insert(std::move(record));
        } else if (!entry->trainedHere) {
            entry->losses.reset();
            entry->evaluation.reset();
            entry->run.record = std::move(record);
            entry->run.heldElsewhere = entry->run.heldElsewhere && entry->run.record.state == RunState::Queued;
            Q_EMIT runChanged(id);
            Q_EMIT evaluationChanged(id);
        }
    }
    if (present) // else the store is away for the moment, and the runs stay
        dropMissing(*present, always);
}

QStringList RunLibrary::applyStoreChanges(const StoreChanges& changes, quint64 since)
{
    QStringList again;
    for (const RunRecord& record : changes.read) {
        const QString id = QString::fromStdString(record.id);
        RunEntry* entry = d->entries.find(id);
        if (!entry) {
            if (!d->isInOurTrash(id)) // it was deleted here while it was read
                insert(record);
        } else if (!entry->trainedHere) {
            if (entry->changedAt > since)
                again.append(id);
            else
                readAgain(*entry, record);
        }
    }
    for (const auto& [id, held] : changes.held) {
        RunEntry* entry = d->entries.find(QString::fromStdString(id));
        if (!entry || entry->changedAt > since)
            continue;
        const bool elsewhere = held && entry->run.record.state == RunState::Queued && !entry->queuedHere && !entry->trainedHere;
        if (std::exchange(entry->run.heldElsewhere, elsewhere) != elsewhere)
            Q_EMIT runChanged(entry->run.id());
    }
    dropMissing(changes.stamps, since);
    return again;
}

void RunLibrary::dropMissing(const StoreStamps& present, quint64 since)
{
    QStringList gone;
    for (const auto& e : d->entries.all())
        if (!e->trainedHere && e->changedAt <= since && !present.contains(e->run.record.id))
            gone.append(e->run.id());
    bool checkedRunGone = false;
    for (const QString& id : gone) {
        checkedRunGone = checkedRunGone || d->entries.find(id)->run.checked;
        d->entries.erase(id);
        Q_EMIT runRemoved(id);
    }
    if (checkedRunGone)
        Q_EMIT checkedChanged();
}

void RunLibrary::replaceRecord(const RunRecord& record)
{
    RunEntry* entry = d->entries.find(QString::fromStdString(record.id));
    if (!entry || entry->trainedHere)
        return;
    d->touch(*entry);
    readAgain(*entry, record);
}

void RunLibrary::setQueuedHere(const QString& id, bool queued)
{
    RunEntry* entry = d->entries.find(id);
    if (!entry || std::exchange(entry->queuedHere, queued) == queued)
        return;
    d->touch(*entry);
    if (queued && std::exchange(entry->run.heldElsewhere, false))
        Q_EMIT runChanged(id);
}

} // namespace normscope
