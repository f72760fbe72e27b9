// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// A file's name or path as a message, a label or a JSON file may carry it: valid UTF-8 stays as it is;
/// other bytes, control and direction characters and the backslash come escaped ("\xE9", "\n", "\\").
std::string shownName(std::string_view raw);

/// "30,730,000": the digits in groups, whatever the locale.
std::string groupedNumber(std::uint64_t number);

/// "1 image", "3,000 images"; `plural` defaults to the noun with an s.
std::string counted(std::uint64_t number, std::string_view noun, std::string_view plural = {});

/// "a, b, c and 7 more": at most `shown` of the texts.
std::string listed(const std::vector<std::string>& texts, std::size_t shown = 5);

} // namespace normscope
