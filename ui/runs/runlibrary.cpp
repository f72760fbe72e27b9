// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runlibrary.h"

#include "model/store/runlock.h"
#include "ui/runs/runlibrary_p.h"

namespace normscope {

QString Run::displayName() const
{
    return record.spec.quickLook ? RunLibrary::tr("%1 (quick look)").arg(name()) : name();
}

RunLibrary::RunLibrary(RunStore store, QObject* parent) : QObject(parent), d(std::make_unique<Private>(std::move(store)))
{
    d->stamps = readStamps(d->store.folder()).value_or(StoreStamps()); // before: what changes meanwhile is read again
    for (auto& record : d->store.list()) {
        RunEntry& entry = d->entries.insert(std::move(record));
        entry.run.heldElsewhere = entry.run.record.state == RunState::Queued && RunLock::isHeld(entry.run.record.folder);
    }
}

RunLibrary::~RunLibrary() = default;

const RunStore& RunLibrary::store() const
{
    return d->store;
}

std::vector<const Run*> RunLibrary::runs() const
{
    std::vector<const Run*> all;
    all.reserve(d->entries.all().size());
    for (const auto& e : d->entries.all())
        all.push_back(&e->run);
    return all;
}

std::vector<const Run*> RunLibrary::checkedRuns() const
{
    auto all = runs();
    std::erase_if(all, [](const Run* run) { return !run->checked; });
    return all;
}

const Run* RunLibrary::run(const QString& id) const
{
    const RunEntry* entry = d->entries.find(id);
    return entry ? &entry->run : nullptr;
}

bool RunLibrary::isTrainedHere(const QString& id) const
{
    const RunEntry* entry = d->entries.find(id);
    return entry && entry->trainedHere;
}

const std::vector<float>& RunLibrary::batchLosses(const QString& id)
{
    static const std::vector<float> none;
    RunEntry* entry = d->entries.find(id);
    if (!entry || entry->run.record.state == RunState::Damaged)
        return none;
    if (!entry->losses)
        entry->losses = d->store.batchLosses(entry->run.record);
    return *entry->losses;
}

std::shared_ptr<const Evaluation> RunLibrary::evaluation(const QString& id)
{
    RunEntry* entry = d->entries.find(id);
    if (!entry || entry->run.record.state == RunState::Damaged)
        return nullptr;
    if (!entry->evaluation) {
        entry->evaluation = nullptr;
        if (d->store.hasPredictions(entry->run.record)) {
            auto loaded = d->store.predictions(entry->run.record);
            if (loaded)
                entry->evaluation = std::make_shared<const Evaluation>(std::move(*loaded));
            else
                tell(loaded.error());
        }
    }
    return *entry->evaluation;
}

void RunLibrary::setChecked(const QString& id, bool checked)
{
    setChecked(QStringList{id}, checked);
}

void RunLibrary::setChecked(const QStringList& ids, bool checked)
{
    bool changed = false;
    for (const QString& id : ids) {
        RunEntry* entry = d->entries.find(id);
        if (!entry || std::exchange(entry->run.checked, checked) == checked)
            continue;
        changed = true;
        Q_EMIT runChanged(id);
    }
    if (changed)
        Q_EMIT checkedChanged();
}

void RunLibrary::applyRecord(const RunRecord& record)
{
    const QString id = QString::fromStdString(record.id);
    RunEntry* entry = d->entries.find(id);
    if (!entry)
        return;
    RunRecord merged = record;
    const RunRecord& known = entry->run.record;
    merged.name = known.name;
    merged.note = known.note;
    merged.colour = known.colour;
    if (merged.epochs.size() < known.epochs.size())
        merged.epochs = known.epochs;
    const bool identityWaits = std::exchange(entry->trainedHere, merged.state == RunState::Running)
        && std::tie(merged.name, merged.note, merged.colour) != std::tie(record.name, record.note, record.colour);
    if (entry->trainedHere)
        batchLosses(id); // what an earlier part of it left, before its folder belongs to the worker
    else if (identityWaits)
        keepIdentity(merged);
    d->touch(*entry);
    entry->run.record = std::move(merged);
    Q_EMIT runChanged(id);
}

/// Names and the like that were given while the worker had the run's folder.
void RunLibrary::keepIdentity(const RunRecord& named)
{
    const auto kept = d->store.edit(named.id, [&](RunRecord& record) {
        record.name = named.name;
        record.note = named.note;
        record.colour = named.colour;
    });
    if (!kept)
        tell(kept.error());
}

void RunLibrary::continueFrom(const QString& id, std::size_t epochs, std::size_t batches)
{
    RunEntry* entry = d->entries.find(id);
    if (!entry)
        return;
    auto& known = entry->run.record.epochs;
    if (known.size() > epochs) {
        known.resize(epochs);
        Q_EMIT runChanged(id);
    }
    if (entry->losses && entry->losses->size() > batches) {
        entry->losses->resize(batches);
        Q_EMIT batchLossesAppended(id);
    }
}

/// What the worker found out when the run started stands in run.json by its first epoch.
void RunLibrary::readSummary(RunRecord& record) const
{
    const auto onDisk = d->store.load(record.id);
    if (!onDisk)
        return;
    record.parameters = onDisk->parameters;
    record.trainImages = onDisk->trainImages;
    record.testImages = onDisk->testImages;
    record.dataTitle = onDisk->dataTitle;
    record.dataFingerprint = onDisk->dataFingerprint;
    record.classNames = onDisk->classNames;
    record.inputScale = onDisk->inputScale;
    record.device = onDisk->device;
    record.software = onDisk->software;
}

void RunLibrary::appendEpoch(const QString& id, const EpochMetrics& metrics)
{
    if (RunEntry* entry = d->entries.find(id)) {
        entry->run.record.epochs.push_back(metrics);
        if (entry->run.record.parameters == 0)
            readSummary(entry->run.record);
        Q_EMIT epochAppended(id);
    }
}

void RunLibrary::appendBatchLosses(const QString& id, const std::vector<float>& losses)
{
    batchLosses(id); // what the folder has comes first
    RunEntry* entry = d->entries.find(id);
    if (losses.empty() || !entry || !entry->losses)
        return;
    entry->losses->insert(entry->losses->end(), losses.begin(), losses.end());
    Q_EMIT batchLossesAppended(id);
}

void RunLibrary::setEvaluation(const QString& id, std::shared_ptr<const Evaluation> evaluation)
{
    if (RunEntry* entry = d->entries.find(id)) {
        entry->evaluation = std::move(evaluation);
        Q_EMIT evaluationChanged(id);
    }
}

} // namespace normscope
