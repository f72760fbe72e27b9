// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/normalizer.h"

#include "model/base/vectorclones.h"

#include <bit>
#include <cstddef>

namespace normscope {

namespace {

constexpr std::size_t side = 32;
constexpr std::size_t pixelCount = side * side;
constexpr std::size_t rowValues = side * 3;

using Channels = std::array<ImageNormalizer::Channel, 3>;
using Channel = ImageNormalizer::Channel;

/// x / d as a product with 1 / d to 48 bits: RN(x * (high + low)). Exact but where x / d lies within 2^-46 of a
/// value between two floats.
struct Reciprocal {
    float high, low;
    constexpr explicit Reciprocal(float divisor)
        : high(static_cast<float>(1.0 / static_cast<double>(divisor))),
          low(static_cast<float>(1.0 / static_cast<double>(divisor) - static_cast<double>(high)))
    {
    }
};

constexpr Reciprocal byteRange(255.0F);

inline float normalized(float value, const Channel& channel)
{
    const float unit = __builtin_fmaf(value, byteRange.high, value * byteRange.low);
    const float centred = unit - channel.mean;
    return __builtin_fmaf(centred, channel.factor, centred * channel.factorRest);
}

NORMSCOPE_VECTOR_CLONES
void fusedPlanes(const std::uint8_t* __restrict image, float* __restrict planes, const Channels& channels)
{
    const Channel red = channels[0], green = channels[1], blue = channels[2];
    for (std::size_t i = 0; i < pixelCount; ++i) {
        planes[i] = normalized(image[3 * i], red);
        planes[pixelCount + i] = normalized(image[3 * i + 1], green);
        planes[2 * pixelCount + i] = normalized(image[3 * i + 2], blue);
    }
}

NORMSCOPE_VECTOR_CLONES
void fusedPixels(const std::uint8_t* __restrict image, float* __restrict pixels, const ImageNormalizer::Row& row)
{
    for (std::size_t y = 0; y < side; ++y, image += rowValues, pixels += rowValues)
        for (std::size_t i = 0; i < rowValues; ++i)
            pixels[i] = normalized(image[i], {row.mean[i], row.factor[i], row.factorRest[i]});
}

bool isSame(float a, float b)
{
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

bool canFuse()
{
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
    return true;
#else
    return false;
#endif
}

} // namespace

ImageNormalizer::ImageNormalizer(const InputScale& scale)
{
    m_isFused = canFuse();
    for (std::size_t c = 0; c < 3; ++c) {
        const Reciprocal factor(scale.deviation[c]);
        m_channels[c] = {scale.mean[c], factor.high, factor.low};
        for (int v = 0; v < 256; ++v) {
            const auto value = static_cast<float>(v);
            m_table[c][v] = (value / 255.0F - scale.mean[c]) / scale.deviation[c];
            m_isFused = m_isFused && isSame(normalized(value, m_channels[c]), m_table[c][v]);
        }
    }
    for (std::size_t i = 0; i < rowValues; ++i) {
        const Channel& channel = m_channels[i % 3];
        m_row.mean[i] = channel.mean;
        m_row.factor[i] = channel.factor;
        m_row.factorRest[i] = channel.factorRest;
    }
}

void ImageNormalizer::toPlanes(const std::uint8_t* image, float* planes) const
{
    if (m_isFused)
        return fusedPlanes(image, planes, m_channels);
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < pixelCount; ++i)
            planes[c * pixelCount + i] = m_table[c][image[3 * i + c]];
}

void ImageNormalizer::toPixels(const std::uint8_t* image, float* pixels) const
{
    if (m_isFused)
        return fusedPixels(image, pixels, m_row);
    for (std::size_t i = 0; i < pixelCount * 3; i += 3)
        for (std::size_t c = 0; c < 3; ++c)
            pixels[i + c] = m_table[c][image[i + c]];
}

} // namespace normscope
