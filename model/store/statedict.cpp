// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/statedict.h"

#include "model/data/picklemachine.h"
#include "model/data/wording.h"
#include "model/store/arraybytes.h"
#include "model/store/atomicfile.h"
#include "model/store/littleendian.h"
#include "model/store/safetensors.h"
#include "model/store/torchpickle.h"
#include "model/store/zip.h"

namespace normscope {

namespace {

using namespace storage;

constexpr std::string_view zipMagic = "PK\x03\x04";
constexpr std::string_view oldTorchMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::string_view hdf5Magic = "\x89HDF\r\n";

bool isWanted(std::string_view name)
{
    return name == "data.pkl" || name == "byteorder" || (name.starts_with("data/") && name.size() > 5);
}

/// The storage's bytes, which must be as many as the pickle promises.
std::string_view storageOf(const TorchTensor& tensor, const std::map<std::string, std::string>& entries)
{
    const std::string entryName = "data/" + std::string(tensor.storage.substr(0, 100));
    const auto found = entries.find(entryName);
    if (found == entries.end())
        throw ArrayRefusal("the entry \"" + shownName(entryName) + "\" of \"" + shownName(tensor.numbers.name)
                           + "\" is missing");
    const std::size_t width = bytesOf(tensor.numbers.type), size = found->second.size();
    if (tensor.stored < 0 || size / width != std::uint64_t(tensor.stored) || size % width != 0)
        throw ArrayRefusal("the entry \"" + shownName(entryName) + "\" has " + groupedNumber(size)
                           + " bytes, but \"" + shownName(tensor.numbers.name) + "\" is said to have "
                           + std::to_string(tensor.stored) + " numbers of " + std::to_string(width));
    return found->second;
}

std::vector<StateArray> readTorchArchive(std::string_view bytes)
{
    const auto entries = readZip(bytes, stateDictionaryLimit, isWanted);
    const auto pickle = entries.find("data.pkl");
    if (pickle == entries.end())
        throw ArrayRefusal("it is a zip archive without the entry \"data.pkl\" of torch.save()");
    if (const auto order = entries.find("byteorder"); order != entries.end() && order->second != "little")
        throw ArrayRefusal("its numbers are in the byte order \"" + shownName(order->second.substr(0, 20))
                           + "\", expected \"little\"");
    std::vector<StateArray> arrays;
    std::size_t numbersLeft = mostNumbers;
    for (TorchTensor& tensor : readTorchPickle(pickle->second)) {
        tensor.numbers.bytes = storageOf(tensor, entries);
        arrays.push_back(unpackArray(tensor.numbers, numbersLeft));
    }
    return arrays;
}

std::vector<StateArray> readAnyFormat(std::string_view bytes)
{
    if (bytes.empty())
        throw ArrayRefusal("it is empty");
    if (bytes.starts_with(zipMagic))
        return readTorchArchive(bytes);
    if (looksLikeSafetensors(bytes))
        return readSafetensors(bytes);
    if (bytes.starts_with(oldTorchMagic))
        throw ArrayRefusal("it has the format of PyTorch before 1.6");
    if (bytes.starts_with(hdf5Magic))
        throw ArrayRefusal("it is an HDF5 file, as Keras writes them");
    throw ArrayRefusal("it is neither a file of torch.save() nor a safetensors file");
}

} // namespace

std::string stateDictionaryBytes(const std::vector<StateArray>& arrays)
{
    ZipWriter archive;
    archive.add("archive/data.pkl", torchPickle(arrays));
    archive.add("archive/byteorder", "little");
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        std::string numbers;
        numbers.reserve(arrays[i].values.size() * sizeof(float) + arrays[i].counts.size() * sizeof(std::int64_t));
        for (const float value : arrays[i].values)
            appendLittle(numbers, value);
        for (const std::int64_t count : arrays[i].counts)
            appendLittle(numbers, count);
        archive.add("archive/data/" + std::to_string(i), numbers);
    }
    archive.add("archive/version", "3\n");
    return archive.finish();
}

Result<std::vector<StateArray>> readStateDictionary(std::string_view bytes, const std::string& path)
{
    std::string reason;
    try {
        return readAnyFormat(bytes);
    } catch (const PickleRefusal& refusal) {
        reason = refusal.what();
    } catch (const ZipRefusal& refusal) {
        reason = refusal.what();
    } catch (const ArrayRefusal& refusal) {
        reason = refusal.what();
    }
    return Error{ErrorCode::BadInput,
                 "The weights file " + shownName(path) + " is not a state dictionary that this program can read: "
                     + reason + ". Save it with torch.save(model.state_dict(), path), or as safetensors.",
                 {}};
}

Result<std::vector<StateArray>> readStateDictionaryFile(const std::string& path)
{
    auto bytes = storage::readFile(path, stateDictionaryLimit);
    if (!bytes)
        return bytes.error();
    return readStateDictionary(*bytes, path);
}

} // namespace normscope
