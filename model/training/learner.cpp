// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/learner.h"

#include <ATen/ATen.h>
#include <torch/types.h>

namespace normscope {

Learner::Learner(const RunSpec& spec, int classes, at::Device device)
    : m_momentum(spec.momentum), m_device(device), m_format(at::MemoryFormat::Contiguous),
      m_network(spec.normalization, spec.groups, classes, spec.dropout, spec.seed)
{
    m_network.to(m_device, m_format);
    resetMomentum();
}

void Learner::resetMomentum()
{
    m_velocity.clear();
    for (const auto& [name, parameter] : m_network.parameters())
        m_velocity.push_back(at::zeros_like(parameter));
}

Learner::StepResult Learner::step(const Batch& batch, double learningRate, std::uint64_t dropoutKey)
{
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
    return {loss.detach(), output.detach().argmax(1).eq(labels).sum()};
}

at::Tensor Learner::logProbabilities(const at::Tensor& images) const
{
    const c10::InferenceMode inference;
    return m_network.forward(images.to(m_device), {});
}

} // namespace normscope
