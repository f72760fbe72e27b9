// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/picklereader.h"

#include "model/data/datafile.h"
#include "model/data/dataset.h"
#include "model/data/numpypickle.h"
#include "model/data/wording.h"

#include <functional>

namespace normscope {

namespace {

constexpr std::uint64_t mostFileBytes = 512 * 1024 * 1024;
constexpr std::int64_t mostImages = 100'000;

using Kind = PickleValue::Kind;

/// Finds a CIFAR-10 file's parts among the values of a machine that has run.
class Content {
public:
    Content(const PickleMachine& machine, const PickleValue& root) : m_machine(machine), m_root(root)
    {
        if (root.kind != Kind::Dict)
            throw PickleRefusal("it holds something else than a dict");
    }

    std::vector<std::int64_t> labels() const;
    std::vector<std::string> names() const;
    std::string_view pixels(std::size_t labelCount) const;

private:
    const PickleValue& part(std::string_view key, Kind kind, const std::string& kindName) const;
    std::vector<std::int64_t> shape(const PickleValue& array) const;

    const PickleMachine& m_machine;
    const PickleValue& m_root;
};

const PickleValue& Content::part(std::string_view key, Kind kind, const std::string& kindName) const
{
    const PickleValue* found = m_machine.find(m_root, key);
    if (!found)
        throw PickleRefusal("it has no \"" + std::string(key) + "\""
                            + (m_machine.find(m_root, "fine_labels") ? "; it looks like CIFAR-100" : ""));
    if (found->kind != kind)
        throw PickleRefusal("its \"" + std::string(key) + "\" is not " + kindName);
    return *found;
}

std::vector<std::int64_t> Content::labels() const
{
    std::vector<std::int64_t> labels;
    for (const auto index : part("labels", Kind::List, "a list of whole numbers").items) {
        if (m_machine.value(index).kind != Kind::Int)
            throw PickleRefusal("its \"labels\" hold something else than whole numbers");
        labels.push_back(m_machine.value(index).number);
    }
    return labels;
}

std::vector<std::string> Content::names() const
{
    std::vector<std::string> names;
    for (const auto index : part("label_names", Kind::List, "a list of texts").items) {
        if (m_machine.value(index).kind != Kind::Text)
            throw PickleRefusal("its \"label_names\" hold something else than texts");
        names.emplace_back(m_machine.value(index).text);
    }
    return names;
}

std::vector<std::int64_t> Content::shape(const PickleValue& array) const
{
    std::vector<std::int64_t> shape;
    for (const auto index : m_machine.value(array.items[0]).items)
        shape.push_back(m_machine.value(index).kind == Kind::Int ? m_machine.value(index).number : -1);
    return shape;
}

std::string_view Content::pixels(std::size_t labelCount) const
{
    const PickleValue& array = part("data", Kind::Array, "a numpy array");
    if (array.items.empty())
        throw PickleRefusal("its \"data\" is an array without content");
    const auto type = m_machine.value(array.items[1]).text;
    if (type != "u1" && type != "|u1" && type != "uint8")
        throw PickleRefusal("its \"data\" is of type " + shownName(type.substr(0, 40)) + ", expected u1 (bytes)");
    const auto size = shape(array);
    if (size.size() != 2 || size[0] < 1 || size[0] > mostImages || size[1] != std::int64_t(imageBytes)
        || array.number != 0) {
        std::vector<std::string> texts;
        for (const auto n : size)
            texts.push_back(std::to_string(n));
        throw PickleRefusal("its \"data\" has the shape (" + listed(texts, 8) + "), expected images x 3072 in rows");
    }
    const auto bytes = m_machine.value(array.items[2]).text;
    if (bytes.size() != std::uint64_t(size[0]) * imageBytes)
        throw PickleRefusal("its \"data\" has " + groupedNumber(bytes.size()) + " bytes, but its shape promises "
                            + groupedNumber(std::uint64_t(size[0]) * imageBytes));
    if (labelCount != std::uint64_t(size[0]))
        throw PickleRefusal("it holds " + counted(std::uint64_t(size[0]), "image") + " but "
                            + counted(labelCount, "label"));
    return bytes;
}

void readImages(const Content& content, CifarPickle& pickle)
{
    pickle.labels = content.labels();
    const auto pixels = content.pixels(pickle.labels.size());
    const auto* start = reinterpret_cast<const std::uint8_t*>(pixels.data());
    // Usually the array lies in the file as it is; only text had to be turned into bytes elsewhere.
    if (!std::less<>()(start, pickle.bytes.data()) && std::less<>()(start, pickle.bytes.data() + pickle.bytes.size()))
        pickle.dataOffset = std::size_t(start - pickle.bytes.data());
    else
        pickle.bytes.assign(start, start + pixels.size());
}

} // namespace

Result<CifarPickle> readCifarPickle(const std::string& path, PickleContent content)
{
    auto bytes = readFile(path, mostFileBytes);
    if (!bytes)
        return bytes.error();
    CifarPickle pickle;
    pickle.bytes = std::move(*bytes);
    try {
        NumpyPickle machine(pickle.bytes);
        const Content found(machine, machine.run());
        if (content == PickleContent::Names)
            pickle.labelNames = found.names();
        else
            readImages(found, pickle);
    } catch (const PickleRefusal& refusal) {
        return Error{ErrorCode::BadInput,
                     shownName(path) + " is not a file of CIFAR-10's Python version: " + refusal.what()
                         + ". Fetch CIFAR-10 again or choose another folder.",
                     {}};
    }
    return pickle;
}

} // namespace normscope
