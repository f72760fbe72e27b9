// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <string>
#include <string_view>
#include <type_traits>

namespace normscope {

// Numbers as people type them, on the command line and in the window's fields alike: the whole text, with a decimal
// point whatever the locale, nothing in hexadecimal, and never a comma as a thousands separator. Errors: BadUsage,
// naming the text.

/// 0.01, 1e-3; also inf and nan, which the check of the spec refuses with the field's range.
Result<double> parseReal(std::string_view text);

/// A whole number that an int (or std::uint64_t) is to hold. Beyond int it becomes int's nearest, so that the check that
/// follows says which range is right; beyond std::uint64_t, whose every value is in range, it is refused here.
template <class T>
Result<T> parseWhole(std::string_view text);

template <class T>
Result<T> parseNumber(std::string_view text)
{
    if constexpr (std::is_floating_point_v<T>)
        return parseReal(text);
    else
        return parseWhole<T>(text);
}

/// The shortest text that parseReal() reads back as the same number.
std::string shortestText(double value);

} // namespace normscope
