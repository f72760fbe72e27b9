// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/download.h"

#include <string>

namespace normscope {

/// Unpacks the eight names of CIFAR-10's binary archive (tar, gzip or plain) into `folder`/cifar-10-batches-bin
/// and returns that folder. Anything else in the archive (other names, absolute paths, "..", links) is
/// skipped; files are bounded in size. They appear all at once: on an error the folder is as it was.
Result<std::string> unpackCifar10(const std::string& archive, const std::string& folder,
                                  const DownloadOptions& options);

} // namespace normscope
