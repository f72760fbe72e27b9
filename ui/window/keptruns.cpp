// SPDX-License-Identifier: GPL-3.0-or-later
// Where the runs go that are in memory only: the part of StoreTrouble that writes.
#include "model/store/recovery.h"
#include "model/store/rescue.h"
#include "ui/runs/backgroundjob.h"
#include "ui/runs/runlibrary.h"
#include "ui/window/storetrouble.h"

#include <QCoreApplication>
#include <QDir>

#include <utility>

namespace normscope {

StoreTrouble::Taken StoreTrouble::take(const RunStore& own, const std::string& folder, const std::map<QString, InMemory>& runs)
{
    Taken result;
    for (const auto& [id, run] : runs) {
        const Status back = writeBack(own, *run.checkpoint, *run.state);
        auto kept = back ? own.load(id.toStdString()) : Result<RunRecord>(back.error());
        if (kept) {
            result.back.push_back(std::move(*kept));
            continue;
        }
        const auto store = folder.empty() ? Result<RunStore>(kept.error()) : RunStore::open(folder);
        const bool isGone = kept.error().code == ErrorCode::NotFound;
        if (!store || store->folder() != own.folder() || isGone) // its own store gets no second one of it
            kept = store ? adoptRun(*store, *run.checkpoint, *run.state) : Result<RunRecord>(store.error());
        if (kept)
            result.elsewhere.append(id);
        else
            result.error = QString::fromStdString(kept.error().message);
    }
    return result;
}

void StoreTrouble::keepIn(const QString& folder)
{
    m_place = folder;
    keep(folder, false);
}

void StoreTrouble::tryAgain()
{
    keep({}, false);
}

void StoreTrouble::keep(const QString& folder, bool quietly)
{
    std::map<QString, InMemory> ended;
    for (const QString& id : runsInMemory())
        if (!m_underWay.contains(id))
            ended[id] = m_memory[id];
    if (ended.empty())
        return refresh();
    QStringList ids;
    for (const auto& [id, run] : ended)
        ids.append(id);
    m_underWay += ids; // until then they are not taken again
    const auto done = [this, ids, folder, quietly](const Taken& result) {
        for (const QString& id : ids)
            m_underWay.removeOne(id);
        taken(folder, result, quietly);
    };
    inBackground(m_pool, this, [own = m_library.store(), folder, ended] { return take(own, folder.toStdString(), ended); },
                 done, [done](const QString& why) { done({{}, {}, tr("The runs could not be kept: %1.").arg(why)}); });
}

void StoreTrouble::taken(const QString& folder, const Taken& result, bool quietly)
{
    QStringList back, elsewhere;
    for (const RunRecord& record : result.back)
        if (const QString id = QString::fromStdString(record.id); m_memory.erase(id) > 0) {
            m_library.replaceRecord(record);
            back.append(id);
        }
    for (const QString& id : result.elsewhere)
        if (m_memory.erase(id) > 0)
            elsewhere.append(id);
    const bool another = !m_place.isEmpty() && m_place != folder; // chosen meanwhile
    if (!result.error.isEmpty() && !quietly) {
        if (!another)
            m_place.clear();
        m_closeAfterwards = m_closeAfterwards && another;
        Q_EMIT notKept(result.error);
    }
    refresh();
    sayTaken(folder, back, elsewhere);
    if (another && !runsInMemory().isEmpty())
        keep(m_place, false);
    else if (m_closeAfterwards && runsInMemory().isEmpty())
        m_window.close();
}

void StoreTrouble::sayTaken(const QString& folder, const QStringList& back, const QStringList& elsewhere)
{
    const QString native = QDir::toNativeSeparators(folder);
    if (!back.isEmpty())
        Q_EMIT wroteBack(back.size() == 1 ? tr("The store can be written again: %1 is saved in its own folder.").arg(namesOf(back))
                                          : tr("The store can be written again: %1 are saved in their own folders.").arg(namesOf(back)));
    if (!elsewhere.isEmpty())
        Q_EMIT kept(elsewhere.size() == 1 ? tr("%1 is kept in %2 now.").arg(namesOf(elsewhere), native)
                                          : tr("%1 are kept in %2 now.").arg(namesOf(elsewhere), native), folder);
}

void StoreTrouble::rescue()
{
    m_closeAfterwards = false;
    m_pool.waitForDone();
    QCoreApplication::sendPostedEvents(this, QEvent::MetaCall); // what the pool has just kept is not kept once more
    m_pool.waitForDone();
    QCoreApplication::sendPostedEvents(this, QEvent::MetaCall);
    std::vector<std::string> places;
    if (!m_place.isEmpty())
        places.push_back(m_place.toStdString());
    for (const QString& id : runsInMemory()) {
        const InMemory& run = m_memory[id];
        const auto kept = rescueRun(m_library.store(), *run.checkpoint, *run.state, places);
        if (!kept) {
            qCritical("A run that was only in memory is lost: %s", kept.error().message.c_str());
            continue;
        }
        qWarning("A run that was only in memory is kept in %s.", kept->folder.c_str());
        m_memory.erase(id);
    }
}

} // namespace normscope
