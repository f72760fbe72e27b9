// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/checkpoint.h"
#include "model/store/runstore.h"

#include <optional>
#include <string>
#include <string_view>

namespace normscope {

// Runs that ended before they were done: going on with them, mending them, keeping them elsewhere.

/// A run's newest checkpoint that is whole. `note` says where that is the one before the last, and why; then the epochs
/// after it are trained again.
struct FoundCheckpoint {
    Checkpoint checkpoint;
    std::string note;
    std::string path;
};
/// Errors: NotFound where the run has none, BadInput where none can be read.
Result<FoundCheckpoint> findCheckpoint(const RunRecord& run);

/// Why this run cannot be resumed, as a sentence; empty where it can: interrupted, stopped, failed (the device was lost,
/// memory used up), or still queued. A run that never came to the end of an epoch starts from the beginning.
std::string whyNotResumable(const RunRecord& run);

/// What may differ from the run's spec when it goes on. Results are then no longer bit for bit those of an
/// uninterrupted run, but for the number of threads of the fast engine and another place of the same images.
struct ResumeChoice {
    std::optional<DeviceChoice> device;
    std::optional<int> threads;
    std::optional<Engine> engine;
    std::optional<DataSpec> data;
    std::string dataFingerprint; ///< of the images where they are loaded already: compared before anything is written
};

/// Makes the checkpoint that was found the newest one where it is not, so that the next one does not push it out.
Status promoteCheckpoint(const RunRecord& run, const FoundCheckpoint& found);

/// An error where these images are not those that the checkpoint was trained on.
Status compareData(const RunRecord& trained, const std::string& fingerprint, const std::string& title);

/// Puts a run back into the state Queued, so that executeRun() goes on with it from its checkpoint.
/// Errors: BadUsage with whyNotResumable() or where another process holds it; BadInput where the checkpoint's spec is not
/// run.json's, with each difference, or the images are others; NotFound where it has epochs but no checkpoint, since they
/// would be trained anew; Device where this machine cannot do as chosen; Io. After an error the run is as it was.
Result<RunRecord> requeueRun(const RunStore& store, std::string_view id, const ResumeChoice& choice = {});

/// Writes a damaged run's files anew from its checkpoint; what of run.json can be read (name, note, colour) is kept. The
/// run is then finished, or interrupted and can be resumed. Errors: BadUsage where it is not damaged, BadInput or
/// NotFound where no checkpoint helps, Io.
Result<RunRecord> repairRun(const RunStore& store, std::string_view id);

/// A new run in this store with all that the checkpoint holds: for one whose own store cannot be written any more.
Result<RunRecord> adoptRun(const RunStore& store, const Checkpoint& checkpoint, RunState state);

} // namespace normscope
