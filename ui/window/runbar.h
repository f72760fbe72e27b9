// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/training/trainingcontroller.h"

#include <QWidget>

class QAction;
class QLabel;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace normscope {

class EpochBar;
class RunLibrary;
class TrainingRow;

/// The top of the window: start, pause and stop, and where the training stands. Where several runs train at once, its
/// buttons and figures are for all of them, and each has a row of its own below.
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
    QLabel* queueLabel() const { return m_queue; }
    QList<TrainingRow*> rows() const; ///< the visible ones; none where a single run trains

Q_SIGNALS:
    void startRequested();

private:
    void buildActions();
    void buildLayout();
    void buildRows();
    QToolButton* button(QAction* action);
    void updateState();
    void updatePauseAndStop();
    void updateRows();
    void updateRow(const QString& runId);
    void updateProgress();
    void updateQueueText();
    void showAll();
    void togglePause();

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
    QScrollArea* m_rowArea = nullptr; ///< for more rows than there is room for
    QVBoxLayout* m_rowLayout = nullptr;
    QList<TrainingRow*> m_rows; ///< made as needed and kept
};

} // namespace normscope
