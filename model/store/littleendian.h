// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <type_traits>

namespace normscope::storage {

// Internal to model/store: numbers in files, the lowest byte first on every machine.

/// The unsigned type as wide as a number.
template <class Number>
using BitsOf = std::conditional_t<
    sizeof(Number) == 8, std::uint64_t,
    std::conditional_t<sizeof(Number) == 4, std::uint32_t,
                       std::conditional_t<sizeof(Number) == 2, std::uint16_t, std::uint8_t>>>;

template <class Number>
void appendLittle(std::string& out, Number number)
{
    const auto bits = std::bit_cast<BitsOf<Number>>(number);
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        out.push_back(static_cast<char>(bits >> (8 * i) & 0xFF));
}

/// Reads sizeof(Number) bytes.
template <class Number>
Number littleAt(const char* bytes)
{
    BitsOf<Number> bits = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        bits = static_cast<BitsOf<Number>>(bits | BitsOf<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i));
    return std::bit_cast<Number>(bits);
}

} // namespace normscope::storage
