// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/filehandle.h"
#include "model/base/result.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

/// A regular file opened for reading. A FIFO or a device is refused without waiting for it.
struct DataFile {
    FileHandle handle;
    std::uint64_t size = 0;

    /// Errors: NotFound, Io, BadInput (not a regular file), each with the path.
    static Result<DataFile> open(const std::string& path);
    /// Reads up to `count` bytes; fewer only at the end of the file.
    Result<std::size_t> read(void* buffer, std::size_t count, const std::string& path);
};

/// The whole file, refused above `limit` bytes before any is read.
Result<std::vector<std::uint8_t>> readFile(const std::string& path, std::uint64_t limit);

/// An Io error (NotFound for a missing file) that names `path`, with the system's reason for `errorNumber`.
Error fileError(const std::string& doing, const std::string& path, int errorNumber);

/// Whether `path` is a folder whose entries can be listed; `what` begins the message: "The image folder".
/// Errors: NotFound, BadInput (something else is there), Io.
Status checkFolder(const std::string& what, const std::string& path);

Error cancelledError(const std::string& what);
inline bool isCancelled(const std::atomic<bool>* cancel)
{
    return cancel && cancel->load(std::memory_order_relaxed);
}

} // namespace normscope
