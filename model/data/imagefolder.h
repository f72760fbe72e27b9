// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"

#include <string>

namespace normscope {

/// Images in `folder`/train/CLASS/* and `folder`/test/CLASS/*, 2 to 100 classes, the same in both. Classes
/// and images come in the order of their names' bytes. Files are known by their extension (jpg, jpeg, png,
/// bmp, webp, tif, tiff, ppm, pgm, pbm, pnm, in any case); hidden folders and other files are left alone;
/// folders inside a class, link loops, FIFOs and devices are skipped with a warning. How a picture becomes
/// 32x32 RGB: readImage(). Pictures that cannot be read are skipped and listed; above 5 % of all, refused.
/// What was decoded is kept in the ImageCache and taken from there while the folder stays as it is.
/// Fills names, images, warnings and fingerprint; the caller adds the statistics.
Result<Dataset> loadImageFolder(const std::string& folder, const LoadOptions& options);

} // namespace normscope
