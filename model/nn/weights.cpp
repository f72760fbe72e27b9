// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/nn/weights.h"

#include "model/store/atomicfile.h"

#include <ATen/ATen.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/csrc/jit/serialization/pickler.h>

#include <fstream>
#include <sstream>

namespace normscope {

namespace {

constexpr std::uintmax_t maxStateDictBytes = 64U << 20; // ours takes 0.2 MB

std::string shapeText(at::IntArrayRef shape)
{
    std::ostringstream text;
    text << shape;
    return text.str();
}

/// torch::pickle_save tags containers with their types, which weights_only=True refuses; the pickler itself can do without.
std::string serialize(const StateDict& tensors)
{
    c10::Dict<std::string, at::Tensor> dictionary;
    for (const auto& [name, tensor] : tensors)
        dictionary.insert(name, tensor.detach().cpu().contiguous());
    std::string pickle;
    torch::jit::Pickler pickler([&](const char* bytes, std::size_t size) { pickle.append(bytes, size); }, nullptr, nullptr,
                                nullptr, nullptr, /*tag_aggregates=*/false);
    pickler.protocol();
    pickler.pushIValue(dictionary);
    pickler.stop();

    std::string archive;
    caffe2::serialize::PyTorchStreamWriter writer([&](const void* bytes, std::size_t size) {
        archive.append(static_cast<const char*>(bytes), size);
        return size;
    });
    writer.writeRecord("data.pkl", pickle.data(), pickle.size());
    int number = 0;
    for (const at::Tensor& tensor : pickler.tensorData())
        writer.writeRecord("data/" + std::to_string(number++), tensor.data_ptr(), tensor.nbytes());
    writer.writeEndOfFile();
    return archive;
}

Result<c10::Dict<c10::IValue, c10::IValue>> readDictionary(const std::string& path)
{
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file)
        return Error{ErrorCode::NotFound, "Cannot open the weights file " + path + ".", {}};
    const auto size = static_cast<std::uintmax_t>(file.tellg());
    if (size > maxStateDictBytes)
        return Error{ErrorCode::BadInput, "The weights file " + path + " has " + std::to_string(size)
                         + " bytes; a state dictionary of this network has about 200,000.", {}};
    std::vector<char> bytes(static_cast<std::size_t>(size));
    file.seekg(0);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
        return Error{ErrorCode::Io, "Cannot read the weights file " + path + ".", {}};
    try {
        const c10::IValue value = torch::jit::pickle_load(bytes);
        if (value.isGenericDict())
            return value.toGenericDict();
        return Error{ErrorCode::BadInput, "The weights file " + path + " holds no dictionary of tensors. Save it with "
                         "torch.save(dict(model.state_dict()), path).", {}};
    } catch (const std::exception& e) {
        return Error{ErrorCode::BadInput, "The weights file " + path + " is not a state dictionary that this program can read. "
                         "Save it with torch.save(dict(model.state_dict()), path).", e.what()};
    }
}

} // namespace

Status writeStateDict(const std::string& path, const StateDict& tensors)
{
    try {
        return storage::replaceFile(path, serialize(tensors));
    } catch (const std::exception& e) {
        return Error{ErrorCode::Io, "Cannot write the weights file " + path + ".", e.what()};
    }
}

Status readStateDict(const std::string& path, const StateDict& tensors)
{
    auto read = readDictionary(path);
    if (!read)
        return read.error();
    const auto refuse = [&](const std::string& what) {
        return Error{ErrorCode::BadInput, "The weights file " + path + " does not fit this network: " + what, {}};
    };
    for (const auto& [name, tensor] : tensors) {
        const auto found = read->find(name);
        if (found == read->end())
            return refuse(name + " is missing. Was it trained with another normalization?");
        if (!found->value().isTensor())
            return refuse(name + " is not a tensor.");
        const at::Tensor value = found->value().toTensor();
        if (value.sizes() != tensor.sizes())
            return refuse(name + " has shape " + shapeText(value.sizes()) + " instead of " + shapeText(tensor.sizes()) + ".");
    }
    if (read->size() != tensors.size())
        return refuse("it has " + std::to_string(read->size()) + " entries instead of " + std::to_string(tensors.size()) + ".");
    const c10::InferenceMode guard(false);
    const at::NoGradGuard noGrad;
    for (const auto& [name, tensor] : tensors)
        tensor.copy_(read->at(name).toTensor());
    return {};
}

} // namespace normscope
