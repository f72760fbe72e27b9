// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace normscope {

/// An array of the network's state dictionary: what the fast engine reads and changes in place.
struct NamedArray {
    std::string name;        ///< "Conv1.0.weight"
    float* values = nullptr; ///< plain and contiguous; null for a count
    std::int64_t* count = nullptr;
    std::size_t size = 0;
    bool trained = false;
};

/// Where the images of a step come from. Called from several threads at once.
struct FastImages {
    int count = 0;
    std::function<void(int image, float* planes)> fill; ///< [3, 32, 32], normalized
    std::function<int(int image)> label;                ///< not asked for in evaluation
};

/// One training step of the seed's network without autograd, on the CPU: the backward pass is written out,
/// convolutions are oneDNN's or, most 3x3 ones with AVX-512, Winograd's by our own kernels, and all between two of them
/// (normalization, ReLU, dropout) is one pass forward and two backward. The memory for values and gradients is made
/// once. A batch is cut into tasks of eight images; a thread takes a task through as many layers as it can, which is all
/// of them unless batch norm must wait for the other tasks. Sums are added up in the order of the tasks, so results do
/// not depend on the number of threads; a batch of 64 keeps eight of them busy at most.
///
/// Agrees with LibTorch's autograd to float rounding; drops the same values as the LibTorch engine.
class FastEngine {
public:
    struct Settings {
        Normalization normalization = Normalization::Batch;
        int groups = 4;
        int classes = 10;
        double dropout = 0;
        double momentum = 0.9;
        bool bfloat16 = false; ///< activations, their gradients and the convolutions' weights; the rest stays float
        int threads = 1;
    };

    /// Whether it was built in and this processor has what it needs (AVX2 and FMA; bfloat16: AVX-512 BF16).
    static bool available();
    static bool bfloat16Available();

    /// `tensors`: the state dictionary of Network, which must outlive the engine.
    static std::unique_ptr<FastEngine> create(const Settings& settings, const std::vector<NamedArray>& tensors);
    virtual ~FastEngine() = default;

    struct StepResult {
        double loss = 0; ///< mean negative log-likelihood
        int correct = 0;
    };
    /// One step of SGD with momentum. `dropoutKey` decides the dropout masks; labels are below Settings::classes.
    /// This and logProbabilities() throw std::bad_alloc, or std::runtime_error with what oneDNN says.
    virtual StepResult step(const FastImages& images, double learningRate, std::uint64_t dropoutKey) = 0;
    /// Log-probabilities [count, classes] in evaluation mode.
    virtual void logProbabilities(const FastImages& images, float* output) = 0;

    /// To be called after the network's arrays were changed from outside: takes over the weights.
    virtual void weightsChanged() = 0;
    /// Forgets the momentum.
    virtual void resetMomentum() = 0;
    /// SGD's momentum of one of the trained arrays, as long as it is; to be kept in a checkpoint and put back.
    virtual std::vector<float>& momentum(const std::string& name) = 0;
    /// The gradient of the last step for one of the trained arrays; zeros before the first step.
    virtual std::vector<float> gradient(const std::string& name) const = 0;
};

} // namespace normscope
