// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/checkpoint.h"
#include "model/store/runstore.h"

#include <string>
#include <vector>

namespace normscope {

// Runs that ended while their store could not be written, and that are in memory only.

/// Writes such a run into its own folder, under its lock. Name, note and colour stay as they are on the disk.
/// Errors: NotFound where the folder is gone or is not of this store; BadUsage where somebody else holds the run, or has
/// trained it further meanwhile; Io, DiskFull.
Status writeBack(const RunStore& store, const Checkpoint& checkpoint, RunState state);

/// $XDG_STATE_HOME/normscope/rescued or ~/.local/state/normscope/rescued, made where it is not there, for its owner
/// alone. Errors: NotFound without a home folder; Io where it cannot be made, or is a link or somebody else's.
Result<std::string> rescueFolder();
/// A new folder of this process in the temporary one, whose name nobody can foresee, for its owner alone.
Result<std::string> temporaryRescueFolder();

/// Keeps a run that would be lost with this process: in its own folder where that can be written again, else as a new
/// run in the first of `places` that takes it, then in rescueFolder() or temporaryRescueFolder(). The error is the last.
Result<RunRecord> rescueRun(const RunStore& own, const Checkpoint& checkpoint, RunState state,
                            const std::vector<std::string>& places = {});

} // namespace normscope
