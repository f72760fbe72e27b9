// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/augmentation.h"

namespace normscope::testing {

/// applyAugmentOp() pixel by pixel, as Pillow's definitions read: what the fast one is compared with.
void plainAugmentOp(std::uint8_t* image, AugmentOp op, int bin, bool negative);

} // namespace normscope::testing
