// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/nn/networkinfo.h"
#include "model/training/runspec.h"

#include <ATen/ATen.h>

#include <string>
#include <utility>
#include <vector>

namespace normscope {

/// Where a network is in its life; decides batch statistics and dropout.
struct ForwardContext {
    bool training = false;
    std::uint64_t dropoutKey = 0; ///< decides the dropout masks of this step
    at::Generator* generator = nullptr; ///< if given, it decides them instead
};

/// One normalization of input [N, C, H, W] with weight and bias [C]: batch over (N, H, W), group over (C / groups, H, W),
/// layer over (C, H, W) as the seed does, instance over (H, W). Running statistics, where defined, are used
/// and updated as batch norm does (Ioffe, Szegedy 2015; Wu, He 2018 for the others).
at::Tensor normalizeTensor(Normalization normalization, int groups, const at::Tensor& input, const at::Tensor& weight,
                           const at::Tensor& bias, const at::Tensor& runningMean = {}, const at::Tensor& runningVar = {},
                           bool training = true);

/// The seed's residual network, as a list of steps that forward() goes through in order. One list serves
/// training, the state dictionary, the layer table and the drawing.
class Network {
public:
    /// Fresh weights follow PyTorch's defaults (convolutions: uniform within 1 / sqrt(fan-in)), each layer
    /// from a stream of its own (seed, layer name), so every normalization starts from the same convolutions.
    Network(Normalization normalization, int groups, int classes, double dropout, std::uint64_t seed);

    /// images [N, 3, 32, 32] float -> log-probabilities [N, classes].
    at::Tensor forward(const at::Tensor& images, const ForwardContext& context) const;

    /// Trainable tensors with the seed's names, "Conv1.0.weight", in the order of PyTorch's parameters().
    const std::vector<std::pair<std::string, at::Tensor>>& parameters() const { return m_parameters; }
    /// The state dictionary: parameters and running statistics, with the seed's names and order.
    std::vector<std::pair<std::string, at::Tensor>> stateDict() const;
    std::int64_t parameterCount() const;
    std::int64_t classes() const { return m_classes; }

    void to(at::Device device, at::MemoryFormat format);
    NetworkInfo describe() const;

private:
    enum class Kind { Input, Convolution, Normalization, Relu, Dropout, MaxPool, AveragePool, Add, LogSoftmax };
    struct Step {
        Kind kind;
        std::string name;
        std::string stage;
        std::vector<int> inputs; ///< positions of earlier steps
        at::Tensor weight, bias;
        at::Tensor runningMean, runningVar, batchesTracked; ///< batch norm alone
    };

    void build(int classes);
    int add(Kind kind, const std::string& name, std::vector<int> inputs = {});
    int addConvolution(const std::string& name, int input, int inChannels, int outChannels, int kernel);
    int addActivation(const std::string& stage, int firstIndex, int channels);
    int addResidualBlock(const std::string& branch, const std::string& shortcut);
    at::Tensor apply(const Step& step, const std::vector<at::Tensor>& values, const ForwardContext& context) const;
    std::string typeName(const Step& step) const;

    Normalization m_normalization;
    int m_groups;
    int m_classes;
    double m_dropout;
    std::uint64_t m_seed;
    std::vector<Step> m_steps;
    std::vector<int> m_lastUse; ///< for each step, the last step that reads it: its value can go then
    std::vector<std::pair<std::string, at::Tensor>> m_parameters;
};

} // namespace normscope
