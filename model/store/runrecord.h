// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/inputscale.h"
#include "model/evaluation/evaluation.h"
#include "model/training/runspec.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

enum class RunState {
    Queued,      ///< waits for its turn
    Running,     ///< its owner's process is alive
    Finished,    ///< all epochs done
    Stopped,     ///< the user stopped it; its epochs are kept
    Interrupted, ///< its owner's process is gone
    Failed,      ///< see RunRecord::reason
    Diverged,    ///< the loss became NaN or infinite; see reason
    Damaged,     ///< the folder cannot be read; see reason
};
std::string_view toString(RunState state); ///< lower case, as in run.json

/// What run.json holds: the spec, the state and a summary. The curves are in metrics.csv.
struct RunRecord {
    std::string id;     ///< name of its folder, unique in the store
    std::string folder; ///< absolute path
    std::string name;   ///< given by the user, or the normalization's title
    std::string note;
    int colour = 0; ///< index into the window's palette
    RunSpec spec;
    RunState state = RunState::Queued;
    bool readOnly = false; ///< a newer version wrote it: it is shown, and nothing of it is changed
    std::string reason;  ///< why it failed, diverged or is damaged
    std::string history; ///< a line for each time it was resumed, repaired or kept elsewhere; empty for most runs
    std::string created; ///< ISO 8601, UTC

    // Known once it started:
    std::string dataTitle;
    std::string dataFingerprint;
    std::vector<std::string> classNames;
    InputScale inputScale;         ///< of the training data
    std::size_t trainImages = 0; ///< that the run uses
    std::size_t testImages = 0;
    std::int64_t parameters = 0;
    std::string device;   ///< "CPU, 2 threads", "CUDA: NVIDIA H100"
    std::string software; ///< "Normscope 0.1.0, LibTorch 1.13.1"

    std::vector<EpochMetrics> epochs; ///< from metrics.csv
};

/// The smallest colour index that no other run has.
int freeColour(const std::set<int>& taken);
/// `wanted`, or "Batch norm #2": a legend with two equal names helps nobody.
std::string freeName(const std::string& wanted, const std::set<std::string>& taken);

/// A line more in RunRecord::history.
void addHistory(RunRecord& record, const std::string& line);

/// Sum of the epochs' training seconds.
double trainingSeconds(const RunRecord& run);
/// Which of the three targets the run meets: test accuracy (its last epoch), parameters, epochs.
struct TargetsMet {
    bool testAccuracy = false;
    bool parameters = false;
    bool epochs = false;
    int count() const { return int(testAccuracy) + int(parameters) + int(epochs); }
};
TargetsMet targetsMet(const RunRecord& run, const Targets& targets = {});

} // namespace normscope
