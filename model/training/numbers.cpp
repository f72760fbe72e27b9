// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/numbers.h"

#include "model/data/wording.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace normscope {

namespace {

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

Error refusal(std::string_view text, const std::string& why)
{
    return {ErrorCode::BadUsage, std::string("\"").append(shownName(text)).append("\" ").append(why), {}};
}

/// What is wrong before any parsing is tried.
Status obviousFault(std::string_view text)
{
    if (text.empty())
        return Error{ErrorCode::BadUsage, "The value is empty: write a number.", {}};
    if (text.find(',') == std::string_view::npos)
        return {};
    std::string withPoint(text);
    std::replace(withPoint.begin(), withPoint.end(), ',', '.');
    return refusal(text, "has a comma, which could mean a decimal point or thousands. Write " + shownName(withPoint)
                             + ", or leave the comma out.");
}

/// from_chars takes a minus, but no plus.
std::string_view withoutPlus(std::string_view text)
{
    if (text.size() > 1 && text[0] == '+' && text[1] != '-')
        text.remove_prefix(1);
    return text;
}

template <class T>
std::from_chars_result read(std::string_view text, T& value)
{
    text = withoutPlus(text);
    auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc::invalid_argument && result.ptr != text.data() + text.size())
        result.ec = std::errc::invalid_argument;
    return result;
}

} // namespace

Result<double> parseReal(std::string_view text)
{
    text = trimmed(text);
    if (const Status fault = obviousFault(text); !fault)
        return fault.error();
    double value = 0;
    const auto [end, error] = read(text, value);
    if (error == std::errc::result_out_of_range)
        return refusal(text, "is too large or too small for a number here. Write it like 0.01 or 1e-3.");
    if (error != std::errc())
        return refusal(text, "is not a number. Write it like 0.01 or 1e-3.");
    return value;
}

template <class T>
Result<T> parseWhole(std::string_view text)
{
    constexpr T most = std::numeric_limits<T>::max();
    text = trimmed(text);
    if (const Status fault = obviousFault(text); !fault)
        return fault.error();
    T value = 0;
    std::int64_t negative = 0;
    const bool isNegative = text.front() == '-' && read(text, negative).ec != std::errc::invalid_argument;
    if (std::is_unsigned_v<T> && isNegative)
        return refusal(text, "is negative: write a whole number from 0 to " + std::to_string(most) + ".");
    const auto error = read(text, value).ec;
    if (error == std::errc::result_out_of_range && std::is_unsigned_v<T>)
        return refusal(text, "is too large: write a whole number from 0 to " + std::to_string(most) + ".");
    if (error == std::errc::result_out_of_range)
        return isNegative ? std::numeric_limits<T>::min() : most;
    if (error != std::errc())
        return refusal(text, "is not a whole number. Write it like 20.");
    return value;
}

template Result<int> parseWhole<int>(std::string_view);
template Result<std::uint64_t> parseWhole<std::uint64_t>(std::string_view);

std::string shortestText(double value)
{
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

} // namespace normscope
