// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/closeguard.h"

#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"

#include <QPushButton>

namespace normscope {

CloseGuard::CloseGuard(QWidget& window, RunLibrary& library, TrainingController& controller)
    : QObject(&window), m_window(window), m_library(library), m_controller(controller)
{
    connect(&m_controller, &TrainingController::runEnded, this, [this](const QString& id) {
        if (m_discard.removeAll(id) > 0)
            m_library.remove(id);
    });
    connect(&m_controller, &TrainingController::stateChanged, this, [this] {
        if (m_controller.state() != TrainingController::State::Idle)
            return;
        if (m_question)
            m_question->close(); // the run has ended by itself: there is nothing to ask any more
        if (m_closing)
            m_window.close();
    });
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
    m_question->setInformativeText(tr("Stopping keeps the epochs done; runs that wait in the queue become stopped."));
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

void CloseGuard::stopThenClose(const QStringList& discard)
{
    m_closing = true;
    const QStringList active = m_controller.activeRuns();
    for (const QString& id : discard) {
        if (active.contains(id))
            m_discard.append(id); // its folder is the worker's until it ends
        else
            m_library.remove(id);
    }
    m_controller.stopAll(); // the end of the last one closes the window
}

} // namespace normscope
