// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runstore.h"
#include "model/training/trainer.h"

namespace normscope {

/// Trains a run of the store that is Queued on disk (another one is returned as it is), from its checkpoint where it has
/// one, and keeps its folder up to date (see Recorder). The window's worker and the command line both call this.
/// `observer` is told what happens, and on return the record has its final state: Finished, Stopped, Diverged or Failed,
/// with the reason; also where another process holds the run, or its images are not those of the checkpoint.
RunRecord executeRun(const RunStore& store, RunRecord record, std::shared_ptr<const Dataset> dataset,
                     TrainerObserver& observer, const RunControl& control);

} // namespace normscope
