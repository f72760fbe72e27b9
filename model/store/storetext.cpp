// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/storetext.h"

#include <cstddef>

namespace normscope::storage {

namespace {

constexpr std::size_t maxNameCharacters = 200;
constexpr std::size_t maxNoteCharacters = 100'000;
constexpr std::size_t maxShownCharacters = 60;
constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

unsigned char byteAt(std::string_view text, std::size_t at)
{
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// Bytes of the well-formed UTF-8 character at `at` (Unicode 15, table 3-7), or 0.
std::size_t characterLength(std::string_view text, std::size_t at)
{
    const unsigned char b0 = byteAt(text, at);
    const unsigned char b1 = byteAt(text, at + 1);
    const auto continues = [&](std::size_t offset) { return (byteAt(text, at + offset) & 0xC0) == 0x80; };
    if (b0 < 0x80)
        return 1;
    if (b0 >= 0xC2 && b0 <= 0xDF)
        return continues(1) ? 2 : 0;
    if (b0 >= 0xE0 && b0 <= 0xEF) {
        const bool inRange = (b0 != 0xE0 || b1 >= 0xA0) && (b0 != 0xED || b1 < 0xA0);
        return inRange && continues(1) && continues(2) ? 3 : 0;
    }
    if (b0 >= 0xF0 && b0 <= 0xF4) {
        const bool inRange = (b0 != 0xF0 || b1 >= 0x90) && (b0 != 0xF4 || b1 < 0x90);
        return inRange && continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

bool isControl(std::string_view character)
{
    const unsigned char b0 = byteAt(character, 0);
    return b0 < 0x20 || b0 == 0x7F || (b0 == 0xC2 && byteAt(character, 1) < 0xA0)
        || character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9"; // line and paragraph separator
}

/// Copies at most `limit` characters, each through `write(out, character, isControl)`.
template <class Write>
std::string copyCharacters(std::string_view text, std::size_t limit, Write write, bool* cut = nullptr)
{
    std::string out;
    std::size_t at = 0;
    for (std::size_t n = 0; at < text.size() && n < limit; ++n) {
        const std::size_t length = characterLength(text, at);
        const std::string_view character = length == 0 ? replacement : text.substr(at, length);
        write(out, character, isControl(character));
        at += length == 0 ? 1 : length;
    }
    if (cut)
        *cut = at < text.size();
    return out;
}

} // namespace

bool isValidUtf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = characterLength(text, at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

std::string cleanName(std::string_view text)
{
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos)
        return {};
    std::string name = copyCharacters(text.substr(start), maxNameCharacters,
                                      [](std::string& out, std::string_view character, bool control) {
                                          if (!out.empty() || !(control || character == " "))
                                              out += control ? std::string_view(" ") : character;
                                      });
    const auto end = name.find_last_not_of(' ');
    name.resize(end == std::string::npos ? 0 : end + 1);
    return name;
}

std::string cleanNote(std::string_view text)
{
    return copyCharacters(text, maxNoteCharacters, [](std::string& out, std::string_view character, bool control) {
        if (!control || character == "\n" || character == "\t")
            out += character;
    });
}

std::string shown(std::string_view text)
{
    bool cut = false;
    const std::string body = copyCharacters(
        text, maxShownCharacters,
        [](std::string& out, std::string_view character, bool control) {
            if (character == "\n")
                out += "\\n";
            else
                out += control ? replacement : character;
        },
        &cut);
    return "\"" + body + (cut ? "...\"" : "\"");
}

} // namespace normscope::storage
