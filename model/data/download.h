// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace normscope {

/// What to fetch and how to know that it arrived whole.
struct ArchiveSource {
    std::string url;
    std::uint64_t bytes = 0;
    std::string sha256; ///< lower-case hex
};

/// The official binary archive of CIFAR-10, as its page gives it.
ArchiveSource cifar10Archive();

struct DownloadProgress {
    enum class Phase { Downloading, Checking, Extracting };
    Phase phase = Phase::Downloading;
    std::uint64_t done = 0;  ///< bytes; counts what an earlier try left on disk
    std::uint64_t total = 0; ///< bytes
};

struct DownloadOptions {
    std::function<void(const DownloadProgress&)>
        progress; ///< called from the calling thread, at most 20 times a second
    const std::atomic<bool>* cancel = nullptr;
    int stallSeconds = 60;       ///< a connection that brings nothing for so long counts as dropped
    int retries = 5;             ///< tries in a row that bring nothing new before giving up
    int pauseMilliseconds = 500; ///< before the first new try; each further one waits twice as long
};

/// Downloads `source` to `folder`/NAME.part (continued where an earlier try stopped), checks length and
/// SHA-256, renames it, and extracts the eight CIFAR-10 names into `folder`/cifar-10-batches-bin.
/// Returns that folder. On Cancelled and Network errors the part file stays for the next try; a dropped
/// connection is taken up again at once. A file of the wrong checksum is kept aside as NAME.damaged.
Result<std::string> fetchCifar10(const std::string& folder, const ArchiveSource& source = cifar10Archive(),
                                 const DownloadOptions& options = {});

/// The same from an archive that the user already has; the checksum is checked when `source` has one.
Result<std::string> extractCifar10(const std::string& archive, const std::string& folder,
                                   const ArchiveSource& source = cifar10Archive(), const DownloadOptions& options = {});

} // namespace normscope
