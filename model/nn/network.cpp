// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/nn/network.h"

#include "model/base/random.h"
#include "model/nn/dropout.h"

#include <torch/types.h>

#include <cmath>

namespace normscope {

namespace {

constexpr double normEpsilon = 1e-5;       // PyTorch's default
constexpr double runningMomentum = 0.1;    // likewise
constexpr int narrow = 16, wide = 32;

at::Tensor uniformTensor(at::IntArrayRef shape, double bound, std::uint64_t key)
{
    at::Tensor tensor = at::empty(shape, at::kFloat);
    RandomStream random(key);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = static_cast<float>((2.0 * random.uniform() - 1.0) * bound);
    return tensor;
}

} // namespace

at::Tensor normalizeTensor(Normalization normalization, int groups, const at::Tensor& input, const at::Tensor& weight,
                           const at::Tensor& bias, const at::Tensor& runningMean, const at::Tensor& runningVar, bool training)
{
    const auto groupNorm = [&](std::int64_t count) { return at::group_norm(input, count, weight, bias, normEpsilon); };
    switch (normalization) {
    case Normalization::Batch:
        return at::batch_norm(input, weight, bias, runningMean, runningVar, training, runningMomentum, normEpsilon,
                              at::globalContext().userEnabledCuDNN());
    case Normalization::Layer: return groupNorm(1);
    case Normalization::Group: return groupNorm(groups);
    case Normalization::Instance: return groupNorm(input.size(1));
    case Normalization::None: break;
    }
    return input;
}

Network::Network(Normalization normalization, int groups, int classes, double dropout, std::uint64_t seed)
    : m_normalization(normalization), m_groups(groups), m_classes(classes), m_dropout(dropout), m_seed(seed)
{
    build(classes);
    m_lastUse.assign(m_steps.size(), 0);
    for (std::size_t i = 0; i < m_steps.size(); ++i)
        for (const int input : m_steps[i].inputs)
            m_lastUse[static_cast<std::size_t>(input)] = static_cast<int>(i);
    for (const Step& step : m_steps) {
        if (step.weight.defined()) {
            m_parameters.emplace_back(step.name + ".weight", step.weight);
            m_parameters.emplace_back(step.name + ".bias", step.bias);
        }
    }
}

void Network::build(int classes)
{
    add(Kind::Input, "images");
    int x = addConvolution("Conv1.0", 0, imageChannels, narrow, 3);
    x = addActivation("Conv1", 1, narrow);
    x = addConvolution("Conv1.4", x, narrow, wide, 3);
    x = addActivation("Conv1", 5, wide);
    x = addConvolution("conv2.0", x, wide, narrow, 1);
    add(Kind::MaxPool, "conv2.1");

    addResidualBlock("Conv3", "res1");
    x = addActivation("conv4", 0, wide);
    addConvolution("conv4.3", x, wide, narrow, 1);
    add(Kind::MaxPool, "conv4.4");

    addResidualBlock("Conv5", "res2");
    addActivation("avgpool", 0, wide);
    x = add(Kind::AveragePool, "avgpool.3");
    addConvolution("avgpool.4", x, wide, classes, 1);
    add(Kind::LogSoftmax, "log_softmax");
}

/// Without inputs given, the step reads the one before it.
int Network::add(Kind kind, const std::string& name, std::vector<int> inputs)
{
    Step step;
    step.kind = kind;
    step.name = name;
    step.stage = name.substr(0, name.find('.'));
    step.inputs = std::move(inputs);
    if (step.inputs.empty() && !m_steps.empty())
        step.inputs = {static_cast<int>(m_steps.size()) - 1};
    m_steps.push_back(std::move(step));
    return static_cast<int>(m_steps.size()) - 1;
}

int Network::addConvolution(const std::string& name, int input, int inChannels, int outChannels, int kernel)
{
    const int position = add(Kind::Convolution, name, {input});
    Step& step = m_steps.back();
    const double bound = 1.0 / std::sqrt(static_cast<double>(inChannels * kernel * kernel));
    step.weight = uniformTensor({outChannels, inChannels, kernel, kernel}, bound, streamKey(m_seed, name + ".weight"));
    step.bias = uniformTensor({outChannels}, bound, streamKey(m_seed, name + ".bias"));
    return position;
}

/// Normalization, ReLU and dropout, numbered in the seed's nn.Sequential from `firstIndex`.
int Network::addActivation(const std::string& stage, int firstIndex, int channels)
{
    const auto name = [&](int offset) { return stage + "." + std::to_string(firstIndex + offset); };
    if (m_normalization != Normalization::None) {
        add(Kind::Normalization, name(0));
        Step& step = m_steps.back();
        step.weight = at::ones({channels});
        step.bias = at::zeros({channels});
        if (m_normalization == Normalization::Batch) {
            step.runningMean = at::zeros({channels});
            step.runningVar = at::ones({channels});
            step.batchesTracked = at::zeros({}, at::kLong);
        }
    }
    add(Kind::Relu, name(1));
    return add(Kind::Dropout, name(2));
}

/// Three 3x3 convolutions beside a 1x1 convolution, added.
int Network::addResidualBlock(const std::string& branch, const std::string& shortcut)
{
    const int input = static_cast<int>(m_steps.size()) - 1;
    addConvolution(branch + ".0", input, narrow, narrow, 3);
    int x = addActivation(branch, 1, narrow);
    addConvolution(branch + ".4", x, narrow, wide, 3);
    x = addActivation(branch, 5, wide);
    const int long_ = addConvolution(branch + ".8", x, wide, wide, 3);
    const int short_ = addConvolution(shortcut, input, narrow, wide, 1);
    return add(Kind::Add, shortcut + " +", {long_, short_});
}

at::Tensor Network::apply(const Step& step, const std::vector<at::Tensor>& values, const ForwardContext& context) const
{
    const auto input = [&](std::size_t i) -> const at::Tensor& { return values[static_cast<std::size_t>(step.inputs[i])]; };
    switch (step.kind) {
    case Kind::Input: break;
    case Kind::Convolution: {
        const auto padding = step.weight.size(2) / 2;
        return at::conv2d(input(0), step.weight, step.bias, 1, padding);
    }
    case Kind::Normalization:
        if (context.training && step.batchesTracked.defined())
            step.batchesTracked.add_(1); // PyTorch keeps the same count
        return normalizeTensor(m_normalization, m_groups, input(0), step.weight, step.bias, step.runningMean,
                               step.runningVar, context.training);
    case Kind::Relu: return at::relu(input(0));
    case Kind::Dropout:
        if (!context.training || m_dropout == 0)
            return input(0);
        if (context.generator)
            return generatorDropout(input(0), m_dropout, *context.generator);
        return counterDropout(input(0), m_dropout, streamKey(context.dropoutKey, step.name));
    case Kind::MaxPool: return at::max_pool2d(input(0), 2, 2);
    case Kind::AveragePool: return at::avg_pool2d(input(0), 8);
    case Kind::Add: return input(0) + input(1);
    case Kind::LogSoftmax: return at::log_softmax(input(0).flatten(1), 1);
    }
    return {};
}

at::Tensor Network::forward(const at::Tensor& images, const ForwardContext& context) const
{
    std::vector<at::Tensor> values(m_steps.size());
    values[0] = images;
    for (std::size_t i = 1; i < m_steps.size(); ++i) {
        values[i] = apply(m_steps[i], values, context);
        for (const int input : m_steps[i].inputs)
            if (m_lastUse[static_cast<std::size_t>(input)] == static_cast<int>(i))
                values[static_cast<std::size_t>(input)].reset();
    }
    return values.back();
}

std::vector<std::pair<std::string, at::Tensor>> Network::stateDict() const
{
    std::vector<std::pair<std::string, at::Tensor>> all;
    for (const Step& step : m_steps) {
        if (!step.weight.defined())
            continue;
        all.emplace_back(step.name + ".weight", step.weight);
        all.emplace_back(step.name + ".bias", step.bias);
        if (step.runningMean.defined()) {
            all.emplace_back(step.name + ".running_mean", step.runningMean);
            all.emplace_back(step.name + ".running_var", step.runningVar);
            all.emplace_back(step.name + ".num_batches_tracked", step.batchesTracked);
        }
    }
    return all;
}

std::int64_t Network::parameterCount() const
{
    std::int64_t count = 0;
    for (const auto& [name, tensor] : m_parameters)
        count += tensor.numel();
    return count;
}

void Network::to(at::Device device, at::MemoryFormat format)
{
    // The tensors are replaced, so the parameter list is made anew.
    m_parameters.clear();
    for (Step& step : m_steps) {
        for (at::Tensor* tensor : {&step.weight, &step.bias, &step.runningMean, &step.runningVar, &step.batchesTracked})
            if (tensor->defined())
                *tensor = tensor->detach().to(device);
        if (!step.weight.defined())
            continue;
        if (step.weight.dim() == 4)
            step.weight = step.weight.contiguous(format);
        step.weight.requires_grad_(true);
        step.bias.requires_grad_(true);
        m_parameters.emplace_back(step.name + ".weight", step.weight);
        m_parameters.emplace_back(step.name + ".bias", step.bias);
    }
}

std::string Network::typeName(const Step& step) const
{
    switch (step.kind) {
    case Kind::Input: return "Input";
    case Kind::Convolution: return step.weight.size(2) == 3 ? "Conv2d 3x3" : "Conv2d 1x1";
    case Kind::Normalization:
        switch (m_normalization) {
        case Normalization::Batch: return "BatchNorm2d";
        case Normalization::Layer: return "GroupNorm, 1 group";
        case Normalization::Group: return "GroupNorm, " + std::to_string(m_groups) + (m_groups == 1 ? " group" : " groups");
        case Normalization::Instance: return "InstanceNorm2d";
        case Normalization::None: break;
        }
        break;
    case Kind::Relu: return "ReLU";
    case Kind::Dropout: return "Dropout";
    case Kind::MaxPool: return "MaxPool2d 2x2";
    case Kind::AveragePool: return "AvgPool2d 8x8";
    case Kind::Add: return "Add";
    case Kind::LogSoftmax: return "LogSoftmax";
    }
    return {};
}

NetworkInfo Network::describe() const
{
    const c10::InferenceMode inference;
    NetworkInfo info;
    std::vector<at::Tensor> values(m_steps.size());
    values[0] = at::zeros({1, imageChannels, imageSide, imageSide}, m_parameters.front().second.options());
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        const Step& step = m_steps[i];
        if (i > 0)
            values[i] = apply(step, values, {});
        LayerInfo layer;
        layer.name = step.name;
        layer.type = typeName(step);
        layer.stage = step.stage;
        layer.inputs = step.inputs;
        for (const auto size : values[i].sizes().slice(1))
            layer.outputShape.push_back(static_cast<int>(size));
        if (step.weight.defined())
            layer.parameters = step.weight.numel() + step.bias.numel();
        if (step.kind == Kind::Convolution)
            info.multiplyAdds += step.weight.numel() * values[i].size(2) * values[i].size(3);
        info.parameters += layer.parameters;
        info.layers.push_back(std::move(layer));
    }
    return info;
}

NetworkInfo describeNetwork(Normalization normalization, int groups, int classes)
{
    return Network(normalization, groups, classes, 0.0, 0).describe();
}

} // namespace normscope
