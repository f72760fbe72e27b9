// SPDX-License-Identifier: GPL-3.0-or-later
// The part of PickleMachine that recognizes numpy's arrays and Python 3's bytes.
#include "model/data/picklemachine.h"

#include "model/data/wording.h"

#include <algorithm>
#include <array>

namespace normscope {

namespace {

constexpr std::array<std::string_view, 7> knownGlobals{"numpy.core.multiarray _reconstruct",
                                                       "numpy._core.multiarray _reconstruct",
                                                       "numpy ndarray",
                                                       "numpy dtype",
                                                       "_codecs encode",
                                                       "__builtin__ bytes",
                                                       "builtins bytes"};

} // namespace

bool PickleMachine::describeObject(std::uint8_t opcode)
{
    switch (opcode) {
    case 'c': { // GLOBAL
        const auto module = takeLine();
        pushGlobal(module, takeLine());
        return true;
    }
    case 0x93: { // STACK_GLOBAL
        const auto& name = m_values[pop()];
        const auto& module = m_values[pop()];
        if (name.kind != Kind::Text || module.kind != Kind::Text)
            refuse("a name that is not text");
        pushGlobal(module.text, name.text);
        return true;
    }
    case 'R': reduce(); return true;
    case 'b': build(); return true;
    default: return false;
    }
}

void PickleMachine::pushGlobal(std::string_view module, std::string_view name)
{
    constexpr std::size_t longest = 80;
    const std::string full = std::string(module.substr(0, longest)) + " " + std::string(name.substr(0, longest));
    const auto known = std::find(knownGlobals.begin(), knownGlobals.end(), full);
    if (known == knownGlobals.end())
        refuse("it asks for \"" + shownName(full) + "\", which no CIFAR-10 file needs and which is not run,");
    push({.kind = Kind::Global, .text = *known});
}

void PickleMachine::reduce()
{
    const PickleValue& arguments = m_values[pop()];
    const PickleValue& callable = m_values[pop()];
    if (callable.kind != Kind::Global || arguments.kind != Kind::Tuple)
        refuse("a call of something that is not a known name");
    if (callable.text.ends_with(" _reconstruct")) {
        if (item(arguments, 0, Kind::Global).text != "numpy ndarray")
            refuse("an array of an unknown class");
        push({.kind = Kind::Array});
    } else if (callable.text == "numpy dtype") {
        push({.kind = Kind::Dtype, .text = item(arguments, 0, Kind::Text).text});
    } else if (callable.text == "_codecs encode") {
        push(encoded(arguments));
    } else if (callable.text.ends_with(" bytes") && arguments.items.empty()) {
        push({.kind = Kind::Text});
    } else {
        refuse("a call of \"" + std::string(callable.text) + "\" that no CIFAR-10 file needs");
    }
}

/// Python 3 writes bytes in protocol 2 as text to be encoded in Latin 1.
PickleValue PickleMachine::encoded(const PickleValue& arguments)
{
    const PickleValue& text = item(arguments, 0, Kind::Text);
    const auto codec = item(arguments, 1, Kind::Text).text;
    if (!text.isUnicode || (codec != "latin1" && codec != "latin-1"))
        refuse("text in another encoding than Latin 1");
    m_decodedBytes += text.text.size();
    if (m_decodedBytes > m_file.size())
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
void PickleMachine::build()
{
    const PickleValue& state = m_values[pop()];
    PickleValue& object = top();
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
