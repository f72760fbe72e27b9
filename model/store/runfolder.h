// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/store/runrecord.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace normscope {
struct Checkpoint;
}

namespace normscope::storage {

// Internal to model/store: one run's folder.

inline constexpr std::size_t runJsonLimit = std::size_t(16) << 20;
inline constexpr std::size_t tableLimit = std::size_t(1) << 30;

inline std::string checkpointPath(const std::string& folder) { return folder + "/checkpoint"; }
inline std::string checkpointNextPath(const std::string& folder) { return folder + "/checkpoint.next"; } // as replaceFileKeepingOld() names it
inline std::string checkpointBeforePath(const std::string& folder) { return folder + "/checkpoint.before"; }

/// run.json and metrics.csv. Never fails: what cannot be read makes the record Damaged, with the reason, and with
/// everything that could be read. A run whose owner died is settled first: its other files are written from its
/// checkpoint, so that all of them tell of the same epoch, and it becomes Interrupted.
RunRecord readRunFolder(const std::string& folder);

/// Replaces run.json; keys of it that this version does not know are kept. The caller holds the run's lock.
/// Errors: BadInput where a newer version wrote it, Io, DiskFull.
Status writeRecord(const RunRecord& record);

/// Writes everything but the checkpoint itself from it, run.json last: weights.pt (unless it stands within an epoch: then
/// that of the last whole epoch stays), predictions.csv, batches.csv, metrics.csv and run.json with the checkpoint's
/// record. The caller holds the run's lock.
Status writeRunFiles(const std::string& folder, const Checkpoint& checkpoint, const RunRecord& record);

/// Deletes what a crash left half written. The caller holds the run's lock.
void removeUnfinished(const std::string& folder);

/// When a run was made, for sorting: its `created`, or what its id or its folder's time says.
std::string sortKey(const RunRecord& record);

/// The time now, ISO 8601 in UTC with microseconds.
std::string utcNow();

} // namespace normscope::storage
