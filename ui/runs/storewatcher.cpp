// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/storewatcher.h"

#include "ui/runs/backgroundjob.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/background.h"

#include <QTimer>

#include <utility>

namespace normscope {

StoreWatcher::StoreWatcher(RunLibrary& library, QObject* parent, Look look)
    : QObject(parent), m_library(library), m_look(std::move(look)), m_stamps(library.stampsAtStart()), m_timer(new QTimer(this))
{
    m_pool.setMaxThreadCount(1);
    connect(m_timer, &QTimer::timeout, this, &StoreWatcher::look);
    m_timer->start(usualInterval);
}

StoreWatcher::~StoreWatcher()
{
    m_pool.waitForDone();
}

void StoreWatcher::setInterval(int ms)
{
    m_timer->start(ms);
}

StoreLook StoreWatcher::nextLook()
{
    StoreLook look{m_library.store(), std::move(m_stamps), {}, m_again, {}}; // take() brings new stamps
    for (const Run* run : m_library.runs()) {
        const RunRecord& record = run->record;
        if (m_library.isTrainedHere(run->id()))
            look.ours.insert(record.id);
        else if (record.state == RunState::Running || record.state == RunState::Queued)
            look.owned.push_back({record.id, record.folder, record.state == RunState::Running});
    }
    return look;
}

void StoreWatcher::look()
{
    if (std::exchange(m_isLooking, true))
        return;
    const auto look = std::make_shared<StoreLook>(nextLook());
    inBackground(m_pool, this,
                 [look, lookAt = m_look] {
        giveWayToTheWindow();
        return lookAt(*look);
    },
                 [this, since = m_library.changeCount()](StoreChanges changes) { take(std::move(changes), since); },
                 [this, look](const QString& why) {
        m_stamps = std::move(look->before); // what this look would have told, the next one does
        endLook(why);
    });
}

void StoreWatcher::take(StoreChanges changes, quint64 since)
{
    const QString problem = QString::fromStdString(changes.problem);
    if (problem.isEmpty()) {
        m_again.clear();
        for (const QString& id : m_library.applyStoreChanges(changes, since))
            m_again.insert(id.toStdString());
    }
    m_stamps = std::move(changes.stamps);
    endLook(problem);
}

void StoreWatcher::endLook(const QString& problem)
{
    m_isLooking = false;
    if (std::exchange(m_problem, problem) != problem)
        Q_EMIT problemChanged();
    Q_EMIT looked();
}

} // namespace normscope
