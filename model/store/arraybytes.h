// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/statearray.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::storage {

// Internal to model/store: arrays as other programs' files describe them.

/// Why a file of arrays is refused.
class ArrayRefusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline constexpr std::size_t mostDimensions = 8;
inline constexpr std::size_t mostNumbers = std::size_t(1) << 24; ///< of all arrays in a file; our network has 40,394

enum class NumberType : std::uint8_t { F16, BF16, F32, F64, I8, U8, I16, I32, I64, Bool };

std::optional<NumberType> numberTypeOfStorage(std::string_view torchName);    ///< "torch FloatStorage"
std::optional<NumberType> numberTypeOfSafetensors(std::string_view typeName); ///< "F32"
std::size_t bytesOf(NumberType type);

/// An array somewhere in a file's bytes.
struct ArrayBytes {
    std::string name;
    NumberType type = NumberType::F32;
    std::string_view bytes;
    std::int64_t offset = 0;           ///< of the first number, counted in numbers, as the strides are
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; ///< one for each dimension
};

/// Its numbers, row by row: as float, whole numbers as counts. Everything is checked before memory is taken.
/// `numbersLeft` is what all arrays of a file may still have. Throws ArrayRefusal, which names the array.
StateArray unpackArray(const ArrayBytes& array, std::size_t& numbersLeft);

/// The strides of an array that lies row by row. The shape must have been checked: see checkShape().
std::vector<std::int64_t> stridesByRows(const std::vector<std::int64_t>& shape);

/// How many numbers a shape has. Throws ArrayRefusal for negative or too many dimensions and for more than `most`
/// numbers.
std::size_t checkShape(const std::string& name, const std::vector<std::int64_t>& shape, std::size_t most);

} // namespace normscope::storage
