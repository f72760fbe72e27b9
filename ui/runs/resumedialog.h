// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/recovery.h"
#include "model/training/trainer.h"

#include <QDialog>

#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace normscope {

/// Where a run goes on: device, engine, threads. Says whether its results will still be those of an uninterrupted run.
class ResumeDialog : public QDialog {
    Q_OBJECT
public:
    /// Shows what the first run has. The machine is what is offered.
    ResumeDialog(std::vector<RunRecord> runs, const SystemInfo& machine, QWidget* parent = nullptr);

    ResumeChoice choice() const; ///< only what differs from every run's spec
    QString consequence() const; ///< what the dialog says of it
    QComboBox* deviceBox() const { return m_device; }
    QComboBox* engineBox() const { return m_engine; }
    QSpinBox* threadsBox() const { return m_threads; }

private:
    void build();
    void refresh();
    RunSpec chosenFor(const RunSpec& spec) const;
    bool staysEqual(const RunSpec& spec) const;
    QString problem() const;

    std::vector<RunRecord> m_runs;
    SystemInfo m_machine;
    QComboBox* m_device;
    QComboBox* m_engine;
    QSpinBox* m_threads;
    QLabel* m_consequence;
    QPushButton* m_ok = nullptr;
};

} // namespace normscope
