// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/training/runspec.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

namespace normscope::bench {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

inline double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// GFLOP/s of matrix products, f32 and bf16, on `threads` threads.
Json measureCeiling(int threads, int repeats);

/// Images/s of shuffling, RandAugment and normalization into batches, on one thread and nothing else.
Json measurePipeline(const Dataset& dataset, const RunSpec& spec, int images, int repeats);

/// Seconds of whole runs, folders and all: at once as `atOnce` says, and one after another, in turn, `repeats` times.
/// Throws what stands in the way.
Json measureRuns(const std::vector<RunSpec>& specs, const std::shared_ptr<const Dataset>& dataset, int atOnce, int repeats);

/// Whole runs at once, each on a thread of its own; the start (device, recording, trials) apart from steady epochs.
Result<Json> measureWholeRuns(const std::vector<RunSpec>& specs, const std::shared_ptr<const Dataset>& dataset);

} // namespace normscope::bench
