// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/wording.h"

#include <algorithm>

namespace normscope {

namespace {

struct Character {
    std::size_t length = 0; ///< bytes; 0: not valid UTF-8
    char32_t code = 0;
};

Character decodeOne(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return {1, lead};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length)
        return {};
    char32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U)
            return {};
        code = (code << 6) | (byte(i) & 0x3FU);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < smallest[length] || code > 0x10FFFF || surrogate ? Character{} : Character{length, code};
}

/// Characters that would break a line, hide or turn the text around them.
bool mustBeEscaped(char32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x2028 && code <= 0x202E)
           || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF || code == U'\\';
}

void appendEscaped(std::string& out, unsigned char byte)
{
    constexpr char digits[] = "0123456789ABCDEF";
    switch (byte) {
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out += {'\\', 'x', digits[byte >> 4], digits[byte & 0xF]};
    }
}

} // namespace

std::string shownName(std::string_view raw)
{
    std::string out;
    out.reserve(raw.size());
    while (!raw.empty()) {
        const Character character = decodeOne(raw);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        if (character.length == 0 || mustBeEscaped(character.code))
            for (const char c : raw.substr(0, length))
                appendEscaped(out, static_cast<unsigned char>(c));
        else
            out += raw.substr(0, length);
        raw.remove_prefix(length);
    }
    return out;
}

std::string groupedNumber(std::uint64_t number)
{
    std::string text = std::to_string(number);
    for (std::size_t i = text.size(); i > 3; i -= 3)
        text.insert(i - 3, 1, ',');
    return text;
}

std::string counted(std::uint64_t number, std::string_view noun, std::string_view plural)
{
    std::string text = groupedNumber(number) + " ";
    if (number == 1 || plural.empty())
        text += noun;
    else
        text += plural;
    if (number != 1 && plural.empty())
        text += "s";
    return text;
}

std::string listed(const std::vector<std::string>& texts, std::size_t shown)
{
    std::string out;
    const std::size_t count = std::min(shown, texts.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0)
            out += i + 1 == texts.size() ? " and " : ", ";
        out += texts[i];
    }
    if (texts.size() > count)
        out += " and " + groupedNumber(texts.size() - count) + " more";
    return out;
}

} // namespace normscope
