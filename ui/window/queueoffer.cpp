// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/queueoffer.h"

#include "ui/runs/runlibrary.h"
#include "ui/theme/messagebar.h"
#include "ui/training/trainingcontroller.h"

#include <utility>

namespace normscope {

QueueOffer::QueueOffer(RunLibrary& library, TrainingController& controller, MessageBar& bar, QObject* parent)
    : QObject(parent), m_library(library), m_controller(controller), m_bar(bar)
{
    connect(&m_controller, &TrainingController::queueChanged, this, &QueueOffer::refresh);
    const auto changed = [this](const QString& id) {
        if (m_offered.contains(id))
            refresh();
    };
    connect(&m_library, &RunLibrary::runChanged, this, changed);
    connect(&m_library, &RunLibrary::runRemoved, this, changed);
}

QStringList QueueOffer::waiting(const QStringList& among) const
{
    const QStringList queue = m_controller.queuedRuns();
    QStringList ids;
    for (const QString& id : among) {
        const Run* run = m_library.run(id);
        if (run && run->record.state == RunState::Queued && !run->record.readOnly && !run->heldElsewhere && !queue.contains(id))
            ids.append(id);
    }
    return ids;
}

void QueueOffer::offer()
{
    QStringList all;
    for (const Run* run : m_library.runs())
        all.append(run->id());
    m_offered = waiting(all);
    say();
}

void QueueOffer::refresh()
{
    if (m_offered.isEmpty())
        return;
    const auto before = m_offered.size();
    m_offered = waiting(m_offered);
    if (m_offered.size() != before && !m_bar.isHidden()) // closed by the user: it stays so
        say();
}

void QueueOffer::say()
{
    if (m_offered.isEmpty())
        return m_bar.hide();
    const bool one = m_offered.size() == 1;
    const Run* first = m_library.run(m_offered.constFirst());
    m_bar.say(MessageBar::Kind::Info,
              one ? tr("\"%1\" waits from last time.").arg(first ? first->displayName() : QString())
                  : tr("%1 runs wait from last time.").arg(m_offered.size()),
              one ? tr("Train it") : tr("Train them"), [this] { m_controller.enqueue(std::exchange(m_offered, {})); });
}

} // namespace normscope
