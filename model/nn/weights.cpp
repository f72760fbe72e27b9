// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/nn/weights.h"

#include "model/data/wording.h"
#include "model/store/atomicfile.h"
#include "model/store/statedict.h"

#include <ATen/ATen.h>

#include <map>
#include <sstream>
#include <string_view>

namespace normscope {

namespace {

std::string shapeText(at::IntArrayRef shape)
{
    std::ostringstream text;
    text << shape;
    return text.str();
}

/// A view of the array's numbers, which must live as long.
at::Tensor viewOf(const StateArray& array)
{
    if (!array.counts.empty())
        return at::from_blob(const_cast<std::int64_t*>(array.counts.data()), array.shape, at::kLong);
    return at::from_blob(const_cast<float*>(array.values.data()), array.shape, at::kFloat);
}

/// Why an array cannot go into a tensor; empty if it can.
std::string mismatch(const StateArray& array, const at::Tensor& tensor)
{
    if (at::IntArrayRef(array.shape) != tensor.sizes())
        return "has shape " + shapeText(array.shape) + " instead of " + shapeText(tensor.sizes()) + ".";
    if (tensor.numel() != std::int64_t(array.counts.empty() ? array.values.size() : array.counts.size()))
        return "has another number of values than its shape says.";
    if (!tensor.is_floating_point() && array.counts.empty() && tensor.numel() > 0)
        return "holds fractions instead of whole numbers.";
    return {};
}

} // namespace

std::vector<StateArray> toStateArrays(const StateDict& tensors)
{
    std::vector<StateArray> arrays;
    arrays.reserve(tensors.size());
    for (const auto& [name, tensor] : tensors) {
        StateArray array{name, tensor.sizes().vec(), {}, {}};
        const at::Tensor numbers
            = tensor.detach().to(at::kCPU, tensor.is_floating_point() ? at::kFloat : at::kLong).contiguous();
        const auto count = numbers.numel();
        if (tensor.is_floating_point())
            array.values.assign(numbers.data_ptr<float>(), numbers.data_ptr<float>() + count);
        else
            array.counts.assign(numbers.data_ptr<std::int64_t>(), numbers.data_ptr<std::int64_t>() + count);
        arrays.push_back(std::move(array));
    }
    return arrays;
}

Status copyStateArrays(const std::vector<StateArray>& arrays, const StateDict& tensors, const std::string& what)
{
    const auto refuse = [&](const std::string& problem) {
        return Error{ErrorCode::BadInput, what + " does not fit this network: " + problem, {}};
    };
    std::map<std::string_view, const StateArray*> byName;
    for (const StateArray& array : arrays)
        if (!byName.emplace(array.name, &array).second)
            return refuse(shownName(array.name) + " is there twice.");
    for (const auto& [name, tensor] : tensors) {
        const auto found = byName.find(name);
        if (found == byName.end())
            return refuse(name + " is missing. Was it trained with another normalization?");
        if (const std::string problem = mismatch(*found->second, tensor); !problem.empty())
            return refuse(name + " " + problem);
    }
    if (byName.size() != tensors.size()) {
        for (const auto& tensor : tensors)
            byName.erase(tensor.first);
        return refuse("it has " + shownName(byName.begin()->first) + " and " + std::to_string(arrays.size())
                      + " arrays instead of " + std::to_string(tensors.size())
                      + ". Was it trained with another normalization?");
    }
    const c10::InferenceMode guard(false);
    const at::NoGradGuard noGrad;
    for (const auto& [name, tensor] : tensors)
        tensor.copy_(viewOf(*byName.at(name)));
    return {};
}

Status writeStateDict(const std::string& path, const StateDict& tensors)
{
    try {
        return storage::replaceFile(path, stateDictionaryBytes(toStateArrays(tensors)));
    } catch (const std::exception& e) {
        return Error{ErrorCode::Io, "Cannot write the weights file " + shownName(path) + ".", e.what()};
    }
}

Status readStateDict(const std::string& path, const StateDict& tensors)
{
    auto arrays = readStateDictionaryFile(path);
    if (!arrays)
        return arrays.error();
    return copyStateArrays(*arrays, tensors, "The weights file " + shownName(path));
}

} // namespace normscope
