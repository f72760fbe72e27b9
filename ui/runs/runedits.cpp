// SPDX-License-Identifier: GPL-3.0-or-later
// RunLibrary: what the user does to the runs, each written to the store at once.
#include "ui/runs/runlibrary_p.h"

#include <QLoggingCategory>

namespace normscope {

namespace {

Q_LOGGING_CATEGORY(logStore, "normscope.store", QtInfoMsg)

bool sameIdentity(const RunRecord& a, const RunRecord& b)
{
    return a.name == b.name && a.note == b.note && a.colour == b.colour;
}

} // namespace

void RunLibrary::tell(const Error& error)
{
    if (!error.detail.empty()) // for the log; the message is for people, and is logged by whoever shows it
        qCWarning(logStore).noquote() << QString::fromStdString(error.detail);
    Q_EMIT storeError(QString::fromStdString(error.message));
}

QString RunLibrary::create(const RunSpec& spec, const QString& name)
{
    const std::string wanted = name.trimmed().isEmpty() ? normalizationTitle(spec.normalization, spec.groups)
                                                        : name.trimmed().toStdString();
    auto created = d->store.create(spec, d->entries.freeName(wanted), d->entries.freeColour());
    if (!created) {
        tell(created.error());
        return {};
    }
    RunEntry& entry = d->entries.insert(std::move(*created));
    entry.run.checked = true;
    d->touch(entry);
    const QString id = entry.run.id();
    Q_EMIT runAdded(id);
    Q_EMIT checkedChanged();
    return id;
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
    if (!entry->trainedHere) { // else it waits in memory until the run ends
        if (entry->run.heldElsewhere || changed.state == RunState::Running) {
            Q_EMIT storeError(entry->run.heldElsewhere
                                  ? tr("\"%1\" waits in the queue of another window, which alone may write it; change it there.").arg(entry->run.name())
                                  : tr("\"%1\" is being trained by another process, which alone may write it; "
                                       "change it when it has ended.").arg(entry->run.name()));
            return;
        }
        auto edited = d->store.edit(entry->run.record.id, change);
        if (!edited)
            return tell(edited.error());
        // Another window may have changed something else meanwhile.
        changed = std::move(*edited);
    }
    d->touch(*entry);
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
    if (entry->run.heldElsewhere) {
        Q_EMIT storeError(tr("\"%1\" waits in the queue of another window and cannot be deleted here.").arg(entry->run.name()));
        return;
    }
    Q_EMIT removing(id);
    if (const Status removed = d->store.remove(entry->run.record.id); !removed)
        return tell(removed.error());
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
    const Private::Removed last = d->removed.back();
    d->removed.pop_back();
    if (const Status restored = d->store.restore(last.id.toStdString()); !restored)
        return tell(restored.error());
    auto record = d->store.load(last.id.toStdString());
    if (!record) {
        tell(record.error());
        refresh(); // brings it back as a damaged row, as it was
        return;
    }
    RunEntry& entry = d->entries.insert(std::move(*record));
    entry.run.checked = last.checked;
    d->touch(entry);
    Q_EMIT runAdded(entry.run.id());
    if (last.checked)
        Q_EMIT checkedChanged();
}

bool RunLibrary::canUndoRemove() const
{
    return !d->removed.empty();
}

void RunLibrary::purgeRemoved()
{
    for (const Private::Removed& removed : std::exchange(d->removed, {}))
        if (const Status purged = d->store.purge(removed.id.toStdString()); !purged)
            qCWarning(logStore).noquote() << QString::fromStdString(purged.error().message);
}

bool RunLibrary::requeue(const QString& id, const ResumeChoice& choice)
{
    const auto queued = requeueRun(d->store, id.toStdString(), choice);
    if (!queued) {
        tell(queued.error());
        return false;
    }
    replaceRecord(*queued);
    return true;
}

} // namespace normscope
