// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace normscope {

/// What tells whether a file is still the one that was read.
struct FileStamp {
    std::int64_t size = -1; ///< -1: there is none
    std::int64_t changed = 0; ///< nanoseconds
    std::uint64_t inode = 0; ///< another one after every replacement

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Of the two files that a list of runs is read from.
struct RunStamp {
    FileStamp record;  ///< run.json
    FileStamp metrics; ///< metrics.csv

    friend bool operator==(const RunStamp&, const RunStamp&) = default;
};

/// By the name of the run's folder.
using StoreStamps = std::unordered_map<std::string, RunStamp>;

/// Looks at every run of a store and reads none: about 4 microseconds a run. None where the folder itself cannot be
/// read; then `errorNumber` says why.
std::optional<StoreStamps> readStamps(const std::string& storeFolder, int* errorNumber = nullptr);

} // namespace normscope
