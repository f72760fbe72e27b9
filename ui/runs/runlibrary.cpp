// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runlibrary.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

namespace normscope {

namespace {

struct Entry {
    Run run;
    bool trainedHere = false;
    std::optional<std::vector<float>> losses; ///< none: not read from the folder yet
    std::optional<std::shared_ptr<const Evaluation>> evaluation;
};

struct Removed {
    std::string id;
    bool checked = false;
};

bool isOlder(const RunRecord& a, const RunRecord& b)
{
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
}

// "Batch norm", then "Batch norm #2": a legend with two equal names helps nobody.
std::string uniqueName(const std::string& wanted, const std::set<std::string>& taken)
{
    std::string name = wanted;
    for (int n = 2; taken.contains(name); ++n)
        name = wanted + " #" + std::to_string(n);
    return name;
}

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
    std::vector<std::unique_ptr<Entry>> entries; ///< oldest first
    std::vector<Removed> removed;                ///< in the trash, the last one last

    Entry* find(const QString& id)
    {
        const std::string key = id.toStdString();
        const auto it = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e->run.record.id == key; });
        return it == entries.end() ? nullptr : it->get();
    }
    Entry& insert(RunRecord record)
    {
        auto entry = std::make_unique<Entry>();
        entry->run.record = std::move(record);
        const auto place = std::upper_bound(entries.begin(), entries.end(), entry, [](const auto& a, const auto& b) {
            return isOlder(a->run.record, b->run.record);
        });
        return **entries.insert(place, std::move(entry));
    }
    int freeColour() const
    {
        std::set<int> taken;
        for (const auto& e : entries)
            taken.insert(e->run.record.colour);
        int colour = 0;
        while (taken.contains(colour))
            ++colour;
        return colour;
    }
    std::set<std::string> names() const
    {
        std::set<std::string> all;
        for (const auto& e : entries)
            all.insert(e->run.record.name);
        return all;
    }
};

RunLibrary::RunLibrary(RunStore store, QObject* parent) : QObject(parent), d(std::make_unique<Private>(std::move(store)))
{
    for (auto& record : d->store.list())
        d->insert(std::move(record));
}

RunLibrary::~RunLibrary() = default;

const RunStore& RunLibrary::store() const
{
    return d->store;
}

std::vector<const Run*> RunLibrary::runs() const
{
    std::vector<const Run*> all;
    all.reserve(d->entries.size());
    for (const auto& e : d->entries)
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
    const Entry* entry = d->find(id);
    return entry ? &entry->run : nullptr;
}

bool RunLibrary::isTrainedHere(const QString& id) const
{
    const Entry* entry = d->find(id);
    return entry && entry->trainedHere;
}

const std::vector<float>& RunLibrary::batchLosses(const QString& id)
{
    static const std::vector<float> none;
    Entry* entry = d->find(id);
    if (!entry || entry->run.record.state == RunState::Damaged)
        return none;
    if (!entry->losses)
        entry->losses = d->store.batchLosses(entry->run.record);
    return *entry->losses;
}

std::shared_ptr<const Evaluation> RunLibrary::evaluation(const QString& id)
{
    Entry* entry = d->find(id);
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
    auto created = d->store.create(spec, uniqueName(wanted, d->names()), d->freeColour());
    if (!created) {
        Q_EMIT storeError(QString::fromStdString(created.error().message));
        return {};
    }
    Entry& entry = d->insert(std::move(*created));
    entry.run.checked = true;
    const QString id = entry.run.id();
    Q_EMIT runAdded(id);
    Q_EMIT checkedChanged();
    return id;
}

void RunLibrary::setChecked(const QString& id, bool checked)
{
    Entry* entry = d->find(id);
    if (!entry || entry->run.checked == checked)
        return;
    entry->run.checked = checked;
    Q_EMIT runChanged(id);
    Q_EMIT checkedChanged();
}

void RunLibrary::changeIdentity(const QString& id, const std::function<void(RunRecord&)>& change)
{
    Entry* entry = d->find(id);
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
    const Entry* entry = d->find(id);
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
    d->removed.push_back({entry->run.record.id, wasChecked});
    std::erase_if(d->entries, [&](const auto& e) { return e.get() == entry; });
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
    if (const Status restored = d->store.restore(last.id); !restored) {
        Q_EMIT storeError(QString::fromStdString(restored.error().message));
        return;
    }
    auto record = d->store.load(last.id);
    if (!record) {
        Q_EMIT storeError(QString::fromStdString(record.error().message));
        refresh(); // brings it back as a damaged row, as it was
        return;
    }
    Entry& entry = d->insert(std::move(*record));
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
    std::set<std::string> present;
    bool checkedRunGone = false;
    for (auto& record : d->store.list()) {
        present.insert(record.id);
        const QString id = QString::fromStdString(record.id);
        if (Entry* entry = d->find(id); !entry) {
            d->insert(std::move(record));
            Q_EMIT runAdded(id);
        } else if (!entry->trainedHere) {
            entry->run.record = std::move(record);
            entry->losses.reset();
            entry->evaluation.reset();
            Q_EMIT runChanged(id);
            Q_EMIT evaluationChanged(id);
        }
    }
    QStringList gone;
    for (const auto& e : d->entries)
        if (!present.contains(e->run.record.id) && !e->trainedHere)
            gone.append(e->run.id());
    for (const QString& id : gone) {
        checkedRunGone = checkedRunGone || d->find(id)->run.checked;
        std::erase_if(d->entries, [&](const auto& e) { return e->run.id() == id; });
        Q_EMIT runRemoved(id);
    }
    if (checkedRunGone)
        Q_EMIT checkedChanged();
}

void RunLibrary::applyRecord(const RunRecord& record)
{
    const QString id = QString::fromStdString(record.id);
    Entry* entry = d->find(id);
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

void RunLibrary::appendEpoch(const QString& id, const EpochMetrics& metrics)
{
    if (Entry* entry = d->find(id)) {
        entry->run.record.epochs.push_back(metrics);
        Q_EMIT epochAppended(id);
    }
}

void RunLibrary::appendBatchLosses(const QString& id, const std::vector<float>& losses)
{
    batchLosses(id); // what the folder has comes first
    Entry* entry = d->find(id);
    if (losses.empty() || !entry || !entry->losses)
        return;
    entry->losses->insert(entry->losses->end(), losses.begin(), losses.end());
    Q_EMIT batchLossesAppended(id);
}

void RunLibrary::setEvaluation(const QString& id, std::shared_ptr<const Evaluation> evaluation)
{
    if (Entry* entry = d->find(id)) {
        entry->evaluation = std::move(evaluation);
        Q_EMIT evaluationChanged(id);
    }
}

} // namespace normscope
