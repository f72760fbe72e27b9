// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

struct Dataset;
struct ImageListing;

/// The files that a data set consists of.
struct DataFiles {
    std::string folder;
    std::vector<std::string> names; ///< in `folder`
};

/// What the files of a data set look like from outside: for each a hash of its name, size, time of writing and inode.
/// None of them is opened; one that cannot be looked at is left out.
std::vector<std::uint64_t> fileStamps(const DataFiles& files);
std::vector<std::uint64_t> fileStamps(const ImageListing& listing);

/// Whether the files that the data set was read from are still what they were then, by Dataset::fileStamps. Empty if
/// so, and for a data set that was not read from files; otherwise a sentence for whoever trained on it, which names some
/// of them.
std::string changedSince(const Dataset& dataset);

} // namespace normscope
