// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/closeguard.h"

#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"

#include <QEventLoop>
#include <QPushButton>
#include <QTimer>

#include <utility>

namespace normscope {

namespace {

constexpr int savePatience = 20'000; // ms; a session manager waits about as long

} // namespace

CloseGuard::CloseGuard(QWidget& window, RunLibrary& library, TrainingController& controller)
    : QObject(&window), m_window(window), m_library(library), m_controller(controller)
{
    connect(&m_controller, &TrainingController::runEnded, this, &CloseGuard::finish);
    // On the disk there is less of such a run than in memory, and what becomes of it is asked after it has ended.
    connect(&m_controller, &TrainingController::keptInMemory, this, [this](const QString& id) { m_requeue.removeAll(id); });
    connect(&m_controller, &TrainingController::stateChanged, this, [this] {
        if (m_controller.state() != TrainingController::State::Idle)
            return;
        if (m_question)
            m_question->close(); // the run has ended by itself: there is nothing to ask any more
        if (std::exchange(m_closing, false)) // once: something else may keep the window open
            m_window.close();
    });
}

void CloseGuard::finish(const QString& id)
{
    const bool goesOn = m_requeue.removeAll(id) > 0;
    if (m_discard.removeAll(id) > 0)
        m_library.remove(id);
    else if (const Run* run = m_library.run(id); goesOn && run && run->record.state == RunState::Stopped)
        m_library.requeue(id);
}

bool CloseGuard::mayClose()
{
    if (m_controller.state() == TrainingController::State::Idle)
        return true;
    if (!m_closing)
        ask();
    return false;
}

void CloseGuard::ask()
{
    if (m_question) {
        m_question->raise();
        return;
    }
    const QStringList asked = m_controller.activeRuns(); // by the time of the answer the queue may have moved on
    // Opened, not executed: the training's news goes on arriving behind the question.
    m_question = new QMessageBox(QMessageBox::Question, tr("Close Normscope"),
                                 questionText(), QMessageBox::NoButton, &m_window);
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    m_question->setTextFormat(Qt::PlainText);
    m_question->setInformativeText(informativeText(asked.size()));
    QPushButton* keep = m_question->addButton(tr("Keep training"), QMessageBox::RejectRole);
    QPushButton* save = m_question->addButton(tr("Stop and save"), QMessageBox::AcceptRole);
    QPushButton* discard = m_question->addButton(asked.size() > 1 ? tr("Discard these runs") : tr("Discard this run"), QMessageBox::DestructiveRole);
    m_question->setDefaultButton(keep);
    m_question->setEscapeButton(keep);
    connect(save, &QPushButton::clicked, this, [this] { stopThenClose({}); });
    connect(discard, &QPushButton::clicked, this, [this, asked] { stopThenClose(asked); });
    m_question->open();
}

QString CloseGuard::questionText() const
{
    QStringList names;
    for (const QString& id : m_controller.activeRuns())
        if (const Run* run = m_library.run(id))
            names.append(run->displayName());
    if (names.size() == 1)
        return tr("\"%1\" is still training.").arg(names.first());
    if (names.size() == 2)
        return tr("\"%1\" and \"%2\" are still training.").arg(names[0], names[1]);
    return tr("%1 runs are still training.").arg(names.size());
}

QString CloseGuard::informativeText(qsizetype active) const
{
    const auto waiting = m_controller.queuedRuns().size();
    const QString saved = active == 1 ? tr("Stop and save keeps all that was trained; the run is offered when Normscope opens again.")
                                      : tr("Stop and save keeps all that was trained; the runs are offered when Normscope opens again.");
    const QString queue = waiting == 0 ? QString()
        : waiting == 1 ? tr(" So is the run that waits in the queue, in any case.")
                       : tr(" So are the %1 runs that wait in the queue, in any case.").arg(waiting);
    std::size_t epochs = 0;
    for (const QString& id : m_controller.activeRuns())
        if (const Run* run = m_library.run(id))
            epochs += run->record.epochs.size();
    const QString lost = epochs == 0 ? QString()
        : epochs == 1 ? tr("\n\nDiscard deletes 1 finished epoch for good.")
                      : tr("\n\nDiscard deletes %1 finished epochs for good.").arg(epochs);
    return saved + queue + lost;
}

void CloseGuard::stopAndClose()
{
    if (m_question)
        m_question->close();
    if (m_controller.state() == TrainingController::State::Idle)
        m_window.close();
    else if (!m_closing)
        stopThenClose({});
}

void CloseGuard::stopAndSave()
{
    if (m_controller.state() == TrainingController::State::Idle)
        return;
    stopThenQueue({});
    QEventLoop loop;
    connect(&m_controller, &TrainingController::stateChanged, &loop, [&] {
        if (m_controller.state() == TrainingController::State::Idle)
            loop.quit();
    });
    QTimer::singleShot(savePatience, &loop, &QEventLoop::quit);
    loop.exec(QEventLoop::ExcludeUserInputEvents);
}

void CloseGuard::stopThenClose(const QStringList& discard)
{
    m_closing = true;
    stopThenQueue(discard); // the end of the last run closes the window
}

void CloseGuard::stopThenQueue(const QStringList& discard)
{
    const QStringList active = m_controller.activeRuns();
    for (const QString& id : discard) {
        if (active.contains(id))
            m_discard.append(id); // its folder is the worker's until it ends
        else
            m_library.remove(id);
    }
    for (const QString& id : active)
        if (!discard.contains(id))
            m_requeue.append(id);
    m_controller.leaveQueue();
    m_controller.stop();
}

} // namespace normscope
