// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/recovery.h"

#include <QObject>
#include <QStringList>
#include <QThreadPool>

#include <functional>
#include <string>
#include <vector>

namespace normscope {

class RunLibrary;

/// Puts ended runs back into the state Queued, and repairs damaged ones: on a thread of its own, since each reads its
/// checkpoint and writes its files.
class RunRevival : public QObject {
    Q_OBJECT
public:
    explicit RunRevival(RunLibrary& library, QObject* parent = nullptr);
    ~RunRevival() override;

    void resume(const QStringList& ids, const ResumeChoice& choice = {});
    void repair(const QStringList& ids);

Q_SIGNALS:
    void resumed(const QStringList& ids); ///< they are Queued now, in the library too, and may be enqueued
    void repaired(const QString& news);   ///< what came of it, for a person
    void refused(const QString& reasons); ///< what could not be resumed or repaired, and why

private:
    struct Outcome;
    using Work = std::function<Result<RunRecord>(const RunStore& store, const std::string& id)>;
    void begin(const QStringList& ids, Work work, void (RunRevival::*done)(const std::vector<Outcome>&));
    void endResume(const std::vector<Outcome>& outcomes);
    void endRepair(const std::vector<Outcome>& outcomes);
    QString repairNews(const QStringList& ids) const;
    void tellRefused(const std::vector<Outcome>& outcomes, const QString& one, const QString& several);

    RunLibrary& m_library;
    QThreadPool m_pool;
};

} // namespace normscope
