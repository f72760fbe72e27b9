// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

/// RandAugment (Cubuk et al. 2019) with the operations and magnitudes of torchvision 0.14's PIL path, for
/// 32x32 RGB images, interleaved bytes [32, 32, 3], nearest neighbour, filled with 0, exact to the byte.
enum class AugmentOp {
    Identity, ShearX, ShearY, TranslateX, TranslateY, Rotate, Brightness, Color, Contrast, Sharpness, Posterize,
    Solarize, AutoContrast, Equalize,
};
inline constexpr int augmentOpCount = 14;
inline constexpr int augmentMagnitudeBins = 31;
inline constexpr int augmentMagnitudeBin = 9; ///< the seed's: torchvision's default
inline constexpr int augmentOpsPerImage = 2;  ///< likewise

const char* augmentOpName(AugmentOp op); ///< torchvision's: "ShearX"
bool augmentOpIsSigned(AugmentOp op);
/// What torchvision's table gives for this bin, before the sign: shear factor, pixels, degrees, enhancement
/// above or below 1, bits kept, threshold; 0 where an operation has no magnitude.
double augmentMagnitude(AugmentOp op, int bin);
/// Applies one operation in place; `negative` only matters to signed operations.
void applyAugmentOp(std::uint8_t* image, AugmentOp op, int bin, bool negative);

struct AppliedOp {
    AugmentOp op;
    bool negative;
    std::string name() const; ///< "Rotate -", "Equalize"
};

/// What happens to training image `index` in `epoch` (1-based): nothing, or two operations with probability `probability`.
std::vector<AppliedOp> plannedOps(std::uint64_t seed, int epoch, std::uint32_t index, double probability);
/// The same, done in place.
void augmentImage(std::uint8_t* image, std::uint64_t seed, int epoch, std::uint32_t index, double probability);
/// The same, leaving `image` alone: gives `image` itself where nothing happens to it, else `scratch` (3,072 bytes).
const std::uint8_t* augmentedImage(const std::uint8_t* image, std::uint8_t* scratch, std::uint64_t seed, int epoch,
                                   std::uint32_t index, double probability);

} // namespace normscope
