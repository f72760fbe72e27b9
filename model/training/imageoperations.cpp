// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/imageoperations.h"

#include "model/base/vectorclones.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace normscope::imageops {

namespace {

constexpr int rowBytes = side * 3;

using Table = std::array<std::uint8_t, 256>;
using Bytes = std::array<std::uint8_t, byteCount>;

/// Pillow's Image.blend: from `base` (amount 0) through `value` (amount 1) and beyond, in float32, truncated.
inline std::uint8_t blend(int base, int value, float amount)
{
    const float v = static_cast<float>(base) + amount * static_cast<float>(value - base);
    return static_cast<std::uint8_t>(static_cast<int>(std::min(std::max(v, 0.0F), 255.0F)));
}

/// Pillow's "L" of a colour.
inline int grey(int red, int green, int blue)
{
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

NORMSCOPE_VECTOR_CLONES
void blendWithConstant(std::uint8_t* image, int base, float amount)
{
    for (int i = 0; i < byteCount; ++i)
        image[i] = blend(base, image[i], amount);
}

NORMSCOPE_VECTOR_CLONES
void blendWithGrey(std::uint8_t* image, float amount)
{
    for (int i = 0; i < pixelCount; ++i) {
        const int red = image[3 * i], green = image[3 * i + 1], blue = image[3 * i + 2];
        const int base = grey(red, green, blue);
        image[3 * i] = blend(base, red, amount);
        image[3 * i + 1] = blend(base, green, amount);
        image[3 * i + 2] = blend(base, blue, amount);
    }
}

NORMSCOPE_VECTOR_CLONES
int sumOfGrey(const std::uint8_t* image)
{
    int sum = 0;
    for (int i = 0; i < pixelCount; ++i)
        sum += grey(image[3 * i], image[3 * i + 1], image[3 * i + 2]);
    return sum;
}

/// Pillow's SMOOTH filter: ones, centre 5, over 13. As if rows had no ends: what that spoils lies on the border.
NORMSCOPE_VECTOR_CLONES
void smooth(const std::uint8_t* __restrict image, std::uint8_t* __restrict out)
{
    for (int i = rowBytes + 3; i < byteCount - rowBytes - 3; ++i) {
        const std::uint8_t* p = image + i;
        const auto sum = static_cast<std::uint16_t>(p[-rowBytes - 3] + p[-rowBytes] + p[-rowBytes + 3] + p[-3] + 5 * p[0] + p[3]
                                                    + p[rowBytes - 3] + p[rowBytes] + p[rowBytes + 3]);
        out[i] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(2 * sum + 13) / 26);
    }
}

NORMSCOPE_VECTOR_CLONES
void blendWith(std::uint8_t* __restrict image, const std::uint8_t* __restrict base, float amount)
{
    for (int i = 0; i < byteCount; ++i)
        image[i] = blend(base[i], image[i], amount);
}

NORMSCOPE_VECTOR_CLONES
void mask(std::uint8_t* image, std::uint8_t bits)
{
    for (int i = 0; i < byteCount; ++i)
        image[i] &= bits;
}

NORMSCOPE_VECTOR_CLONES
void invertFrom(std::uint8_t* image, std::uint8_t first)
{
    for (int i = 0; i < byteCount; ++i)
        image[i] = image[i] >= first ? static_cast<std::uint8_t>(255 - image[i]) : image[i];
}

/// The least and the greatest of each byte of a row's pattern, over all rows.
NORMSCOPE_VECTOR_CLONES
void columnRange(const std::uint8_t* image, std::uint8_t* __restrict low, std::uint8_t* __restrict high)
{
    for (int y = 0; y < side; ++y)
        for (int i = 0; i < rowBytes; ++i) {
            const std::uint8_t value = image[y * rowBytes + i];
            low[i] = std::min(low[i], value);
            high[i] = std::max(high[i], value);
        }
}

NORMSCOPE_VECTOR_CLONES
void fillLinear(std::uint8_t* table, double scale, double offset)
{
    for (int v = 0; v < 256; ++v)
        table[v] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(v * scale + offset), 0, 255));
}

void identity(Table& table)
{
    for (int v = 0; v < 256; ++v)
        table[static_cast<std::size_t>(v)] = static_cast<std::uint8_t>(v);
}

void applyTables(std::uint8_t* image, const std::array<Table, 3>& tables)
{
    for (int i = 0; i < byteCount; i += 3)
        for (std::size_t c = 0; c < 3; ++c)
            image[i + static_cast<int>(c)] = tables[c][image[i + static_cast<int>(c)]];
}

using Histogram = std::array<std::uint16_t, 256>;

/// Neighbours are often equal: two sets, so that one does not wait for the other.
std::array<Histogram, 3> histograms(const std::uint8_t* image)
{
    std::array<Histogram, 3> counts{}, others{};
    for (int i = 0; i < byteCount; i += 6)
        for (std::size_t c = 0; c < 3; ++c) {
            ++counts[c][image[i + static_cast<int>(c)]];
            ++others[c][image[i + 3 + static_cast<int>(c)]];
        }
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t v = 0; v < 256; ++v)
            counts[c][v] = static_cast<std::uint16_t>(counts[c][v] + others[c][v]);
    return counts;
}

Table equalizeTable(const Histogram& histogram)
{
    Table table;
    int last = 255;
    while (histogram[static_cast<std::size_t>(last)] == 0)
        --last;
    const int step = (pixelCount - histogram[static_cast<std::size_t>(last)]) / 255;
    if (step == 0) {
        identity(table);
        return table;
    }
    // n / step, as a multiplication: exact for step 1 to 4 and n up to 1,024 + 2.
    const int factor = (65536 + step - 1) / step;
    int n = step / 2;
    for (std::size_t v = 0; v < 256; ++v) {
        table[v] = static_cast<std::uint8_t>(std::min((n * factor) >> 16, 255));
        n += histogram[v];
    }
    return table;
}

} // namespace

SourceMap sourceMap(const Affine& m)
{
    const auto fix = [](double v) { return static_cast<int>(std::floor(v * 65536.0 + 0.5)); };
    const int stepXx = fix(m.a), stepYx = fix(m.b), stepXy = fix(m.d), stepYy = fix(m.e);
    int rowX = fix(m.c + m.a * 0.5 + m.b * 0.5);
    int rowY = fix(m.f + m.d * 0.5 + m.e * 0.5);
    SourceMap map;
    auto* to = map.data();
    for (int y = 0; y < side; ++y, rowX += stepYx, rowY += stepYy) {
        int inX = rowX, inY = rowY;
        for (int x = 0; x < side; ++x, inX += stepXx, inY += stepXy) {
            const int sx = inX >> 16, sy = inY >> 16;
            const bool inside = static_cast<unsigned>(sx) < side && static_cast<unsigned>(sy) < side;
            *to++ = static_cast<std::uint16_t>(inside ? (sy * side + sx) * 3 : byteCount);
        }
    }
    return map;
}

void move(std::uint8_t* image, const SourceMap& map)
{
    // Four bytes a pixel: the fourth is overwritten by the next pixel's first.
    std::array<std::uint8_t, byteCount + 4> source;
    std::memcpy(source.data(), image, byteCount);
    std::memset(source.data() + byteCount, 0, 4);
    constexpr std::size_t last = pixelCount - 1;
    for (std::size_t i = 0; i < last; ++i)
        std::memcpy(image + 3 * i, source.data() + map[i], 4);
    std::memcpy(image + 3 * last, source.data() + map[last], 3);
}

void brightness(std::uint8_t* image, float amount)
{
    blendWithConstant(image, 0, amount);
}

void color(std::uint8_t* image, float amount)
{
    blendWithGrey(image, amount);
}

void contrast(std::uint8_t* image, float amount)
{
    blendWithConstant(image, static_cast<int>(static_cast<double>(sumOfGrey(image)) / pixelCount + 0.5), amount);
}

void sharpness(std::uint8_t* image, float amount)
{
    Bytes base;
    smooth(image, base.data());
    std::memcpy(base.data(), image, rowBytes);
    std::memcpy(base.data() + byteCount - rowBytes, image + byteCount - rowBytes, rowBytes);
    for (int begin = rowBytes; begin < byteCount; begin += rowBytes) // a row's last pixel and the next one's first
        std::memcpy(base.data() + begin - 3, image + begin - 3, 6);
    blendWith(image, base.data(), amount);
}

void posterize(std::uint8_t* image, int bits)
{
    mask(image, static_cast<std::uint8_t>(~((1 << (8 - bits)) - 1)));
}

void solarize(std::uint8_t* image, double threshold)
{
    invertFrom(image, static_cast<std::uint8_t>(std::ceil(threshold)));
}

void autoContrast(std::uint8_t* image)
{
    std::array<std::uint8_t, rowBytes> lows, highs;
    lows.fill(255);
    highs.fill(0);
    columnRange(image, lows.data(), highs.data());
    std::array<Table, 3> tables;
    bool isChanged = false;
    for (std::size_t c = 0; c < 3; ++c) {
        int low = 255, high = 0;
        for (std::size_t i = c; i < rowBytes; i += 3) {
            low = std::min<int>(low, lows[i]);
            high = std::max<int>(high, highs[i]);
        }
        const double scale = high > low ? 255.0 / (high - low) : 1.0;
        fillLinear(tables[c].data(), scale, high > low ? -low * scale : 0.0);
        isChanged = isChanged || scale != 1.0;
    }
    if (isChanged)
        applyTables(image, tables);
}

void equalize(std::uint8_t* image)
{
    const auto counts = histograms(image);
    applyTables(image, {equalizeTable(counts[0]), equalizeTable(counts[1]), equalizeTable(counts[2])});
}

} // namespace normscope::imageops
