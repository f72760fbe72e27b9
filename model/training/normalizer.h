// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/inputscale.h"

#include <array>
#include <cstdint>

namespace normscope {

/// Turns the bytes of 32x32 RGB images into what the network sees: (value / 255 - mean) / deviation, every step
/// rounded to float32 as PyTorch does it. Where the processor multiplies and adds in one step, divisions become
/// such steps; the result is compared with the divisions' for all 256 values of each channel beforehand.
class ImageNormalizer {
public:
    explicit ImageNormalizer(const InputScale& scale);

    /// Bytes [32, 32, 3] to floats [3, 32, 32].
    void toPlanes(const std::uint8_t* image, float* planes) const;
    /// Bytes [32, 32, 3] to floats [32, 32, 3] (channels last).
    void toPixels(const std::uint8_t* image, float* pixels) const;

    float value(int channel, std::uint8_t byte) const { return m_table[channel][byte]; }

    /// A channel's numbers; the division as a product with the reciprocal's float32 and with what that leaves out.
    struct Channel {
        float mean, factor, factorRest;
    };
    /// The same for the 96 values of a row of pixels, channel after channel.
    struct Row {
        float mean[96], factor[96], factorRest[96];
    };

private:
    float m_table[3][256];
    std::array<Channel, 3> m_channels;
    Row m_row;
    bool m_isFused = false; ///< the processor can, and all values agree
};

} // namespace normscope
