// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/data/filestamps.h"

#include <string>

namespace normscope {

/// CIFAR-10 (Krizhevsky 2009), binary or Python version, told apart by the files in `folder`; a folder
/// that holds cifar-10-batches-bin or cifar-10-batches-py will do as well. Binary records are a label
/// byte and three planes of 32x32 (red, green, blue). A file that is not 10,000 records long is refused
/// unless it is a whole number of records: then a warning calls it a custom subset.
/// Fills names, images and warnings; the caller adds the fingerprint.
Result<Dataset> loadCifar10(const std::string& folder, const LoadOptions& options);

/// The files that it reads. Errors: as loadCifar10's for a folder that is not CIFAR-10's.
Result<DataFiles> cifar10Files(const std::string& folder);

} // namespace normscope
