// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/imagesize.h"

#include <cctype>
#include <cstring>
#include <string_view>

namespace normscope {

namespace {

/// Reads numbers at checked positions: past the end everything is 0 and `ok` turns false.
class Bytes {
public:
    explicit Bytes(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    bool ok = true;
    std::size_t size() const { return m_bytes.size(); }
    std::uint32_t at(std::size_t i)
    {
        ok = ok && i < m_bytes.size();
        return ok ? m_bytes[i] : 0;
    }
    std::uint32_t big(std::size_t i, int count)
    {
        std::uint32_t value = 0;
        for (int k = 0; k < count; ++k)
            value = value << 8 | at(i + std::size_t(k));
        return value;
    }
    std::uint32_t little(std::size_t i, int count)
    {
        std::uint32_t value = 0;
        for (int k = count - 1; k >= 0; --k)
            value = value << 8 | at(i + std::size_t(k));
        return value;
    }
    bool has(std::size_t i, std::string_view text) const
    {
        return i <= m_bytes.size() && m_bytes.size() - i >= text.size()
               && std::memcmp(m_bytes.data() + i, text.data(), text.size()) == 0;
    }

private:
    std::span<const std::uint8_t> m_bytes;
};

using Size = std::optional<ImageSize>;

/// In a JPEG's coded data a 0xFF is followed by 0 or a restart marker, so FF D9 ends the image.
bool hasEndMarker(Bytes& file, std::size_t from)
{
    for (std::size_t i = from; i + 1 < file.size(); ++i)
        if (file.at(i) == 0xFF && file.at(i + 1) == 0xD9)
            return true;
    return false;
}

Size jpegSize(Bytes file)
{
    Size found;
    for (std::size_t i = 2; file.ok;) {
        if (file.at(i) != 0xFF)
            return {};
        const std::uint32_t marker = file.at(i + 1);
        if (marker == 0xFF) { // fill byte
            ++i;
            continue;
        }
        const std::uint32_t length = file.big(i + 2, 2);
        const bool isFrame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (!file.ok || length < 2)
            return {};
        if (isFrame)
            found = ImageSize{file.big(i + 7, 2), file.big(i + 5, 2), file.at(i + 9) == 4};
        if (marker == 0xDA)
            return file.ok && hasEndMarker(file, i + 2 + length) ? found : Size{};
        i += 2 + length;
    }
    return {};
}

Size pngSize(Bytes file)
{
    const ImageSize size{file.big(16, 4), file.big(20, 4)};
    return file.has(12, "IHDR") && file.ok ? Size(size) : Size{};
}

Size bmpSize(Bytes file)
{
    if (file.little(14, 4) == 12) // the old OS/2 header
        return ImageSize{file.little(18, 2), file.little(20, 2)};
    const auto height = static_cast<std::int32_t>(file.little(22, 4)); // negative: top down
    const ImageSize size{file.little(18, 4), height < 0 ? 0U - std::uint32_t(height) : std::uint32_t(height)};
    return file.ok ? Size(size) : Size{};
}

Size webpSize(Bytes file)
{
    ImageSize size;
    if (file.has(12, "VP8X")) {
        size = {file.little(24, 3) + 1, file.little(27, 3) + 1, false, (file.at(20) & 2) != 0};
    } else if (file.has(12, "VP8L")) {
        const std::uint32_t bits = file.little(21, 4);
        size = {(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
    } else if (file.has(12, "VP8 ")) {
        size = {file.little(26, 2) & 0x3FFF, file.little(28, 2) & 0x3FFF};
    }
    return file.ok ? Size(size) : Size{};
}

/// What a TIFF's first directory says, with the format's own defaults.
struct TiffTags {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t bits = 1;
    std::uint32_t photometric = 0;
    std::uint32_t samples = 1;

    std::uint32_t* place(std::uint32_t tag)
    {
        switch (tag) {
        case 256: return &width;
        case 257: return &height;
        case 258: return &bits;
        case 262: return &photometric;
        case 277: return &samples;
        default: return nullptr;
        }
    }
};

Size tiffSize(Bytes file)
{
    const bool isLittle = file.has(0, "II");
    const auto number = [&](std::size_t i, int count) { return isLittle ? file.little(i, count) : file.big(i, count); };
    const std::size_t directory = number(4, 4);
    const std::uint32_t entries = number(directory, 2);
    TiffTags tags;
    std::uint32_t seen = 0;
    for (std::uint32_t k = 0; k < entries && file.ok; ++k) {
        const std::size_t entry = directory + 2 + std::size_t(k) * 12;
        const std::uint32_t tag = number(entry, 2);
        std::uint32_t* const place = tags.place(tag);
        if (!place)
            continue;
        const std::uint32_t type = number(entry + 2, 2);
        const bool isShort = type == 3, isLong = type == 4;
        const std::uint32_t bit = 1U << (tag - 256);
        if ((!isShort && !isLong) || (seen & bit) != 0)
            return {}; // readers differ in what another type means, and in which of two counts
        seen |= bit;
        const bool isElsewhere = isShort && number(entry + 4, 4) > 2; // the depths of three samples and more
        *place = number(isElsewhere ? number(entry + 8, 4) : entry + 8, isShort ? 2 : 4);
    }
    constexpr std::uint32_t logarithmic = 32844; // and above: floating point
    const bool isGrey = tags.photometric <= 1;
    ImageSize size{tags.width, tags.height};
    size.deepTiff.isOne = tags.bits > 8 && tags.bits <= 16 && tags.photometric < logarithmic;
    size.deepTiff.isGrey = isGrey;
    size.deepTiff.hasAlpha = tags.samples == (isGrey ? 2U : 4U);
    return file.ok ? Size(size) : Size{};
}

Size pnmSize(Bytes file)
{
    std::uint32_t numbers[2] = {};
    std::size_t i = 2;
    for (auto& number : numbers) {
        while (file.ok && (std::isspace(int(file.at(i))) || file.at(i) == '#')) {
            if (file.at(i) == '#')
                while (file.ok && file.at(i) != '\n')
                    ++i;
            ++i;
        }
        for (; file.ok && std::isdigit(int(file.at(i))) && number < 100'000'000; ++i)
            number = number * 10 + (file.at(i) - '0');
    }
    return file.ok ? Size(ImageSize{numbers[0], numbers[1]}) : Size{};
}

} // namespace

std::optional<ImageSize> readImageSize(std::span<const std::uint8_t> bytes)
{
    using namespace std::string_view_literals;
    Bytes file(bytes);
    Size size;
    if (file.has(0, "\xFF\xD8\xFF"sv))
        size = jpegSize(file);
    else if (file.has(0, "\x89PNG\r\n\x1A\n"sv))
        size = pngSize(file);
    else if (file.has(0, "RIFF"sv) && file.has(8, "WEBP"sv))
        size = webpSize(file);
    else if (file.has(0, "II*\0"sv) || file.has(0, "MM\0*"sv))
        size = tiffSize(file);
    else if (file.has(0, "BM"sv))
        size = bmpSize(file);
    else if (file.size() > 2 && file.at(0) == 'P' && file.at(1) >= '1' && file.at(1) <= '6')
        size = pnmSize(file);
    return size && size->width > 0 && size->height > 0 ? size : Size{};
}

} // namespace normscope
