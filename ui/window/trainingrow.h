// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace normscope {

class EpochBar;
class RunLibrary;
class TrainingController;

/// One of several runs that train at once: its name, how far it is, and its own pause and stop.
class TrainingRow : public QWidget {
    Q_OBJECT
public:
    TrainingRow(RunLibrary& library, TrainingController& controller, QWidget* parent = nullptr);

    void setRun(const QString& runId);
    QString runId() const { return m_id; }
    void refresh();
    QToolButton* pauseButton() const { return m_pause; }
    QToolButton* stopButton() const { return m_stop; }
    EpochBar* epochBar() const { return m_bar; }

private:
    void buildLayout();
    void togglePause();
    void refreshButtons();

    RunLibrary& m_library;
    TrainingController& m_controller;
    QString m_id;
    QLabel* m_style;
    QLabel* m_name;
    EpochBar* m_bar;
    QLabel* m_speed;
    QLabel* m_left;
    QToolButton* m_pause;
    QToolButton* m_stop;
};

} // namespace normscope
