// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/training/plainaugmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

namespace normscope::testing {

namespace {

constexpr int side = 32;
constexpr int pixelCount = side * side;
constexpr int byteCount = pixelCount * 3;

using Table = std::array<std::uint8_t, 256>;

/// Output (x, y) takes input (a x + b y + c, d x + e y + f), in Pillow's 16.16 fixed point.
struct Affine {
    double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};

void transform(std::uint8_t* image, const Affine& m)
{
    const auto fix = [](double v) { return static_cast<int>(std::floor(v * 65536.0 + 0.5)); };
    const int stepXx = fix(m.a), stepYx = fix(m.b), stepXy = fix(m.d), stepYy = fix(m.e);
    int rowX = fix(m.c + m.a * 0.5 + m.b * 0.5);
    int rowY = fix(m.f + m.d * 0.5 + m.e * 0.5);
    std::array<std::uint8_t, byteCount> source;
    std::memcpy(source.data(), image, byteCount);
    for (int y = 0; y < side; ++y, rowX += stepYx, rowY += stepYy) {
        int inX = rowX, inY = rowY;
        for (int x = 0; x < side; ++x, inX += stepXx, inY += stepXy, image += 3) {
            const int sx = inX >> 16, sy = inY >> 16;
            if (static_cast<unsigned>(sx) < side && static_cast<unsigned>(sy) < side)
                std::memcpy(image, &source[static_cast<std::size_t>((sy * side + sx) * 3)], 3);
            else
                std::memset(image, 0, 3);
        }
    }
}

/// Counter-clockwise about (16, 16), as Pillow's Image.rotate: the sines are rounded to 15 decimals.
Affine rotation(double degrees)
{
    const auto round15 = [](double v) { return std::round(v * 1e15) / 1e15; };
    const double angle = -degrees * std::numbers::pi / 180.0;
    Affine m{round15(std::cos(angle)), round15(std::sin(angle)), 0, round15(-std::sin(angle)), round15(std::cos(angle)), 0};
    constexpr double centre = side / 2.0;
    m.c = m.a * -centre + m.b * -centre + centre;
    m.f = m.d * -centre + m.e * -centre + centre;
    return m;
}

std::uint8_t grey(const std::uint8_t* p)
{
    return static_cast<std::uint8_t>((p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16);
}

/// Pillow's Image.blend: from `base` (amount 0) through the image (amount 1) and beyond, in float32, truncated.
std::uint8_t blend(std::uint8_t base, std::uint8_t value, float amount)
{
    const float v = static_cast<float>(base) + amount * static_cast<float>(value - base);
    return v <= 0.0F ? 0 : v >= 255.0F ? 255 : static_cast<std::uint8_t>(v);
}

void applyTable(std::uint8_t* image, const Table& table)
{
    for (int i = 0; i < byteCount; ++i)
        image[i] = table[image[i]];
}

void blendWithConstant(std::uint8_t* image, std::uint8_t base, float amount)
{
    Table table;
    for (int v = 0; v < 256; ++v)
        table[static_cast<std::size_t>(v)] = blend(base, static_cast<std::uint8_t>(v), amount);
    applyTable(image, table);
}

void color(std::uint8_t* image, float amount)
{
    for (int i = 0; i < pixelCount; ++i, image += 3) {
        const std::uint8_t base = grey(image);
        for (int c = 0; c < 3; ++c)
            image[c] = blend(base, image[c], amount);
    }
}

void contrast(std::uint8_t* image, float amount)
{
    int sum = 0;
    for (int i = 0; i < pixelCount; ++i)
        sum += grey(image + i * 3);
    blendWithConstant(image, static_cast<std::uint8_t>(static_cast<double>(sum) / pixelCount + 0.5), amount);
}

/// Blends with Pillow's SMOOTH filter: ones, centre 5, over 13; the border is copied.
void sharpness(std::uint8_t* image, float amount)
{
    std::array<std::uint8_t, byteCount> source;
    std::memcpy(source.data(), image, byteCount);
    constexpr int row = side * 3;
    for (int y = 1; y < side - 1; ++y)
        for (int i = y * row + 3; i < (y + 1) * row - 3; ++i) {
            const std::uint8_t* p = source.data() + i;
            const int sum = p[-row - 3] + p[-row] + p[-row + 3] + p[-3] + 5 * p[0] + p[3] + p[row - 3] + p[row] + p[row + 3];
            image[i] = blend(static_cast<std::uint8_t>((2 * sum + 13) / 26), p[0], amount);
        }
}

void posterize(std::uint8_t* image, int bits)
{
    const auto mask = static_cast<std::uint8_t>(~((1 << (8 - bits)) - 1));
    for (int i = 0; i < byteCount; ++i)
        image[i] &= mask;
}

void solarize(std::uint8_t* image, double threshold)
{
    for (int i = 0; i < byteCount; ++i)
        if (image[i] >= threshold)
            image[i] = static_cast<std::uint8_t>(255 - image[i]);
}

Table autoContrastTable(const std::array<int, 256>& histogram)
{
    int low = 0, high = 255;
    while (low < 256 && histogram[static_cast<std::size_t>(low)] == 0)
        ++low;
    while (high >= 0 && histogram[static_cast<std::size_t>(high)] == 0)
        --high;
    Table table;
    const double scale = high > low ? 255.0 / (high - low) : 1.0;
    const double offset = high > low ? -low * scale : 0.0;
    for (int v = 0; v < 256; ++v)
        table[static_cast<std::size_t>(v)] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(v * scale + offset), 0, 255));
    return table;
}

Table equalizeTable(const std::array<int, 256>& histogram)
{
    Table table;
    for (int v = 0; v < 256; ++v)
        table[static_cast<std::size_t>(v)] = static_cast<std::uint8_t>(v);
    int last = 255;
    while (histogram[static_cast<std::size_t>(last)] == 0)
        --last;
    const int step = (pixelCount - histogram[static_cast<std::size_t>(last)]) / 255;
    if (step == 0)
        return table;
    int n = step / 2;
    for (int v = 0; v < 256; ++v) {
        table[static_cast<std::size_t>(v)] = static_cast<std::uint8_t>(std::min(n / step, 255));
        n += histogram[static_cast<std::size_t>(v)];
    }
    return table;
}

void applyHistogramTable(std::uint8_t* image, Table (*makeTable)(const std::array<int, 256>&))
{
    for (int c = 0; c < 3; ++c) {
        std::array<int, 256> histogram{};
        for (int i = c; i < byteCount; i += 3)
            ++histogram[image[i]];
        const Table table = makeTable(histogram);
        for (int i = c; i < byteCount; i += 3)
            image[i] = table[image[i]];
    }
}

} // namespace

void plainAugmentOp(std::uint8_t* image, AugmentOp op, int bin, bool negative)
{
    const double sign = negative && augmentOpIsSigned(op) ? -1.0 : 1.0;
    const double m = sign * augmentMagnitude(op, bin);
    const auto amount = static_cast<float>(1.0 + m);
    switch (op) {
    case AugmentOp::Identity: return;
    case AugmentOp::ShearX: return transform(image, {1, m, 0, 0, 1, 0});
    case AugmentOp::ShearY: return transform(image, {1, 0, 0, m, 1, 0});
    case AugmentOp::TranslateX: return transform(image, {1, 0, -std::trunc(m), 0, 1, 0});
    case AugmentOp::TranslateY: return transform(image, {1, 0, 0, 0, 1, -std::trunc(m)});
    case AugmentOp::Rotate: return transform(image, rotation(m));
    case AugmentOp::Brightness: return blendWithConstant(image, 0, amount);
    case AugmentOp::Color: return color(image, amount);
    case AugmentOp::Contrast: return contrast(image, amount);
    case AugmentOp::Sharpness: return sharpness(image, amount);
    case AugmentOp::Posterize: return posterize(image, static_cast<int>(m));
    case AugmentOp::Solarize: return solarize(image, m);
    case AugmentOp::AutoContrast: return applyHistogramTable(image, autoContrastTable);
    case AugmentOp::Equalize: return applyHistogramTable(image, equalizeTable);
    }
}

} // namespace normscope::testing
