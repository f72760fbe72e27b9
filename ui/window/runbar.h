// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/training/trainingcontroller.h"

#include <QWidget>

class QAction;
class QLabel;
class QToolButton;

namespace normscope {

class EpochBar;
class RunLibrary;

/// The top of the window: start, pause and stop, and where the training stands.
class RunBar : public QWidget {
    Q_OBJECT
public:
    RunBar(RunLibrary& library, TrainingController& controller, QWidget* parent = nullptr);

    /// Whether the form's settings can be trained, and the reason beside it if not.
    void setCanStart(bool canStart, const QString& whyNot);
    QAction* startAction() const { return m_start; }
    QAction* pauseAction() const { return m_pause; }
    QAction* stopAction() const { return m_stop; }
    QAction* stopAllAction() const { return m_stopAll; }
    EpochBar* epochBar() const { return m_bar; }

Q_SIGNALS:
    void startRequested();

private:
    void buildActions();
    void buildLayout();
    QToolButton* button(QAction* action);
    void updateState();
    void updateProgress();
    void updateQueueText();
    void togglePause();
    QString progressText(const TrainingProgress& progress) const;

    RunLibrary& m_library;
    TrainingController& m_controller;
    bool m_canStart = true;
    QString m_whyNot;
    QAction* m_start = nullptr;
    QAction* m_pause = nullptr;
    QAction* m_stop = nullptr;
    QAction* m_stopAll = nullptr;
    QLabel* m_queue = nullptr;
    QLabel* m_speed = nullptr;
    QLabel* m_left = nullptr;
    EpochBar* m_bar = nullptr;
};

/// "0:42", "3:10", "1:05:00"
QString clockText(double seconds);

} // namespace normscope
