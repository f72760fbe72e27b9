// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/closeguard.h"

#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"

#include <QPushButton>

#include <utility>

namespace normscope {

CloseGuard::CloseGuard(QWidget& window, RunLibrary& library, TrainingController& controller)
    : QObject(&window), m_window(window), m_library(library), m_controller(controller)
{
    connect(&m_controller, &TrainingController::runEnded, this, [this](const QString& id) {
        if (id == m_discard)
            m_library.remove(std::exchange(m_discard, {}));
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
    const Run* run = m_library.run(m_controller.currentRun());
    // Opened, not executed: the training's news goes on arriving behind the question.
    m_question = new QMessageBox(QMessageBox::Question, tr("Close Normscope"),
                                 tr("\"%1\" is still training.").arg(run ? run->displayName() : QString()),
                                 QMessageBox::NoButton, &m_window);
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    m_question->setTextFormat(Qt::PlainText);
    m_question->setInformativeText(tr("Stopping keeps the epochs done; runs that wait in the queue become stopped."));
    QPushButton* keep = m_question->addButton(tr("Keep training"), QMessageBox::RejectRole);
    QPushButton* save = m_question->addButton(tr("Stop and save"), QMessageBox::AcceptRole);
    QPushButton* discard = m_question->addButton(tr("Discard this run"), QMessageBox::DestructiveRole);
    m_question->setDefaultButton(keep);
    m_question->setEscapeButton(keep);
    connect(save, &QPushButton::clicked, this, [this] { stopThenClose({}); });
    // The run that the question names; by the time of the answer the queue may have moved on.
    connect(discard, &QPushButton::clicked, this, [this, asked = m_controller.currentRun()] { stopThenClose(asked); });
    m_question->open();
}

void CloseGuard::stopThenClose(const QString& discard)
{
    m_closing = true;
    if (discard == m_controller.currentRun())
        m_discard = discard;
    else if (!discard.isEmpty())
        m_library.remove(discard);
    m_controller.stopAll(); // its end closes the window
}

} // namespace normscope
