// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace normscope {

/// Whether a file is on the disk when writing returns, or may still be lost or cut short by a power failure.
enum class Durability { Synced, Relaxed };

/// Writes the parts one after another beside `path` and renames the result over it: a reader sees the old file
/// or the new one. Returns 0, or the errno of what failed; then the old file stands and nothing lies beside it.
int replaceFile(const std::string& path, std::span<const std::string_view> parts, Durability durability);

/// What names of files that are being written hold, so that those a crash left behind can be told.
inline constexpr std::string_view unfinishedMark = ".new-";

/// Writes all of it, whatever interrupts; false with errno set.
bool writeAll(int descriptor, std::string_view bytes);

} // namespace normscope
