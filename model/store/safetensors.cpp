// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/safetensors.h"

#include "model/data/wording.h"
#include "model/store/arraybytes.h"
#include "model/store/littleendian.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace normscope::storage {

namespace {

using Json = nlohmann::json; // sorted: one that keeps the order takes quadratic time for many keys

constexpr std::size_t lengthBytes = 8;
constexpr std::uint64_t mostHeaderBytes = 1 << 20; // that of our network has some 6,000

[[noreturn]] void refuse(std::string_view name, const std::string& what)
{
    throw ArrayRefusal("its entry \"" + shownName(name) + "\" " + what);
}

std::vector<std::int64_t> wholeNumbers(const Json& entry, std::string_view name, const char* key)
{
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_array() || found->size() > mostDimensions)
        refuse(name, "has no list \"" + std::string(key) + "\" of at most " + std::to_string(mostDimensions)
                         + " numbers");
    std::vector<std::int64_t> numbers;
    for (const Json& number : *found) {
        if (!number.is_number_unsigned() || !std::in_range<std::int64_t>(number.get<std::uint64_t>()))
            refuse(name, "has something else than whole numbers from 0 in \"" + std::string(key) + "\"");
        numbers.push_back(static_cast<std::int64_t>(number.get<std::uint64_t>()));
    }
    return numbers;
}

ArrayBytes arrayOf(const std::string& name, const Json& entry, std::string_view data)
{
    if (!entry.is_object())
        refuse(name, "is not an object");
    const auto typeName = entry.find("dtype");
    const auto type = typeName != entry.end() && typeName->is_string()
        ? numberTypeOfSafetensors(typeName->get_ref<const std::string&>())
        : std::nullopt;
    if (!type)
        refuse(name, "has no \"dtype\" that this program knows");
    ArrayBytes array{name, *type, {}, 0, wholeNumbers(entry, name, "shape"), {}};
    const auto range = wholeNumbers(entry, name, "data_offsets");
    if (range.size() != 2 || range[0] > range[1] || std::uint64_t(range[1]) > data.size())
        refuse(name, "lies outside of the " + groupedNumber(data.size()) + " bytes of numbers");
    array.bytes = data.substr(std::size_t(range[0]), std::size_t(range[1] - range[0]));
    const std::size_t promised = checkShape(name, array.shape, mostNumbers) * bytesOf(*type);
    if (array.bytes.size() != promised)
        refuse(name, "has " + groupedNumber(array.bytes.size()) + " bytes, but its shape promises "
                         + groupedNumber(promised));
    array.strides = stridesByRows(array.shape);
    return array;
}

} // namespace

bool looksLikeSafetensors(std::string_view bytes)
{
    return bytes.size() > lengthBytes && bytes[lengthBytes] == '{';
}

std::vector<StateArray> readSafetensors(std::string_view bytes)
{
    const auto length = littleAt<std::uint64_t>(bytes.data());
    if (length > mostHeaderBytes)
        throw ArrayRefusal("its safetensors header is said to have " + groupedNumber(length) + " bytes, more than "
                           + groupedNumber(mostHeaderBytes));
    if (length > bytes.size() - lengthBytes)
        throw ArrayRefusal("it is cut short: its safetensors header has " + groupedNumber(length) + " bytes, but only "
                           + groupedNumber(bytes.size() - lengthBytes) + " are there");
    const Json header = Json::parse(bytes.substr(lengthBytes, std::size_t(length)), nullptr, false);
    if (!header.is_object())
        throw ArrayRefusal("its safetensors header is not JSON");
    const auto data = bytes.substr(lengthBytes + std::size_t(length));
    std::vector<StateArray> arrays;
    std::size_t numbersLeft = mostNumbers;
    for (const auto& [name, entry] : header.items()) {
        if (name != "__metadata__")
            arrays.push_back(unpackArray(arrayOf(name, entry, data), numbersLeft));
    }
    return arrays;
}

} // namespace normscope::storage
