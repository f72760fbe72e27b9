// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace normscope {

/// What an image file's header says, read without decoding it.
struct ImageSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool isCmyk = false;     ///< a JPEG of four components
    bool isAnimated = false; ///< a WebP of several frames
    /// A TIFF of more than 8 bits a channel, which OpenCV is to give in 8: see imagereader.cpp.
    struct DeepTiff {
        bool isOne = false;
        bool isGrey = false;
        bool hasAlpha = false;
    } deepTiff = {};
};

/// JPEG, PNG, BMP, WebP, TIFF (its first page) and PNM (P1 to P6). Empty: none of these, damaged, or a
/// JPEG without its end marker: OpenCV would fill up a truncated one with whatever memory held.
std::optional<ImageSize> readImageSize(std::span<const std::uint8_t> file);

} // namespace normscope
