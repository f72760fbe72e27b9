// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runstore.h"
#include "model/training/trainer.h"

namespace normscope {

/// Trains a queued run of the store (one that is no longer Queued on disk is returned as it is) and keeps its folder up to date: run.json, a row of metrics.csv and
/// the batch losses after every epoch, predictions and weights after every epoch. The window's worker and the command
/// line both call this. `observer` is told what happens; store errors do not stop the training but come
/// back in the record's reason. The returned record has its final state (Finished, Stopped, Failed, Diverged).
RunRecord executeRun(const RunStore& store, RunRecord record, std::shared_ptr<const Dataset> dataset,
                     TrainerObserver& observer, const RunControl& control);

} // namespace normscope
