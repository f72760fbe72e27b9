// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/torchpickle.h"

#include "model/data/picklemachine.h"
#include "model/data/wording.h"
#include "model/store/littleendian.h"

#include <array>
#include <limits>
#include <unordered_set>

namespace normscope::storage {

namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view rebuildTensor = "torch._utils _rebuild_tensor_v2";
constexpr std::string_view rebuildParameter = "torch._utils _rebuild_parameter";
constexpr std::string_view orderedDict = "collections OrderedDict";

constexpr std::array<std::string_view, 13> names{
    rebuildTensor,         rebuildParameter,    orderedDict,
    "torch FloatStorage",  "torch DoubleStorage", "torch HalfStorage", "torch BFloat16Storage", "torch LongStorage",
    "torch IntStorage",    "torch ShortStorage",  "torch CharStorage", "torch ByteStorage",     "torch BoolStorage",
};

/// The pickle of a state dictionary. A Storage has five items: "storage", its type, its key, a device, its size; an
/// Array has four: storage, offset, shape, strides.
class TorchPickle : public PickleMachine {
public:
    explicit TorchPickle(std::span<const std::uint8_t> file) : PickleMachine(file, "state dictionary") {}

private:
    std::span<const std::string_view> knownNames() const override { return names; }

    PickleValue called(std::string_view name, const PickleValue& arguments) override
    {
        if (name == orderedDict && arguments.items.empty())
            return {.kind = Kind::Dict};
        if (name == rebuildParameter)
            return item(arguments, 0, Kind::Array);
        if (name != rebuildTensor)
            refuseCall(name);
        item(arguments, 0, Kind::Storage);
        item(arguments, 1, Kind::Int);
        item(arguments, 2, Kind::Tuple);
        item(arguments, 3, Kind::Tuple);
        // Whether it is trained and its hooks follow, and are left out.
        return {.kind = Kind::Array, .items = {arguments.items.begin(), arguments.items.begin() + 4}};
    }

    PickleValue stored(const PickleValue& id) override
    {
        if (id.kind != Kind::Tuple || id.items.size() != 5 || item(id, 0, Kind::Text).text != "storage")
            refuse("something outside that is not a tensor's storage");
        item(id, 1, Kind::Global);
        item(id, 2, Kind::Text);
        item(id, 4, Kind::Int);
        return {.kind = Kind::Storage, .items = id.items};
    }

    /// Modules hang versions of their layers to the OrderedDict; the numbers do not depend on them.
    void setState(PickleValue& object, const PickleValue& state) override
    {
        if (object.kind != Kind::Dict || state.kind != Kind::Dict)
            refuse("a state for something that is not a dict");
    }
};

std::vector<std::int64_t> numbersOf(const PickleMachine& machine, const PickleValue& tuple)
{
    if (tuple.items.size() > mostDimensions)
        throw ArrayRefusal("a tensor has " + groupedNumber(tuple.items.size()) + " dimensions");
    std::vector<std::int64_t> numbers;
    for (const auto index : tuple.items) {
        if (machine.value(index).kind != Kind::Int)
            throw ArrayRefusal("a tensor's shape or strides hold something else than whole numbers");
        numbers.push_back(machine.value(index).number);
    }
    return numbers;
}

TorchTensor tensorOf(const PickleMachine& machine, std::string name, const PickleValue& value)
{
    if (value.kind != Kind::Array)
        throw ArrayRefusal("its \"" + shownName(name) + "\" is not a tensor");
    const PickleValue& storage = machine.value(value.items[0]);
    const auto typeName = machine.value(storage.items[1]).text;
    const auto type = numberTypeOfStorage(typeName);
    if (!type)
        throw ArrayRefusal("\"" + shownName(name) + "\" has numbers of the unknown kind \"" + shownName(typeName)
                           + "\"");
    TorchTensor tensor;
    tensor.numbers.name = std::move(name);
    tensor.numbers.type = *type;
    tensor.numbers.offset = machine.value(value.items[1]).number;
    tensor.numbers.shape = numbersOf(machine, machine.value(value.items[2]));
    tensor.numbers.strides = numbersOf(machine, machine.value(value.items[3]));
    tensor.storage = machine.value(storage.items[2]).text;
    tensor.stored = machine.value(storage.items[4]).number;
    return tensor;
}

/// A whole checkpoint of somebody's training has the state dictionary as one value of several.
void refuseNested(const PickleMachine& machine, const PickleValue& root)
{
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2)
        if (machine.value(root.items[i + 1]).kind == Kind::Dict)
            throw ArrayRefusal("its \"" + shownName(machine.value(root.items[i]).text)
                               + "\" is a dict again, perhaps the state dictionary itself");
}

void appendText(std::string& out, std::string_view text)
{
    out += 'X';
    appendLittle(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

void appendInt(std::string& out, std::int64_t number)
{
    if (number >= 0 && number < 256) {
        out += {'K', static_cast<char>(number)};
    } else if (number >= 0 && number <= std::numeric_limits<std::int32_t>::max()) {
        out += 'J';
        appendLittle(out, static_cast<std::int32_t>(number));
    } else {
        out += {'\x8A', 8};
        appendLittle(out, number);
    }
}

void appendTuple(std::string& out, const std::vector<std::int64_t>& numbers)
{
    out += '(';
    for (const std::int64_t number : numbers)
        appendInt(out, number);
    out += 't';
}

void appendTensor(std::string& out, const StateArray& array, std::size_t number)
{
    out += "ctorch._utils\n_rebuild_tensor_v2\n((";
    appendText(out, "storage");
    out += array.counts.empty() ? "ctorch\nFloatStorage\n" : "ctorch\nLongStorage\n";
    appendText(out, std::to_string(number));
    appendText(out, "cpu");
    appendInt(out, static_cast<std::int64_t>(array.values.size() + array.counts.size()));
    out += "tQ"; // the storage outside with this id
    appendInt(out, 0);
    appendTuple(out, array.shape);
    appendTuple(out, stridesByRows(array.shape));
    out += "\x89" "ccollections\nOrderedDict\n)RtR"; // not trained, no hooks; then the call
}

} // namespace

std::vector<TorchTensor> readTorchPickle(std::string_view pickle)
{
    TorchPickle machine({reinterpret_cast<const std::uint8_t*>(pickle.data()), pickle.size()});
    const PickleValue& root = machine.run();
    if (root.kind != Kind::Dict)
        throw ArrayRefusal("it holds something else than a dict of tensors");
    refuseNested(machine, root);
    std::vector<TorchTensor> tensors;
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
        const PickleValue& key = machine.value(root.items[i]);
        if (key.kind != Kind::Text)
            throw ArrayRefusal("it has a key that is not a text");
        if (!seen.insert(key.text).second)
            throw ArrayRefusal("it has two values for \"" + shownName(key.text) + "\"");
        tensors.push_back(tensorOf(machine, std::string(key.text), machine.value(root.items[i + 1])));
    }
    return tensors;
}

std::string torchPickle(const std::vector<StateArray>& arrays)
{
    std::string out = "\x80\x02}(";
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        appendText(out, arrays[i].name);
        appendTensor(out, arrays[i], i);
    }
    return out + "u.";
}

} // namespace normscope::storage
