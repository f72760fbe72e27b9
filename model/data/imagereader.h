// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

/// How one image file became 32x32 RGB.
struct ImageReading {
    enum class Outcome { Good, NotRegular, Broken, TooLarge };
    Outcome outcome = Outcome::Broken;
    std::string reason; ///< for the outcomes that are not Good, in a few words
    bool wasGrey = false;
    bool hadAlpha = false;
    bool wasCmyk = false;
    bool wasDeep = false;    ///< 16 bits a channel
    bool wasResized = false; ///< not 32x32
};

/// The largest picture that is decoded, from its header: 64 megapixels.
inline constexpr std::uint64_t mostPixels = 64'000'000;

/// Reads and decodes one image into `rgb` (32x32x3 bytes). The rule: the first frame or page, as 8-bit RGB
/// (grey in three equal channels, 16-bit values divided by 257, CMYK by OpenCV, transparency blended on black;
/// Exif orientation is ignored; animated WebP is refused, OpenCV 4.6 does not read it). If it is not 32x32:
/// the centred square of the shorter side, resized with INTER_AREA when it shrinks, INTER_LINEAR when it grows.
ImageReading readImage(const std::string& path, std::uint8_t* rgb);

/// The two halves of readImage(): the file's bytes, which may have to be waited for, and the work and memory of
/// decoding them. The first is Good when the second may follow.
ImageReading readImageFile(const std::string& path, std::vector<std::uint8_t>& bytes);
ImageReading decodeImage(const std::vector<std::uint8_t>& bytes, std::uint8_t* rgb);

/// Lets OpenCV set up its decoders (GDAL's too, on Debian) on one thread, before many threads decode.
void prepareImageReading();

} // namespace normscope
