// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runstore.h"
#include "ui/runs/storestamps.h"

#include <string>
#include <unordered_set>
#include <vector>

namespace normscope {

/// A run whose owner may come or go without a file being changed.
struct OwnedRun {
    std::string id;
    std::string folder;
    bool isRunning = false; ///< else queued
};

/// One look at the store, handed to another thread.
struct StoreLook {
    RunStore store;
    StoreStamps before;                     ///< what the last look saw
    std::unordered_set<std::string> ours;   ///< runs that this window trains: their folders are the worker's
    std::unordered_set<std::string> again;  ///< to be read even where their files are as before
    std::vector<OwnedRun> owned;
};

/// What a look found.
struct StoreChanges {
    StoreStamps stamps;  ///< for the next look
    std::string problem; ///< why the store could not be looked at; then nothing else is said
    std::vector<RunRecord> read;
    struct Held {
        std::string id;
        bool held = false;
    };
    std::vector<Held> held; ///< the queued ones: whether somebody's queue has them
};

/// Reads the runs whose files are not as they were; those that say "running" also where their owner is gone.
StoreChanges lookAtStore(const StoreLook& look);

} // namespace normscope
