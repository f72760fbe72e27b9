// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runrecord.h"

#include <QObject>
#include <QString>

#include <string>
#include <vector>

class QTimer;

namespace normscope {

class RunLibrary;

/// What the charts show of one checked run.
struct RunHistory {
    QString id;
    QString name; ///< for people, marked where it is a quick look
    int colour = 0;
    RunState state = RunState::Queued;
    int plannedEpochs = 0;
    std::vector<EpochMetrics> epochs;

    bool isActive() const { return state == RunState::Queued || state == RunState::Running; }
};

/// The curves of the checked runs, gathered from the library. Changes by the user show at once, those by the
/// training at most once per refresh interval. Charts read this and never talk to the worker.
class History : public QObject {
    Q_OBJECT
public:
    static constexpr int refreshInterval = 100; // ms

    explicit History(RunLibrary& library, QObject* parent = nullptr);

    const std::vector<RunHistory>& runs() const { return m_runs; }
    /// Training loss of every batch so far; empty for a run that is not in the library.
    const std::vector<float>& batchLosses(const QString& id) const;

Q_SIGNALS:
    void changed();        ///< runs() differs
    void batchesChanged(); ///< batchLosses() of a checked run differs

private:
    bool isShown(const QString& id) const;
    void rebuild();
    void schedule(bool& flag);
    void refresh();

    RunLibrary& m_library;
    QTimer* m_timer;
    bool m_runsDue = false;
    bool m_batchesDue = false;
    std::vector<RunHistory> m_runs;
};

/// Text of metrics.csv for one run: the columns of its folder's file, which the seed's comparison notebook reads.
/// For several runs the same columns after `Run,Run Id`. Written in the C locale.
std::string metricsCsv(const std::vector<RunHistory>& runs);

} // namespace normscope
