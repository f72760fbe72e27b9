// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/numpypickle.h"

#include <array>

namespace normscope {

namespace {

constexpr std::array<std::string_view, 7> names{"numpy.core.multiarray _reconstruct",
                                                "numpy._core.multiarray _reconstruct",
                                                "numpy ndarray",
                                                "numpy dtype",
                                                "_codecs encode",
                                                "__builtin__ bytes",
                                                "builtins bytes"};

} // namespace

std::span<const std::string_view> NumpyPickle::knownNames() const
{
    return names;
}

PickleValue NumpyPickle::called(std::string_view name, const PickleValue& arguments)
{
    if (name.ends_with(" _reconstruct")) {
        if (item(arguments, 0, Kind::Global).text != "numpy ndarray")
            refuse("an array of an unknown class");
        return {.kind = Kind::Array};
    }
    if (name == "numpy dtype")
        return {.kind = Kind::Dtype, .text = item(arguments, 0, Kind::Text).text};
    if (name == "_codecs encode")
        return encoded(arguments);
    if (name.ends_with(" bytes") && arguments.items.empty())
        return {.kind = Kind::Text};
    refuseCall(name);
}

/// Python 3 writes bytes in protocol 2 as text to be encoded in Latin 1.
PickleValue NumpyPickle::encoded(const PickleValue& arguments)
{
    const PickleValue& text = item(arguments, 0, Kind::Text);
    const auto codec = item(arguments, 1, Kind::Text).text;
    if (!text.isUnicode || (codec != "latin1" && codec != "latin-1"))
        refuse("text in another encoding than Latin 1");
    m_decodedBytes += text.text.size();
    if (m_decodedBytes > fileSize())
        refuse("the same text encoded again and again");
    std::string bytes;
    bytes.reserve(text.text.size());
    for (std::size_t i = 0; i < text.text.size(); ++i) {
        const auto lead = static_cast<std::uint8_t>(text.text[i]);
        if (lead < 0x80) {
            bytes.push_back(text.text[i]);
            continue;
        }
        const auto next = i + 1 < text.text.size() ? static_cast<std::uint8_t>(text.text[++i]) : std::uint8_t(0);
        if ((lead != 0xC2 && lead != 0xC3) || (next & 0xC0) != 0x80)
            refuse("text that Latin 1 does not have");
        bytes.push_back(static_cast<char>((lead & 0x03) << 6 | (next & 0x3F)));
    }
    m_decoded.push_back(std::move(bytes));
    return {.kind = Kind::Text, .text = m_decoded.back()};
}

/// numpy's __setstate__: (version, shape, dtype, Fortran's order, bytes) of an array, and of a dtype
/// things that a type of one byte does not need.
void NumpyPickle::setState(PickleValue& object, const PickleValue& state)
{
    if (state.kind != Kind::Tuple || (object.kind != Kind::Array && object.kind != Kind::Dtype))
        refuse("a state for something that is not a numpy array");
    if (object.kind == Kind::Dtype)
        return;
    if (state.items.size() != 5)
        refuse("an array's state of " + std::to_string(state.items.size()) + " parts, expected 5,");
    item(state, 1, Kind::Tuple);
    item(state, 2, Kind::Dtype);
    object.number = item(state, 3, Kind::Bool).number;
    item(state, 4, Kind::Text);
    object.items = {state.items[1], state.items[2], state.items[4]};
}

} // namespace normscope
