// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace normscope {

struct Dataset;
struct ImageListing;
struct LoadOptions;

/// The decoded images of an image folder, kept in one file from one start of the program to the next. The file is
/// named by the folder's path and says of which content it was made: names, sizes and times of all image files,
/// and the versions of the program and of OpenCV. It is used only where all of that and the checksums agree, and
/// written anew otherwise; no fault of it is ever an error, and it may be deleted at any time.
class ImageCache {
public:
    /// For the folder that was listed. To be made before the images are read: what changes later is then seen.
    /// `cacheFolder` empty: keeps nothing.
    ImageCache(const std::string& cacheFolder, const std::string& imageFolder, const ImageListing& listing);

    /// Fills images, labels and fingerprint of a data set that has its class names, and appends the warnings
    /// that decoding gave. False: not cached, or cancelled; the data set is as it was.
    bool read(Dataset& dataset, const LoadOptions& options) const;
    /// Keeps them; `warnings` are those of decoding alone. Files that changed a moment ago are not kept: they
    /// could change once more without it showing in their times.
    void write(const Dataset& dataset, const std::vector<std::string>& warnings) const;

    const std::string& path() const { return m_path; } ///< of the file; empty: keeps nothing

private:
    std::string m_path;
    std::string m_content; ///< hash of what the folder holds
    std::size_t m_mostImages[2] = {0, 0};
    bool m_isSettled = false; ///< no image file changed a moment ago
};

/// Where image folders are cached: $XDG_CACHE_HOME/normscope/images, usually ~/.cache/normscope/images. Empty,
/// and nothing is cached, without a home folder or where the environment variable NORMSCOPE_NO_CACHE is set.
std::string imageCacheFolder();

/// What all files there may take together; those used longest ago make room. A folder of more is not cached.
inline constexpr std::uint64_t mostCacheBytes = 2'000'000'000;

} // namespace normscope
