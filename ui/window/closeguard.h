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
/// save, or to discard the run, and closes the window when that is done.
class CloseGuard : public QObject {
    Q_OBJECT
public:
    CloseGuard(QWidget& window, RunLibrary& library, TrainingController& controller);

    /// False: a run trains, and the user is being asked or the run is stopping.
    bool mayClose();
    QMessageBox* question() const { return m_question; }

private:
    void ask();
    QString questionText() const;
    void stopThenClose(const QStringList& discard); ///< runs to delete

    QWidget& m_window;
    RunLibrary& m_library;
    TrainingController& m_controller;
    bool m_closing = false; ///< close as soon as nothing trains
    QStringList m_discard;  ///< the runs to delete before that
    QPointer<QMessageBox> m_question;
};

} // namespace normscope
