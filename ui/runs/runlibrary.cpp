// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runlibrary.h"

#include "ui/runs/runentries.h"

#include <utility>

namespace normscope {

namespace {

struct Removed {
    QString id;
    bool checked = false;
};

bool sameIdentity(const RunRecord& a, const RunRecord& b)
{
    return a.name == b.name && a.note == b.note && a.colour == b.colour;
}

} // namespace

QString Run::displayName() const
{
    return record.spec.quickLook ? RunLibrary::tr("%1 (quick look)").arg(name()) : name();
}

struct RunLibrary::Private {
    explicit Private(RunStore s) : store(std::move(s)) {}

    RunStore store;
    RunEntries entries;
    std::vector<Removed> removed; ///< in the trash, the last one last
};

RunLibrary::RunLibrary(RunStore store, QObject* parent) : QObject(parent), d(std::make_unique<Private>(std::move(store)))
{
    for (auto& record : d->store.list())
        d->entries.insert(std::move(record));
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
                Q_EMIT storeError(QString::fromStdString(loaded.error().message));
        }
    }
    return *entry->evaluation;
}

QString RunLibrary::create(const RunSpec& spec, const QString& name)
{
    const std::string wanted = name.trimmed().isEmpty() ? normalizationTitle(spec.normalization, spec.groups)
                                                        : name.trimmed().toStdString();
    auto created = d->store.create(spec, d->entries.freeName(wanted), d->entries.freeColour());
    if (!created) {
        Q_EMIT storeError(QString::fromStdString(created.error().message));
        return {};
    }
    RunEntry& entry = d->entries.insert(std::move(*created));
    entry.run.checked = true;
    const QString id = entry.run.id();
    Q_EMIT runAdded(id);
    Q_EMIT checkedChanged();
    return id;
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

void RunLibrary::changeIdentity(const QString& id, const std::function<void(RunRecord&)>& change)
{
    RunEntry* entry = d->entries.find(id);
    if (!entry)
        return;
    RunRecord changed = entry->run.record;
    change(changed);
    if (sameIdentity(changed, entry->run.record))
        return;
    if (changed.state == RunState::Damaged) {
        Q_EMIT storeError(tr("\"%1\" is damaged and cannot be changed: %2")
                              .arg(entry->run.name(), QString::fromStdString(entry->run.record.reason)));
        return;
    }
    if (!entry->trainedHere) {
        if (changed.state == RunState::Running) {
            Q_EMIT storeError(tr("\"%1\" is being trained by another process, which alone may write it; "
                                 "change it when it has ended.").arg(entry->run.name()));
            return;
        }
        if (const Status saved = d->store.save(changed); !saved) {
            Q_EMIT storeError(QString::fromStdString(saved.error().message));
            return;
        }
    }
    entry->run.record = std::move(changed);
    Q_EMIT runChanged(id);
}

void RunLibrary::rename(const QString& id, const QString& name)
{
    const QString trimmed = name.trimmed();
    if (trimmed.isEmpty()) {
        Q_EMIT storeError(tr("A run needs a name; the old one was kept."));
        return;
    }
    changeIdentity(id, [&](RunRecord& record) { record.name = trimmed.toStdString(); });
}

void RunLibrary::setNote(const QString& id, const QString& note)
{
    changeIdentity(id, [&](RunRecord& record) { record.note = note.toStdString(); });
}

void RunLibrary::setColour(const QString& id, int colourIndex)
{
    changeIdentity(id, [&](RunRecord& record) { record.colour = colourIndex; });
}

void RunLibrary::remove(const QString& id)
{
    const RunEntry* entry = d->entries.find(id);
    if (!entry)
        return;
    if (entry->run.record.state == RunState::Running) {
        Q_EMIT storeError(entry->trainedHere
                              ? tr("\"%1\" is training: stop it before deleting it.").arg(entry->run.name())
                              : tr("\"%1\" is being trained by another process and cannot be deleted.").arg(entry->run.name()));
        return;
    }
    if (const Status removed = d->store.remove(entry->run.record.id); !removed) {
        Q_EMIT storeError(QString::fromStdString(removed.error().message));
        return;
    }
    const bool wasChecked = entry->run.checked;
    d->removed.push_back({id, wasChecked});
    d->entries.erase(id);
    Q_EMIT runRemoved(id);
    if (wasChecked)
        Q_EMIT checkedChanged();
}

void RunLibrary::undoRemove()
{
    if (d->removed.empty())
        return;
    const Removed last = d->removed.back();
    d->removed.pop_back();
    if (const Status restored = d->store.restore(last.id.toStdString()); !restored) {
        Q_EMIT storeError(QString::fromStdString(restored.error().message));
        return;
    }
    auto record = d->store.load(last.id.toStdString());
    if (!record) {
        Q_EMIT storeError(QString::fromStdString(record.error().message));
        refresh(); // brings it back as a damaged row, as it was
        return;
    }
    RunEntry& entry = d->entries.insert(std::move(*record));
    entry.run.checked = last.checked;
    Q_EMIT runAdded(entry.run.id());
    if (last.checked)
        Q_EMIT checkedChanged();
}

bool RunLibrary::canUndoRemove() const
{
    return !d->removed.empty();
}

void RunLibrary::refresh()
{
    QSet<QString> present;
    for (auto& record : d->store.list()) {
        const QString id = QString::fromStdString(record.id);
        present.insert(id);
        if (RunEntry* entry = d->entries.find(id); !entry) {
            d->entries.insert(std::move(record));
            Q_EMIT runAdded(id);
        } else if (!entry->trainedHere) {
            entry->run.record = std::move(record);
            entry->losses.reset();
            entry->evaluation.reset();
            Q_EMIT runChanged(id);
            Q_EMIT evaluationChanged(id);
        }
    }
    dropMissing(present);
}

void RunLibrary::dropMissing(const QSet<QString>& present)
{
    QStringList gone;
    for (const auto& e : d->entries.all())
        if (!e->trainedHere && !present.contains(e->run.id()))
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
    if (merged.state == RunState::Running) {
        if (!entry->trainedHere)
            entry->losses.emplace(); // a run starts without any; its folder now belongs to the worker
        entry->trainedHere = true;
    } else {
        entry->trainedHere = false;
        if (!sameIdentity(merged, record))
            if (const Status saved = d->store.save(merged); !saved)
                Q_EMIT storeError(QString::fromStdString(saved.error().message));
    }
    entry->run.record = std::move(merged);
    Q_EMIT runChanged(id);
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
