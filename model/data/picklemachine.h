// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace normscope {

/// Why a pickle is refused: what was found, and at which byte.
class PickleRefusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A value that a pickle described. Values refer to one another by their index in the machine, so that
/// a pickle that nests or contains itself costs neither stack nor memory.
struct PickleValue {
    enum class Kind : std::uint8_t { None, Bool, Int, Text, List, Tuple, Dict, Global, Dtype, Array, Storage };
    Kind kind = Kind::None;
    bool isUnicode = false;             ///< Text: as UTF-8; otherwise bytes
    std::int64_t number = 0;            ///< Int, Bool; numpy's Array: 1 in Fortran's order
    std::string_view text{};            ///< Text; Global: "module name"; Dtype: "u1"
    std::vector<std::uint32_t> items{}; ///< List, Tuple; Dict: key, value, ...; Array, Storage: see who makes them
};

/// Pickle's stack machine without its power: it makes values out of numbers, texts, lists, tuples and
/// dicts. It calls nothing: what a name that a pickle asks for stands for, derived classes know of a few names.
/// Everything else throws PickleRefusal; every length is checked against what is left of the file.
class PickleMachine {
public:
    /// `subject`, "CIFAR-10 file", is what messages say does not need a thing.
    PickleMachine(std::span<const std::uint8_t> file, std::string_view subject) : m_file(file), m_subject(subject) {}
    virtual ~PickleMachine() = default;
    PickleMachine(const PickleMachine&) = delete;
    PickleMachine& operator=(const PickleMachine&) = delete;

    /// Runs to the end of the pickle and returns its value.
    const PickleValue& run();
    const PickleValue& value(std::uint32_t index) const { return m_values[index]; }
    /// The dict's value of this key, or null.
    const PickleValue* find(const PickleValue& dict, std::string_view key) const;

protected:
    using Kind = PickleValue::Kind;

    /// The names that a pickle may ask for, each "module name".
    virtual std::span<const std::string_view> knownNames() const = 0;
    /// What a call of one of them with this tuple would make.
    virtual PickleValue called(std::string_view name, const PickleValue& arguments) = 0;
    /// What an object becomes with its state.
    virtual void setState(PickleValue& object, const PickleValue& state) = 0;
    /// What lies outside the pickle under this id.
    virtual PickleValue stored(const PickleValue& id);

    [[noreturn]] void refuse(const std::string& what) const;
    [[noreturn]] void refuseCall(std::string_view name) const;
    const PickleValue& item(const PickleValue& list, std::size_t i, Kind kind) const;
    std::size_t fileSize() const { return m_file.size(); }

private:
    std::string opcodeName() const;
    std::string_view take(std::uint64_t count);
    std::string_view takeLine();
    std::uint64_t takeNumber(int bytes);

    std::uint32_t add(PickleValue value);
    void push(PickleValue value) { m_stack.push_back(add(std::move(value))); }
    std::uint32_t pop();
    PickleValue& top();
    std::vector<std::uint32_t> popToMark();
    std::vector<std::uint32_t> popSome(std::size_t count);

    bool execute(std::uint8_t opcode);
    bool pushNumber(std::uint8_t opcode);
    bool pushText(std::uint8_t opcode);
    bool pushContainer(std::uint8_t opcode);
    bool fillContainer(std::uint8_t opcode);
    bool remember(std::uint8_t opcode);
    bool describeObject(std::uint8_t opcode);
    void append(std::vector<std::uint32_t> items, Kind kind);
    void pushGlobal(std::string_view module, std::string_view name);
    void reduce();

    std::span<const std::uint8_t> m_file;
    std::string m_subject;
    std::size_t m_position = 0;
    std::size_t m_opcodeAt = 0;
    std::deque<PickleValue> m_values;
    std::vector<std::uint32_t> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint64_t, std::uint32_t> m_memo;
};

} // namespace normscope
