// SPDX-License-Identifier: GPL-3.0-or-later
// The part of PickleMachine about names, calls and objects.
#include "model/data/picklemachine.h"

#include "model/data/wording.h"

#include <algorithm>

namespace normscope {

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
    case 'b': { // BUILD
        const auto& state = m_values[pop()];
        setState(top(), state);
        return true;
    }
    case 'Q': push(stored(m_values[pop()])); return true; // BINPERSID
    default: return false;
    }
}

void PickleMachine::pushGlobal(std::string_view module, std::string_view name)
{
    constexpr std::size_t longest = 80;
    const std::string full = std::string(module.substr(0, longest)) + " " + std::string(name.substr(0, longest));
    const auto names = knownNames();
    const auto known = std::find(names.begin(), names.end(), full);
    if (known == names.end())
        refuse("it asks for \"" + shownName(full) + "\", which no " + m_subject + " needs and which is not run,");
    push({.kind = Kind::Global, .text = *known});
}

void PickleMachine::reduce()
{
    const PickleValue& arguments = m_values[pop()];
    const PickleValue& callable = m_values[pop()];
    if (callable.kind != Kind::Global || arguments.kind != Kind::Tuple)
        refuse("a call of something that is not a known name");
    push(called(callable.text, arguments));
}

PickleValue PickleMachine::stored(const PickleValue&)
{
    refuse("an opcode that no " + m_subject + " needs");
}

void PickleMachine::refuseCall(std::string_view name) const
{
    refuse("a call of \"" + std::string(name) + "\" that no " + m_subject + " needs");
}

} // namespace normscope
