// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/augmentation.h"

#include "model/base/random.h"
#include "model/training/imageoperations.h"

#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

namespace normscope {

namespace {

using imageops::Affine;
using imageops::SourceMap;

/// torch.linspace in float32 with fused multiply-adds, as torchvision fills its table.
double linspace(float start, float end, int index)
{
    constexpr int steps = augmentMagnitudeBins;
    const float step = (end - start) / static_cast<float>(steps - 1);
    const float value = index < steps / 2 ? std::fma(step, static_cast<float>(index), start)
                                          : std::fma(-step, static_cast<float>(steps - index - 1), end);
    return static_cast<double>(value);
}

/// Counter-clockwise about (16, 16), as Pillow's Image.rotate: the sines are rounded to 15 decimals.
Affine rotation(double degrees)
{
    const auto round15 = [](double v) { return std::round(v * 1e15) / 1e15; };
    const double angle = -degrees * std::numbers::pi / 180.0;
    Affine m{round15(std::cos(angle)), round15(std::sin(angle)), 0, round15(-std::sin(angle)), round15(std::cos(angle)), 0};
    constexpr double centre = imageops::side / 2.0;
    m.c = m.a * -centre + m.b * -centre + centre;
    m.f = m.d * -centre + m.e * -centre + centre;
    return m;
}

bool isGeometric(AugmentOp op)
{
    return op >= AugmentOp::ShearX && op <= AugmentOp::Rotate;
}

double signedMagnitude(AugmentOp op, int bin, bool negative)
{
    return (negative && augmentOpIsSigned(op) ? -1.0 : 1.0) * augmentMagnitude(op, bin);
}

Affine affineOf(AugmentOp op, double m)
{
    switch (op) {
    case AugmentOp::ShearX: return {1, m, 0, 0, 1, 0};
    case AugmentOp::ShearY: return {1, 0, 0, m, 1, 0};
    case AugmentOp::TranslateX: return {1, 0, -std::trunc(m), 0, 1, 0};
    case AugmentOp::TranslateY: return {1, 0, 0, 0, 1, -std::trunc(m)};
    case AugmentOp::Rotate: return rotation(m);
    default: return {};
    }
}

/// Where the pixels of the ten signed geometric operations come from at the bin that training uses: made once.
const SourceMap& usualMap(AugmentOp op, bool negative)
{
    static const auto maps = [] {
        std::array<std::array<SourceMap, 2>, augmentOpCount> made{};
        for (int i = 0; i < augmentOpCount; ++i)
            if (const auto kind = static_cast<AugmentOp>(i); isGeometric(kind))
                for (const bool isNegative : {false, true})
                    made[static_cast<std::size_t>(i)][isNegative] =
                        imageops::sourceMap(affineOf(kind, signedMagnitude(kind, augmentMagnitudeBin, isNegative)));
        return made;
    }();
    return maps[static_cast<std::size_t>(op)][negative];
}

void applyGeometric(std::uint8_t* image, AugmentOp op, int bin, bool negative)
{
    if (bin == augmentMagnitudeBin)
        imageops::move(image, usualMap(op, negative));
    else
        imageops::move(image, imageops::sourceMap(affineOf(op, signedMagnitude(op, bin, negative))));
}

/// Calls `apply` with each operation; without a list, because most images have none and every image is asked for.
template <class Apply>
void forPlannedOps(std::uint64_t seed, int epoch, std::uint32_t index, double probability, const Apply& apply)
{
    RandomStream random(streamKey(seed, "augment", static_cast<std::uint64_t>(epoch), index));
    if (random.uniform() >= probability)
        return;
    for (int i = 0; i < augmentOpsPerImage; ++i) {
        const auto op = static_cast<AugmentOp>(random.below(augmentOpCount));
        apply(AppliedOp{op, (random.next() >> 63) != 0});
    }
}

constexpr const char* names[augmentOpCount] = {"Identity",   "ShearX", "ShearY",   "TranslateX", "TranslateY",
                                               "Rotate",     "Brightness", "Color", "Contrast",  "Sharpness",
                                               "Posterize",  "Solarize", "AutoContrast", "Equalize"};

} // namespace

const char* augmentOpName(AugmentOp op)
{
    return names[static_cast<int>(op)];
}

bool augmentOpIsSigned(AugmentOp op)
{
    return op >= AugmentOp::ShearX && op <= AugmentOp::Sharpness;
}

double augmentMagnitude(AugmentOp op, int bin)
{
    switch (op) {
    case AugmentOp::ShearX:
    case AugmentOp::ShearY: return linspace(0.0F, 0.3F, bin);
    case AugmentOp::TranslateX:
    case AugmentOp::TranslateY: return linspace(0.0F, static_cast<float>(150.0 / 331.0 * imageops::side), bin);
    case AugmentOp::Rotate: return linspace(0.0F, 30.0F, bin);
    case AugmentOp::Brightness:
    case AugmentOp::Color:
    case AugmentOp::Contrast:
    case AugmentOp::Sharpness: return linspace(0.0F, 0.9F, bin);
    case AugmentOp::Posterize: return 8.0 - std::nearbyint(bin / ((augmentMagnitudeBins - 1) / 4.0));
    case AugmentOp::Solarize: return linspace(255.0F, 0.0F, bin);
    case AugmentOp::Identity:
    case AugmentOp::AutoContrast:
    case AugmentOp::Equalize: break;
    }
    return 0.0;
}

void applyAugmentOp(std::uint8_t* image, AugmentOp op, int bin, bool negative)
{
    if (isGeometric(op))
        return applyGeometric(image, op, bin, negative);
    const double m = signedMagnitude(op, bin, negative);
    const auto amount = static_cast<float>(1.0 + m);
    switch (op) {
    case AugmentOp::Brightness: return imageops::brightness(image, amount);
    case AugmentOp::Color: return imageops::color(image, amount);
    case AugmentOp::Contrast: return imageops::contrast(image, amount);
    case AugmentOp::Sharpness: return imageops::sharpness(image, amount);
    case AugmentOp::Posterize: return imageops::posterize(image, static_cast<int>(m));
    case AugmentOp::Solarize: return imageops::solarize(image, m);
    case AugmentOp::AutoContrast: return imageops::autoContrast(image);
    case AugmentOp::Equalize: return imageops::equalize(image);
    default: return; // Identity
    }
}

std::string AppliedOp::name() const
{
    std::string text = augmentOpName(op);
    if (augmentOpIsSigned(op))
        text += negative ? " \u2212" : " +";
    return text;
}

std::vector<AppliedOp> plannedOps(std::uint64_t seed, int epoch, std::uint32_t index, double probability)
{
    std::vector<AppliedOp> ops;
    forPlannedOps(seed, epoch, index, probability, [&](const AppliedOp& op) { ops.push_back(op); });
    return ops;
}

void augmentImage(std::uint8_t* image, std::uint64_t seed, int epoch, std::uint32_t index, double probability)
{
    forPlannedOps(seed, epoch, index, probability,
                  [&](const AppliedOp& op) { applyAugmentOp(image, op.op, augmentMagnitudeBin, op.negative); });
}

const std::uint8_t* augmentedImage(const std::uint8_t* image, std::uint8_t* scratch, std::uint64_t seed, int epoch,
                                   std::uint32_t index, double probability)
{
    const std::uint8_t* result = image;
    forPlannedOps(seed, epoch, index, probability, [&](const AppliedOp& op) {
        if (result != scratch)
            std::memcpy(scratch, image, imageops::byteCount);
        result = scratch;
        applyAugmentOp(scratch, op.op, augmentMagnitudeBin, op.negative);
    });
    return result;
}

} // namespace normscope
