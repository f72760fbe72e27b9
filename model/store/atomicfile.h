// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace normscope::storage {

// Internal to model/store: files that survive a crash in the middle of a write.

/// An Io (or NotFound, or DiskFull) error "Cannot DOING PATH: the system's reason. what to do".
Error systemError(std::string_view doing, const std::string& path, int errorNumber);

/// Writes beside `path`, fsync, rename over it, fsync of the folder: a reader sees the old file or the new
/// one, and on an error the old one stands.
Status replaceFile(const std::string& path, std::string_view contents);

/// The same, and what was at `path` is then at `old`: at every moment `path` is there and whole (on a file system without
/// links, one of the two).
Status replaceFileKeepingOld(const std::string& path, const std::string& old, std::string_view contents);

/// No error where it is not there.
Status removeFile(const std::string& path);

/// Appends whole rows and fsyncs; `header` is written first where the file is new or empty. A last row
/// that a crash cut short is taken away before, and so are our own rows where the disk fills up.
Status appendRows(const std::string& path, std::string_view header, std::string_view rows);

/// The whole of a regular file of at most `limit` bytes; never waits on a pipe or a device.
Result<std::string> readFile(const std::string& path, std::size_t limit);

/// Makes the names in a folder durable.
Status syncFolder(const std::string& folder);

} // namespace normscope::storage
