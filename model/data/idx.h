// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/data/filestamps.h"

#include <string>

namespace normscope {

/// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): four IDX files, gzip or plain, of 28x28 grey images. Each
/// image gets two black pixels on every side and three equal channels. An empty folder: Debian's place.
/// What the headers claim is checked against the file's size before memory is taken for it.
/// Fills names, images and warnings; the caller adds statistics and fingerprint.
Result<Dataset> loadFashionMnist(const std::string& folder, const LoadOptions& options);

/// The files that it reads, there or not.
DataFiles fashionMnistFiles(const std::string& folder);

} // namespace normscope
