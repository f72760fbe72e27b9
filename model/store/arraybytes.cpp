// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/arraybytes.h"

#include "model/data/wording.h"
#include "model/store/littleendian.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace normscope::storage {

namespace {

struct TypeName {
    NumberType type;
    std::string_view torch;
    std::string_view safetensors;
    std::size_t bytes;
};
constexpr TypeName typeNames[] = {
    {NumberType::F16, "torch HalfStorage", "F16", 2},       {NumberType::BF16, "torch BFloat16Storage", "BF16", 2},
    {NumberType::F32, "torch FloatStorage", "F32", 4},      {NumberType::F64, "torch DoubleStorage", "F64", 8},
    {NumberType::I8, "torch CharStorage", "I8", 1},         {NumberType::U8, "torch ByteStorage", "U8", 1},
    {NumberType::I16, "torch ShortStorage", "I16", 2},      {NumberType::I32, "torch IntStorage", "I32", 4},
    {NumberType::I64, "torch LongStorage", "I64", 8},       {NumberType::Bool, "torch BoolStorage", "BOOL", 1},
};

std::optional<NumberType> typeWith(std::string_view TypeName::*key, std::string_view name)
{
    const auto found = std::find_if(std::begin(typeNames), std::end(typeNames),
                                    [&](const TypeName& type) { return type.*key == name; });
    return found == std::end(typeNames) ? std::nullopt : std::optional(found->type);
}

/// IEEE 754's half precision: 1 sign bit, 5 of the exponent, 10 of the fraction.
float fromHalf(std::uint16_t half)
{
    const std::uint32_t sign = std::uint32_t(half & 0x8000U) << 16;
    const std::uint32_t exponent = half >> 10 & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 0x1F) // infinite or not a number
        return std::bit_cast<float>(sign | 0x7F800000U | fraction << 13);
    if (exponent > 0)
        return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | fraction << 13);
    const float small = float(fraction) * 0x1p-24F; // exact: below the smallest normal half
    return sign ? -small : small;
}

float floatAt(NumberType type, const char* bytes)
{
    switch (type) {
    case NumberType::F16: return fromHalf(littleAt<std::uint16_t>(bytes));
    case NumberType::BF16: return std::bit_cast<float>(std::uint32_t(littleAt<std::uint16_t>(bytes)) << 16);
    case NumberType::F64: return static_cast<float>(littleAt<double>(bytes));
    default: return littleAt<float>(bytes);
    }
}

std::int64_t countAt(NumberType type, const char* bytes)
{
    switch (type) {
    case NumberType::I8: return littleAt<std::int8_t>(bytes);
    case NumberType::I16: return littleAt<std::int16_t>(bytes);
    case NumberType::I32: return littleAt<std::int32_t>(bytes);
    case NumberType::I64: return littleAt<std::int64_t>(bytes);
    default: return littleAt<std::uint8_t>(bytes);
    }
}

bool isFloating(NumberType type)
{
    return type == NumberType::F16 || type == NumberType::BF16 || type == NumberType::F32 || type == NumberType::F64;
}

/// Whether the last number of an array, and so each, lies within `count` numbers. No product may overflow.
bool fits(const ArrayBytes& array, std::uint64_t count)
{
    if (array.offset < 0 || std::uint64_t(array.offset) >= count)
        return false;
    std::uint64_t left = count - 1 - std::uint64_t(array.offset);
    for (std::size_t i = 0; i < array.shape.size(); ++i) {
        const auto steps = std::uint64_t(array.shape[i]) - 1;
        if (array.strides[i] < 0 || (steps > 0 && std::uint64_t(array.strides[i]) > left / steps))
            return false;
        left -= steps * std::uint64_t(array.strides[i]);
    }
    return true;
}

/// Calls `take` with the place of each number, row by row.
template <class Take>
void forEachPlace(const ArrayBytes& array, std::size_t count, Take take)
{
    std::vector<std::int64_t> index(array.shape.size(), 0);
    std::int64_t place = array.offset;
    for (std::size_t done = 0; done < count; ++done) {
        take(std::size_t(place));
        for (std::size_t i = index.size(); i-- > 0;) {
            if (++index[i] < array.shape[i]) {
                place += array.strides[i];
                break;
            }
            place -= (array.shape[i] - 1) * array.strides[i];
            index[i] = 0;
        }
    }
}

} // namespace

std::optional<NumberType> numberTypeOfStorage(std::string_view torchName)
{
    return typeWith(&TypeName::torch, torchName);
}

std::optional<NumberType> numberTypeOfSafetensors(std::string_view typeName)
{
    return typeWith(&TypeName::safetensors, typeName);
}

std::size_t bytesOf(NumberType type)
{
    return typeNames[static_cast<std::size_t>(type)].bytes;
}

std::vector<std::int64_t> stridesByRows(const std::vector<std::int64_t>& shape)
{
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;)
        strides[i - 1] = strides[i] * std::max<std::int64_t>(shape[i], 1);
    return strides;
}

std::size_t checkShape(const std::string& name, const std::vector<std::int64_t>& shape, std::size_t most)
{
    if (shape.size() > mostDimensions)
        throw ArrayRefusal("\"" + shownName(name) + "\" has " + std::to_string(shape.size()) + " dimensions");
    std::uint64_t count = 1, product = 1; // the product leaves zeros out, so that no stride can overflow either
    for (const std::int64_t size : shape) {
        if (size < 0)
            throw ArrayRefusal("\"" + shownName(name) + "\" has a dimension of " + std::to_string(size));
        const auto factor = std::max<std::uint64_t>(std::uint64_t(size), 1);
        if (factor > most / product)
            throw ArrayRefusal("with \"" + shownName(name) + "\" it has more than " + groupedNumber(mostNumbers)
                               + " numbers");
        product *= factor;
        count *= std::uint64_t(size);
    }
    return std::size_t(count);
}

StateArray unpackArray(const ArrayBytes& array, std::size_t& numbersLeft)
{
    const std::size_t count = checkShape(array.name, array.shape, numbersLeft);
    if (array.strides.size() != array.shape.size())
        throw ArrayRefusal("\"" + shownName(array.name) + "\" has " + std::to_string(array.shape.size())
                           + " dimensions but " + std::to_string(array.strides.size()) + " strides");
    const std::size_t width = bytesOf(array.type);
    const std::size_t stored = array.bytes.size() / width;
    if (count > 0 && !fits(array, stored))
        throw ArrayRefusal("\"" + shownName(array.name) + "\" reaches beyond the " + groupedNumber(stored)
                           + " numbers that are stored for it");
    numbersLeft -= count;
    StateArray result{array.name, array.shape, {}, {}};
    if (isFloating(array.type)) {
        result.values.reserve(count);
        forEachPlace(array, count, [&](std::size_t place) {
            result.values.push_back(floatAt(array.type, array.bytes.data() + place * width));
        });
    } else {
        result.counts.reserve(count);
        forEachPlace(array, count, [&](std::size_t place) {
            result.counts.push_back(countAt(array.type, array.bytes.data() + place * width));
        });
    }
    return result;
}

} // namespace normscope::storage
