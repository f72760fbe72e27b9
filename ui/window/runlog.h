// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace normscope {

class RunLibrary;
class TrainingController;

/// Writes into the log what happens to the runs, with all that a defect's report needs.
class RunLog : public QObject {
    Q_OBJECT
public:
    RunLog(RunLibrary& library, TrainingController& controller, QObject* parent = nullptr);

private:
    QString nameOf(const QString& id) const;
    void logEnd(const QString& id) const;

    RunLibrary& m_library;
};

} // namespace normscope
