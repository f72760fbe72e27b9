// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace normscope {

// A folder of files that can all be made again, those ending in cacheFileEnding. Nothing here is an error.

inline constexpr std::string_view cacheFileEnding = ".images";

/// Makes the folder of `path` where needed, and room in it for `bytes` more: deletes the files used longest ago
/// until all together take at most `limit`, and what crashes left half-written. False where there is no room
/// within the limit, or less than twice as much free on the disk.
bool makeRoom(const std::string& path, std::uint64_t bytes, std::uint64_t limit);

/// Says that a file was used now.
void markUsed(const std::string& path);

/// What the folder's files take together.
std::uint64_t cacheBytes(const std::string& folder);

} // namespace normscope
