// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMessageBox>
#include <QObject>
#include <QPointer>
#include <QStringList>

class QWidget;

namespace normscope {

class RunLibrary;
class TrainingController;

/// Keeps a window from closing over a training run without a word: asks whether to keep training, to stop and
/// save, or to discard the run, and closes the window when that is done. What was saved, and what waits, is Queued on the
/// disk then, and the next window offers it.
class CloseGuard : public QObject {
    Q_OBJECT
public:
    CloseGuard(QWidget& window, RunLibrary& library, TrainingController& controller);

    /// False: a run trains, and the user is being asked or the run is stopping.
    bool mayClose();
    /// Stops what trains, saves it, puts it back into the queue and closes the window, without a question.
    void stopAndClose();
    /// The same but for closing, and done when it returns: the session may end at any moment from then on.
    void stopAndSave();
    QMessageBox* question() const { return m_question; }

private:
    void ask();
    QString questionText() const;
    QString informativeText(qsizetype active) const;
    void stopThenClose(const QStringList& discard); ///< runs to delete
    void stopThenQueue(const QStringList& discard);
    void finish(const QString& id);

    QWidget& m_window;
    RunLibrary& m_library;
    TrainingController& m_controller;
    bool m_closing = false; ///< close as soon as nothing trains
    QStringList m_discard;  ///< the runs to delete before that
    QStringList m_requeue;  ///< the runs to go on with in the next window
    QPointer<QMessageBox> m_question;
};

} // namespace normscope
