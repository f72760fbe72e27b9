// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/training/trainingworker.h"

#include <QThread>

#include <memory>

namespace normscope {

/// A thread with its worker; trains one run at a time. Lives in the window's thread.
class TrainingLane {
public:
    TrainingLane(const RunStore& store, std::shared_ptr<DatasetCache> datasets, TrainFunction train);
    ~TrainingLane();
    TrainingLane(const TrainingLane&) = delete;
    TrainingLane& operator=(const TrainingLane&) = delete;

    TrainingWorker* worker() const { return m_worker; }
    void finish(); ///< ends what was handed over; tell the run to stop before
    void train(const TrainingJob& job);
    bool isBusy() const { return m_busy; }
    void setFree() { m_busy = false; } ///< its worker has said that the run ended

private:
    QThread m_thread;
    TrainingWorker* m_worker; ///< lives in m_thread
    bool m_busy = false;
};

} // namespace normscope
