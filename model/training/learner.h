// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/nn/network.h"
#include "model/training/batches.h"
#include "model/training/runspec.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace normscope {

/// A network and its optimizer, SGD with momentum as PyTorch defines it: v = momentum v + g, w = w - rate v.
class Learner {
public:
    Learner(const RunSpec& spec, int classes, at::Device device);

    Network& network() { return m_network; }
    const Network& network() const { return m_network; }
    /// How images should lie in memory. LibTorch 1.13's channels-last kernels would be faster for batch norm, but
    /// their gradients are 0.4 to 0.6 % (of the norm) off a float64 computation; contiguous ones 0.015 % or less.
    at::MemoryFormat format() const { return m_format; }
    /// To be called after the network's tensors were changed from outside, so that the optimizer starts afresh.
    void resetMomentum();

    struct StepResult {
        at::Tensor loss;    ///< mean negative log-likelihood of the batch, a scalar on the device
        at::Tensor correct; ///< how many of the batch the network (before the step) got right, likewise
    };
    /// One step of training. `dropoutKey` decides the dropout masks.
    StepResult step(const Batch& batch, double learningRate, std::uint64_t dropoutKey);
    /// images [N, 3, 32, 32] -> log-probabilities [N, classes] in evaluation mode, on the device.
    at::Tensor logProbabilities(const at::Tensor& images) const;

private:
    double m_momentum;
    at::Device m_device;
    at::MemoryFormat m_format;
    Network m_network;
    std::vector<at::Tensor> m_velocity;
};

} // namespace normscope
