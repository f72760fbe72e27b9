// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/cuda/devicelearner.h"
#include "model/fast/fastengine.h"
#include "model/nn/network.h"
#include "model/nn/weights.h"
#include "model/training/batches.h"
#include "model/training/runspec.h"
#include "model/training/trainingstate.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

namespace normscope {

/// A network and its optimizer, SGD with momentum as PyTorch defines it: v = momentum v + g, w = w - rate v. Steps are
/// computed by the engine that the spec means on this device: LibTorch's autograd, or our own (FastEngine).
class Learner {
public:
    Learner(const RunSpec& spec, int classes, at::Device device);

    Network& network() { return m_network; }
    const Network& network() const { return m_network; }
    /// How images should lie in memory. LibTorch 1.13's channels-last kernels would be faster for batch norm, but
    /// their gradients are 0.4 to 0.6 % (of the norm) off a float64 computation; contiguous ones 0.015 % or less.
    at::MemoryFormat format() const { return m_format; }
    /// Weights and momentum, copied; and put back, after which training goes on as it would have. Not within an epoch of
    /// a device whose results have not all come back. restore() errors: BadInput naming the array.
    void keepIn(TrainingState& state) const;
    Status restore(const TrainingState& state);
    /// To be called after the network's tensors were changed from outside: the optimizer starts afresh.
    void restart();

    struct StepResult {
        double loss = 0;          ///< mean negative log-likelihood of the batch
        std::int64_t correct = 0; ///< how many of the batch the network (before the step) got right
    };
    /// One step of training on batch `number`. `dropoutKey` decides the dropout masks.
    StepResult step(const BatchSource& source, int number, double learningRate, std::uint64_t dropoutKey);
    /// The same on images [N, 3, 32, 32] and labels [N] int64 from anywhere.
    StepResult step(const Batch& batch, double learningRate, std::uint64_t dropoutKey);
    /// An epoch step by step without waiting for the device: enqueue() batch after batch from `first` on, results() for what has come
    /// back. On the CPU a step is done when enqueue() returns; on CUDA results are up to some dozens of steps late.
    void beginEpoch(const BatchSource& source, std::uint64_t dropoutKey, int first = 0);
    void enqueue(const BatchSource& source, int number, double learningRate, std::uint64_t dropoutKey);
    std::vector<StepResult> results(bool all);
    void endEpoch() noexcept; ///< also where it was left early, before the source changes or goes
    /// Log-probabilities [N, classes] on the CPU in evaluation mode, of all images of a source, where the device is
    /// better asked for all at once; else undefined.
    at::Tensor allLogProbabilities(const BatchSource& source) const;
    /// Log-probabilities [N, classes] on the CPU in evaluation mode, of batch `number` or of images [N, 3, 32, 32].
    at::Tensor logProbabilities(const BatchSource& source, int number) const;
    at::Tensor logProbabilities(const at::Tensor& images) const;
    /// The last step's gradients, with the names and the order of Network::parameters().
    std::vector<std::pair<std::string, at::Tensor>> gradients() const;

private:
    StateDict momentum() const;

    double m_momentum;
    at::Device m_device;
    at::MemoryFormat m_format;
    Network m_network;
    std::vector<at::Tensor> m_velocity;
    std::unique_ptr<FastEngine> m_fast; ///< null: LibTorch computes
    std::unique_ptr<DeviceLearner> m_onDevice; ///< on CUDA
    std::vector<StepResult> m_results;         ///< else
};

} // namespace normscope
