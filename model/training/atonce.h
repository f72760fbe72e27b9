// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/trainer.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

namespace normscope {

/// How many runs may train at once: as many as pays, or a number. 1: one after another.
constexpr int asManyAsPays = 0;

/// A run that trains already.
struct RunUnderWay {
    RunSpec spec;
    int threads = 0;  ///< that it started with; 0: all cores
    double done = 0;  ///< of the whole run, 0 to 1
};

/// Which of the runs that wait should start now: the first ones, as many as the answer has entries, each with so many
/// threads (0: as its spec says). A spec with a number of threads keeps it, and counts as that many.
///
/// What pays: with the fast engine on the CPU, whose results do not depend on the threads, one run for each core, since
/// runs with one thread never wait for one another's; and one more rather than leave a single run for the end. With
/// LibTorch's engine on the CPU one after another, since its OpenMP teams take each other's cores. On CUDA up to three.
std::vector<int> startsNow(const std::vector<RunUnderWay>& underWay, const std::vector<RunSpec>& waiting,
                           int atOnce = asManyAsPays, const SystemInfo& machine = systemInfo());

/// A run that trainTogether() lets train.
struct TogetherRun {
    std::size_t number = 0;      ///< of the specs
    int threads = 0;             ///< for RunControl::threads
    std::atomic<double> done{0}; ///< the one who trains it keeps it up to date
};

/// Trains all of them, each on a thread of its own, as startsNow() decides; returns when the last has ended. `train`
/// must not throw. With one at a time it is called on the calling thread.
void trainTogether(const std::vector<RunSpec>& specs, int atOnce, const std::function<void(TogetherRun&)>& train);

/// How much of a run is done; its tests are not counted.
double doneOf(const BatchProgress& progress);

} // namespace normscope
