// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runrevival.h"

#include "ui/runs/backgroundjob.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runtext.h"

#include <algorithm>
#include <utility>

namespace normscope {

struct RunRevival::Outcome {
    QString id;
    Result<RunRecord> record;
};

RunRevival::RunRevival(RunLibrary& library, QObject* parent) : QObject(parent), m_library(library)
{
    m_pool.setMaxThreadCount(1); // two at once would write the same store
}

RunRevival::~RunRevival()
{
    m_pool.waitForDone();
}

void RunRevival::begin(const QStringList& ids, Work work, void (RunRevival::*done)(const std::vector<Outcome>&))
{
    inBackground(m_pool, this,
                 [store = m_library.store(), ids, work = std::move(work)] {
        std::vector<Outcome> outcomes;
        for (const QString& id : ids)
            outcomes.push_back({id, work(store, id.toStdString())});
        return outcomes;
    },
                 [this, done](std::vector<Outcome> outcomes) {
        for (const Outcome& outcome : outcomes)
            if (outcome.record)
                m_library.replaceRecord(*outcome.record);
        (this->*done)(outcomes);
    },
                 [this](const QString& why) { // those that were done show at the watcher's next look
        Q_EMIT refused(tr("Not everything could be resumed or repaired: %1.").arg(why));
    });
}

void RunRevival::resume(const QStringList& ids, const ResumeChoice& choice)
{
    begin(ids, [choice](const RunStore& store, const std::string& id) { return requeueRun(store, id, choice); },
          &RunRevival::endResume);
}

void RunRevival::repair(const QStringList& ids)
{
    begin(ids, [](const RunStore& store, const std::string& id) { return repairRun(store, id); }, &RunRevival::endRepair);
}

void RunRevival::tellRefused(const std::vector<Outcome>& outcomes, const QString& one, const QString& several)
{
    QStringList names;
    QString reason;
    for (const Outcome& outcome : outcomes) {
        if (outcome.record)
            continue;
        const Run* run = m_library.run(outcome.id);
        names.append(run ? run->displayName() : outcome.id);
        if (reason.isEmpty())
            reason = QString::fromStdString(outcome.record.error().message);
    }
    if (names.size() == 1)
        Q_EMIT refused(one.arg(names.first(), reason));
    else if (!names.isEmpty())
        Q_EMIT refused(several.arg(names.size()).arg(names.first(), reason));
}

void RunRevival::endResume(const std::vector<Outcome>& outcomes)
{
    QStringList ids;
    for (const Outcome& outcome : outcomes)
        if (outcome.record && m_library.run(outcome.id))
            ids.append(outcome.id);
    if (!ids.isEmpty())
        Q_EMIT resumed(ids);
    tellRefused(outcomes, tr("\"%1\" cannot be resumed: %2"), tr("%1 runs cannot be resumed. The first, \"%2\": %3"));
}

QString RunRevival::repairNews(const QStringList& ids) const
{
    if (ids.size() > 1)
        return tr("%1 runs were repaired from their checkpoints.").arg(ids.size());
    const Run* run = m_library.run(ids.constFirst());
    if (!run)
        return {};
    const RunRecord& record = run->record;
    const QString news = tr("\"%1\" was repaired from its checkpoint: %2.").arg(run->displayName(), runProgressText(record));
    return whyNotResumable(record).empty() ? tr("%1 Resume goes on with it.").arg(news) : news;
}

void RunRevival::endRepair(const std::vector<Outcome>& outcomes)
{
    QStringList ids;
    for (const Outcome& outcome : outcomes)
        if (outcome.record)
            ids.append(outcome.id);
    if (!ids.isEmpty())
        Q_EMIT repaired(repairNews(ids));
    tellRefused(outcomes, tr("\"%1\" cannot be repaired: %2"), tr("%1 runs cannot be repaired. The first, \"%2\": %3"));
}

} // namespace normscope
