// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <array>
#include <string>
#include <vector>

namespace normscope {

/// The image files of one split of an image folder, found by their names alone.
struct SplitListing {
    std::string folder;                          ///< the path of train/ or test/
    std::vector<std::string> classes;            ///< names as they are on disk, sorted by bytes
    std::vector<std::vector<std::string>> files; ///< one list a class, names sorted by bytes

    std::size_t size() const;
};

struct ImageListing {
    std::array<SplitListing, 2> splits; ///< train, test
    std::vector<std::string> warnings;  ///< what was left out
};

/// Lists `folder`/train and `folder`/test. Errors: a folder or class is missing, empty or too much,
/// or the two splits have different classes; the message says which.
Result<ImageListing> listImages(const std::string& folder);

} // namespace normscope
