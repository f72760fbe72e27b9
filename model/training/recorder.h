// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/recovery.h"
#include "model/store/runstore.h"
#include "model/training/trainer.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace normscope {

/// Writes a run's folder while it is trained, and passes everything on. At an epoch's end: checkpoint, weights.pt,
/// predictions.csv, batches.csv, metrics.csv, run.json, and only then is the epoch told to `next`: what was told is on
/// the disk. While the disk is full it waits; after another error it goes on, and all is tried again at the next epoch.
/// The caller holds the run's lock.
class Recorder : public TrainerObserver {
public:
    Recorder(const RunStore& store, RunRecord& record, const Trainer& trainer, TrainerObserver& next, const RunControl& control);

    /// Before training: brings the folder to the checkpoint, or empties it, and saves the record as it is now.
    void begin(const Checkpoint* from);
    /// After training, with the record's final state and reason: saves it, a stop within an epoch with all that was
    /// done of it. What cannot be saved is told by TrainerObserver::keptInMemory() and the reason.
    void end();

    void batchDone(const BatchProgress& progress) override;
    void evaluationDone(std::shared_ptr<const Evaluation> evaluation) override;
    void epochDone(const EpochMetrics& metrics) override;

private:
    void save(const std::function<Status()>& write);
    void waitToRetry() const;
    Status writeEpoch();
    Status writeEnd();
    Checkpoint checkpointNow() const;

    const RunStore& m_store;
    RunRecord& m_record;
    const Trainer& m_trainer;
    TrainerObserver& m_next;
    const RunControl& m_control;
    std::shared_ptr<const Evaluation> m_evaluation; ///< of the last whole epoch
    std::vector<float> m_losses;                    ///< of every batch
    std::size_t m_lossesWritten = 0, m_epochsWritten = 0;
    bool m_filesInStep = false; ///< the tables hold what the two counts say, so that rows can be appended
    std::optional<Error> m_problem;
    std::shared_ptr<const Checkpoint> m_unsaved; ///< of the last epoch's end, while the store takes nothing
};

} // namespace normscope
