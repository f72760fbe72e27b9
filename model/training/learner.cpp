// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/learner.h"

#include "model/training/device.h"

#include <ATen/ATen.h>
#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace normscope {

namespace {

FastEngine::Settings fastSettings(const RunSpec& spec, int classes)
{
    FastEngine::Settings settings;
    settings.normalization = spec.normalization;
    settings.groups = spec.groups;
    settings.classes = classes;
    settings.dropout = spec.dropout;
    settings.momentum = spec.momentum;
    settings.bfloat16 = spec.precision == Precision::BFloat16;
    // More would only wait for each other, and results do not depend on their number. A task is eight images, of a
    // training batch or of 128 in evaluation.
    settings.threads = std::min({resolveThreads(spec.threads), std::max(16, (spec.batchSize + 7) / 8), 2 * resolveThreads(0)});
    return settings;
}

/// The network's own memory: the engine changes it in place.
std::vector<NamedArray> arraysOf(const Network& network)
{
    std::vector<NamedArray> arrays;
    for (const auto& [name, tensor] : network.stateDict()) {
        NamedArray array;
        array.name = name;
        array.size = static_cast<std::size_t>(tensor.numel());
        array.trained = tensor.requires_grad();
        if (tensor.scalar_type() == at::kLong)
            array.count = tensor.data_ptr<std::int64_t>();
        else
            array.values = tensor.data_ptr<float>();
        arrays.push_back(std::move(array));
    }
    return arrays;
}

FastImages imagesOf(const at::Tensor& images)
{
    const float* values = images.data_ptr<float>();
    return {static_cast<int>(images.size(0)),
            [values](int image, float* planes) { std::memcpy(planes, values + image * imageBytes, imageBytes * sizeof(float)); }, {}};
}

FastImages imagesOf(const BatchSource& source, int number)
{
    return {source.batchImages(number), [&source, number](int image, float* planes) { source.fillImage(number, image, planes); },
            [&source, number](int image) { return source.label(number, image); }};
}

} // namespace

Learner::Learner(const RunSpec& spec, int classes, at::Device device)
    : m_momentum(spec.momentum), m_device(device), m_format(at::MemoryFormat::Contiguous),
      m_network(spec.normalization, spec.groups, classes, spec.dropout, spec.seed)
{
    m_network.to(m_device, m_format);
    if (resolveEngine(spec, device) == Engine::Fast)
        m_fast = FastEngine::create(fastSettings(spec, classes), arraysOf(m_network));
    if (m_device.is_cuda())
        m_onDevice = std::make_unique<DeviceLearner>(spec, m_network, m_device);
    restart();
}

void Learner::restart()
{
    if (m_fast) {
        m_fast->resetMomentum();
        m_fast->weightsChanged();
        return;
    }
    if (m_onDevice)
        return m_onDevice->restart();
    m_velocity.clear();
    for (const auto& [name, parameter] : m_network.parameters())
        m_velocity.push_back(at::zeros_like(parameter));
}

/// Tensors on the memory where the momentum lies.
StateDict Learner::momentum() const
{
    StateDict momentum;
    for (const auto& [name, parameter] : m_network.parameters()) {
        const std::size_t i = momentum.size();
        if (m_fast)
            momentum.emplace_back(name, at::from_blob(m_fast->momentum(name).data(), parameter.sizes(), at::kFloat));
        else
            momentum.emplace_back(name, m_onDevice ? m_onDevice->momentum()[i] : m_velocity[i]);
    }
    return momentum;
}

void Learner::keepIn(TrainingState& state) const
{
    state.weights = toStateArrays(m_network.stateDict());
    state.momentum = toStateArrays(momentum());
}

Status Learner::restore(const TrainingState& state)
{
    Status status = copyStateArrays(state.weights, m_network.stateDict(), "The checkpoint's network");
    restart(); // also after an error
    if (status && !state.momentum.empty())
        status = copyStateArrays(state.momentum, momentum(), "The checkpoint's momentum");
    return status;
}

Learner::StepResult Learner::step(const BatchSource& source, int number, double learningRate, std::uint64_t dropoutKey)
{
    if (!m_fast)
        return step(source.batch(number), learningRate, dropoutKey);
    const auto result = m_fast->step(imagesOf(source, number), learningRate, dropoutKey);
    return {result.loss, result.correct};
}

Learner::StepResult Learner::step(const Batch& batch, double learningRate, std::uint64_t dropoutKey)
{
    if (m_fast) {
        const at::Tensor pixels = batch.images.contiguous();
        FastImages images = imagesOf(pixels);
        const auto* label = batch.labels.data_ptr<std::int64_t>();
        images.label = [label](int image) { return static_cast<int>(label[image]); };
        const auto result = m_fast->step(images, learningRate, dropoutKey);
        return {result.loss, result.correct};
    }
    if (m_onDevice) {
        const auto result = m_onDevice->step(batch, learningRate);
        return {result.loss, result.correct};
    }
    std::vector<at::Tensor> weights;
    for (const auto& [name, parameter] : m_network.parameters()) {
        weights.push_back(parameter);
        weights.back().mutable_grad().reset();
    }
    const at::Tensor labels = batch.labels.to(m_device);
    const at::Tensor output = m_network.forward(batch.images.to(m_device), {true, dropoutKey});
    const at::Tensor loss = at::nll_loss(output, labels);
    loss.backward();

    const at::NoGradGuard noGrad;
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& weight : weights)
        gradients.push_back(weight.grad());
    at::_foreach_mul_(m_velocity, m_momentum);
    at::_foreach_add_(m_velocity, gradients, 1.0);
    at::_foreach_add_(weights, m_velocity, -learningRate);
    return {loss.item<double>(), output.argmax(1).eq(labels).sum().item<std::int64_t>()};
}

void Learner::beginEpoch(const BatchSource& source, std::uint64_t dropoutKey, int first)
{
    m_results.clear();
    if (m_onDevice)
        m_onDevice->beginEpoch(source, dropoutKey, first);
}

void Learner::enqueue(const BatchSource& source, int number, double learningRate, std::uint64_t dropoutKey)
{
    if (m_onDevice)
        m_onDevice->enqueue(number, learningRate);
    else
        m_results.push_back(step(source, number, learningRate, dropoutKey));
}

std::vector<Learner::StepResult> Learner::results(bool all)
{
    if (!m_onDevice)
        return std::exchange(m_results, {});
    std::vector<StepResult> results;
    for (const auto& result : m_onDevice->results(all))
        results.push_back({result.loss, result.correct});
    return results;
}

void Learner::endEpoch() noexcept
{
    if (m_onDevice)
        m_onDevice->endEpoch();
}

at::Tensor Learner::allLogProbabilities(const BatchSource& source) const
{
    return m_onDevice ? m_onDevice->logProbabilities(source) : at::Tensor();
}

at::Tensor Learner::logProbabilities(const BatchSource& source, int number) const
{
    if (!m_fast)
        return logProbabilities(source.batch(number).images);
    at::Tensor output = at::empty({source.batchImages(number), m_network.classes()});
    m_fast->logProbabilities(imagesOf(source, number), output.data_ptr<float>());
    return output;
}

at::Tensor Learner::logProbabilities(const at::Tensor& images) const
{
    if (m_fast) {
        const at::Tensor pixels = images.contiguous();
        at::Tensor output = at::empty({images.size(0), m_network.classes()});
        m_fast->logProbabilities(imagesOf(pixels), output.data_ptr<float>());
        return output;
    }
    if (m_onDevice)
        return m_onDevice->logProbabilities(images);
    const c10::InferenceMode inference;
    return m_network.forward(images.to(m_device), {}).cpu().contiguous();
}

std::vector<std::pair<std::string, at::Tensor>> Learner::gradients() const
{
    std::vector<std::pair<std::string, at::Tensor>> gradients;
    for (const auto& [name, parameter] : m_network.parameters()) {
        if (m_onDevice) {
            gradients.emplace_back(name, m_onDevice->gradients()[gradients.size()]);
            continue;
        }
        if (!m_fast) {
            gradients.emplace_back(name, parameter.grad());
            continue;
        }
        const auto values = m_fast->gradient(name);
        gradients.emplace_back(name, at::tensor(values).view(parameter.sizes()));
    }
    return gradients;
}

} // namespace normscope
