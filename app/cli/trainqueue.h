// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/store/runlock.h"
#include "model/store/runstore.h"
#include "model/training/trainer.h"

#include <deque>
#include <memory>
#include <optional>

namespace normscope::cli {

/// A run of this call.
struct QueuedRun {
    RunRecord record; ///< in the store, in state Queued
    std::shared_ptr<const Dataset> dataset;
    RunControl control;
    std::optional<RunLock> waiting; ///< held until its turn: no window takes it for one that nobody waits for
};

/// Trains them, tells how far they are on stderr, and writes the runs' folders as the last lines of stdout. An interrupt
/// stops and saves those under way; those that wait become Stopped. Returns the exit code.
int trainQueue(const RunStore& store, std::deque<QueuedRun>& runs, int atOnce);

} // namespace normscope::cli
