// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace normscope::imageops {

// Internal to the augmentation: what its operations do to the bytes of one 32x32 RGB image [32, 32, 3], in place.
// Plain loops that compilers turn into vector code; each gives Pillow's result to the byte.

inline constexpr int side = 32;
inline constexpr int pixelCount = side * side;
inline constexpr int byteCount = pixelCount * 3;

/// For each pixel the byte in the image where it comes from; byteCount: it becomes black.
using SourceMap = std::array<std::uint16_t, pixelCount>;

/// Output (x, y) takes input (a x + b y + c, d x + e y + f), in Pillow's 16.16 fixed point.
struct Affine {
    double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};
SourceMap sourceMap(const Affine& affine);
void move(std::uint8_t* image, const SourceMap& map);

void brightness(std::uint8_t* image, float amount);
void color(std::uint8_t* image, float amount);
void contrast(std::uint8_t* image, float amount);
void sharpness(std::uint8_t* image, float amount);
void posterize(std::uint8_t* image, int bits);
void solarize(std::uint8_t* image, double threshold);
void autoContrast(std::uint8_t* image);
void equalize(std::uint8_t* image);

} // namespace normscope::imageops
