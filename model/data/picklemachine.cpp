// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/picklemachine.h"

#include "model/data/wording.h"

#include <algorithm>

namespace normscope {

namespace {

// The opcodes' letters and numbers are those of Python's pickletools.
constexpr std::uint8_t protocolOpcode = 0x80;
constexpr std::uint8_t frameOpcode = 0x95;
constexpr std::size_t mostValues = 1'000'000; // an official batch has some 20,000

} // namespace

void PickleMachine::refuse(const std::string& what) const
{
    throw PickleRefusal(what + " at byte " + groupedNumber(m_opcodeAt) + " (" + opcodeName() + ")");
}

std::string PickleMachine::opcodeName() const
{
    constexpr char digits[] = "0123456789ABCDEF";
    const std::uint8_t opcode = m_opcodeAt < m_file.size() ? m_file[m_opcodeAt] : 0;
    std::string name = {'o', 'p', 'c', 'o', 'd', 'e', ' ', '0', 'x', digits[opcode >> 4], digits[opcode & 0xF]};
    if (opcode > 0x20 && opcode < 0x7F)
        name += {' ', '\'', static_cast<char>(opcode), '\''};
    return name;
}

std::string_view PickleMachine::take(std::uint64_t count)
{
    const std::uint64_t left = m_file.size() - m_position;
    if (count > left)
        refuse("it ends too early: " + groupedNumber(count) + " bytes are announced, but " + groupedNumber(left)
               + " of its " + groupedNumber(m_file.size()) + " are left,");
    const std::string_view taken(reinterpret_cast<const char*>(m_file.data()) + m_position, std::size_t(count));
    m_position += std::size_t(count);
    return taken;
}

std::string_view PickleMachine::takeLine()
{
    const auto end = std::find(m_file.begin() + std::ptrdiff_t(m_position), m_file.end(), std::uint8_t('\n'));
    if (end == m_file.end())
        refuse("it ends too early, within a name,");
    const auto line = take(std::uint64_t(end - m_file.begin()) - m_position);
    take(1);
    return line;
}

std::uint64_t PickleMachine::takeNumber(int bytes)
{
    const auto taken = take(std::uint64_t(bytes));
    std::uint64_t number = 0;
    for (int i = bytes - 1; i >= 0; --i)
        number = number << 8 | static_cast<std::uint8_t>(taken[std::size_t(i)]);
    return number;
}

std::uint32_t PickleMachine::add(PickleValue value)
{
    if (m_values.size() == mostValues)
        refuse("more than a million values");
    m_values.push_back(std::move(value));
    return static_cast<std::uint32_t>(m_values.size() - 1);
}

std::uint32_t PickleMachine::pop()
{
    const std::size_t floor = m_marks.empty() ? 0 : m_marks.back();
    if (m_stack.size() <= floor)
        refuse("a value is missing");
    const auto index = m_stack.back();
    m_stack.pop_back();
    return index;
}

PickleValue& PickleMachine::top()
{
    const auto index = pop();
    m_stack.push_back(index);
    return m_values[index];
}

std::vector<std::uint32_t> PickleMachine::popToMark()
{
    if (m_marks.empty())
        refuse("a mark is missing");
    const auto first = m_stack.begin() + std::ptrdiff_t(m_marks.back());
    std::vector<std::uint32_t> items(first, m_stack.end());
    m_stack.erase(first, m_stack.end());
    m_marks.pop_back();
    return items;
}

std::vector<std::uint32_t> PickleMachine::popSome(std::size_t count)
{
    std::vector<std::uint32_t> items(count);
    for (std::size_t i = count; i > 0; --i)
        items[i - 1] = pop();
    return items;
}

const PickleValue& PickleMachine::item(const PickleValue& list, std::size_t i, Kind kind) const
{
    if (i >= list.items.size() || m_values[list.items[i]].kind != kind)
        refuse("an argument of another kind than a " + m_subject + " has");
    return m_values[list.items[i]];
}

const PickleValue& PickleMachine::run()
{
    if (m_file.size() < 2 || m_file[0] != protocolOpcode || m_file[1] < 2 || m_file[1] > 4)
        refuse("no pickle of protocol 2 to 4");
    for (;;) {
        m_opcodeAt = m_position;
        const std::uint8_t opcode = std::uint8_t(takeNumber(1));
        if (opcode == '.')
            break;
        if (!execute(opcode))
            refuse("an opcode that no " + m_subject + " needs");
    }
    const auto result = pop();
    if (m_position != m_file.size())
        refuse(groupedNumber(m_file.size() - m_position) + " bytes follow after the pickle's end");
    return m_values[result];
}

const PickleValue* PickleMachine::find(const PickleValue& dict, std::string_view key) const
{
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
        if (const auto& name = m_values[dict.items[i]]; name.kind == Kind::Text && name.text == key)
            return &m_values[dict.items[i + 1]];
    return nullptr;
}

bool PickleMachine::execute(std::uint8_t opcode)
{
    if (opcode == protocolOpcode) {
        takeNumber(1);
        return true;
    }
    if (opcode == frameOpcode) {
        const auto length = takeNumber(8);
        if (length > m_file.size() - m_position)
            take(length); // says what is missing
        return true;
    }
    return pushNumber(opcode) || pushText(opcode) || pushContainer(opcode) || fillContainer(opcode) || remember(opcode)
           || describeObject(opcode);
}

bool PickleMachine::pushNumber(std::uint8_t opcode)
{
    const auto pushInt = [this](std::int64_t number) { push({.kind = Kind::Int, .number = number}); };
    switch (opcode) {
    case 'N': push({}); return true;
    case 0x88: push({.kind = Kind::Bool, .number = 1}); return true;
    case 0x89: push({.kind = Kind::Bool, .number = 0}); return true;
    case 'K': pushInt(std::int64_t(takeNumber(1))); return true;
    case 'M': pushInt(std::int64_t(takeNumber(2))); return true;
    case 'J': pushInt(std::int32_t(std::uint32_t(takeNumber(4)))); return true;
    case 0x8A: { // LONG1
        const int bytes = int(takeNumber(1));
        if (bytes > 8)
            refuse("a number of more than 64 bits");
        const int unused = 64 - 8 * bytes;
        pushInt(bytes == 0 ? 0 : std::int64_t(takeNumber(bytes) << unused) >> unused);
        return true;
    }
    default: return false;
    }
}

bool PickleMachine::pushText(std::uint8_t opcode)
{
    const auto pushBytes = [this](std::uint64_t count, bool isUnicode) {
        push({.kind = Kind::Text, .isUnicode = isUnicode, .text = take(count)});
    };
    switch (opcode) {
    case 'U':                                                // SHORT_BINSTRING
    case 'C': pushBytes(takeNumber(1), false); return true;  // SHORT_BINBYTES
    case 'T':                                                // BINSTRING
    case 'B': pushBytes(takeNumber(4), false); return true;  // BINBYTES
    case 0x8E: pushBytes(takeNumber(8), false); return true; // BINBYTES8
    case 0x8C: pushBytes(takeNumber(1), true); return true;  // SHORT_BINUNICODE
    case 'X': pushBytes(takeNumber(4), true); return true;   // BINUNICODE
    case 0x8D: pushBytes(takeNumber(8), true); return true;  // BINUNICODE8
    default: return false;
    }
}

bool PickleMachine::pushContainer(std::uint8_t opcode)
{
    const auto pushTuple = [this](std::vector<std::uint32_t> items) {
        push({.kind = Kind::Tuple, .items = std::move(items)});
    };
    switch (opcode) {
    case '(': m_marks.push_back(m_stack.size()); return true;
    case '}': push({.kind = Kind::Dict}); return true;
    case ']': push({.kind = Kind::List}); return true;
    case ')': pushTuple({}); return true;
    case 't': pushTuple(popToMark()); return true;
    case 0x85: // TUPLE1, TUPLE2, TUPLE3
    case 0x86:
    case 0x87: pushTuple(popSome(opcode - 0x84U)); return true;
    default: return false;
    }
}

bool PickleMachine::fillContainer(std::uint8_t opcode)
{
    switch (opcode) {
    case 'a': append(popSome(1), Kind::List); return true;
    case 'e': append(popToMark(), Kind::List); return true;
    case 's': append(popSome(2), Kind::Dict); return true;
    case 'u': append(popToMark(), Kind::Dict); return true;
    default: return false;
    }
}

void PickleMachine::append(std::vector<std::uint32_t> items, Kind kind)
{
    PickleValue& container = top();
    if (container.kind != kind || (kind == Kind::Dict && items.size() % 2 != 0))
        refuse("items without a list or dict to hold them");
    container.items.insert(container.items.end(), items.begin(), items.end());
}

bool PickleMachine::remember(std::uint8_t opcode)
{
    const auto get = [this](std::uint64_t key) {
        const auto found = m_memo.find(key);
        if (found == m_memo.end())
            refuse("a value that was not remembered");
        m_stack.push_back(found->second);
    };
    const auto put = [this](std::uint64_t key) {
        const auto index = pop();
        m_stack.push_back(index);
        m_memo[key] = index;
        if (m_memo.size() > mostValues)
            refuse("more than a million remembered values");
    };
    switch (opcode) {
    case 'q': put(takeNumber(1)); return true;
    case 'r': put(takeNumber(4)); return true;
    case 0x94: put(m_memo.size()); return true; // MEMOIZE
    case 'h': get(takeNumber(1)); return true;
    case 'j': get(takeNumber(4)); return true;
    default: return false;
    }
}

} // namespace normscope
