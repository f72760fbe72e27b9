// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/fast/activation.h"
#include "model/fast/classifier.h"
#include "model/fast/convolution.h"
#include "model/fast/fastengine.h"
#include "model/fast/parameters.h"
#include "model/fast/team.h"

#include <deque>

namespace normscope::fast {

/// The seed's network for one storage type of the activations, T: float or BFloat16; instantiated for these two in
/// fastnetwork.cpp.
template <typename T> class FastNetwork : public FastEngine {
public:
    FastNetwork(const KernelSet& kernels, const Settings& settings, const std::vector<NamedArray>& tensors);

    StepResult step(const FastImages& images, double learningRate, std::uint64_t dropoutKey) override;
    void logProbabilities(const FastImages& images, float* output) override;
    void weightsChanged() override;
    void resetMomentum() override;
    std::vector<float>& momentum(const std::string& name) override { return m_parameters.momentum(name); }
    std::vector<float> gradient(const std::string& name) const override;

private:
    /// A few images of one task on their way through a layer.
    struct Part {
        int thread = 0;
        int task = 0;
        int first = 0; ///< the first image's position within the task
        int count = 0;
        int place = 0; ///< which task-sized piece of the buffers is used
        int image() const { return task * imagesPerTask + first; }
    };
    /// One layer's values, or their gradients, for all places.
    struct Buffer {
        int valuesPerImage = 0;
        std::size_t index = 0; ///< of its memory in m_memory
    };
    struct Layer {
        Activation<T> activation;
        std::size_t weight = 0, bias = 0; ///< positions in m_parameters; unused without normalization
        std::string dropoutName;
        Buffer y, a;
        DropoutMask dropout; ///< of this step; `first` is set for each image
    };
    struct ConvolutionLayer {
        Convolution<T> convolution;
        std::size_t weight, bias;  ///< positions in m_parameters
        std::size_t gradientStart; ///< within a task's gradient sums
    };
    using Work = std::function<void(const Part&)>;
    struct Group { ///< layers of one size that run one after the other for `images` images at a time, to stay in the cache
        int side = 0;
        int images = 1;
        std::vector<Work> work;
    };
    struct Segment { ///< groups between two points where batch norm needs all images
        std::vector<Group> groups;
        Activation<T>* forward = nullptr;  ///< whose statistics of the batch are complete after it
        Activation<T>* backward = nullptr; ///< whose sums for the gradient are
    };

    static constexpr int imagesPerTask = 8;
    /// Layers of large images run for few at a time: what one writes, the next finds in the cache.
    static constexpr int imagesAtOnce(int side) { return side == 32 ? 4 : 8; }

    // Building
    void build(); // this and what follows: fastnetworklayers.cpp
    Layer& addLayer(const std::string& stage, int firstIndex, int channels, int side);
    ConvolutionLayer& addConvolution(const std::string& name, ConvolutionShape shape);
    Buffer addBuffer(int channels, int side);
    void addWork(int side, Work work);
    void addForward(ConvolutionLayer& layer, Buffer from, Buffer to);
    void addActivation(Layer& layer);
    void addPool(const Layer& from, ConvolutionLayer& layer, Buffer wholeSize, Buffer pooled, Buffer which);
    void addClassifier(Layer& last, Buffer gradient);
    void addActivationBackward(Layer& layer, Buffer gradient);
    void addBackward(ConvolutionLayer& layer, Buffer from, Buffer gradient, Buffer fromGradient);
    void addPoolBackward(const Layer& from, ConvolutionLayer& layer, Buffer pooledGradient, Buffer which, Buffer wholeSize, Buffer gradient);
    void addSum(int side, Buffer sum, Buffer other);

    // Running
    T* at(const Buffer& buffer, const Part& part, int image = 0);
    void prepare(int images, bool training);
    void run(int images, bool training);
    void runGroups(const Segment& segment, int task, int images, int thread, int place);
    std::vector<Team::Phase> phasesOf(int images, bool training);
    void update(std::size_t unit, int images, int tasks);
    /// In evaluation, which may see any number of images, statistics are kept for the images under way alone.
    int statisticsIndex(const Part& part, int i) const { return (m_training ? part.task : part.place) * imagesPerTask + part.first + i; }

    Kernels<T> m_kernels;
    int m_lanes;
    Settings m_settings;
    Team m_team;
    std::vector<NamedArray> m_tensors;
    Parameters m_parameters;
    std::deque<Layer> m_layers; ///< these and the next stay where they are: work refers to them
    std::deque<ConvolutionLayer> m_convolutions;
    std::unique_ptr<Classifier> m_classifier;
    std::size_t m_classifierWeight = 0, m_classifierBias = 0, m_classifierStart = 0;
    std::size_t m_gradientFloats = 0; ///< of a task
    std::vector<Segment> m_segments;
    std::size_t m_forwardSegments = 0; ///< evaluation goes through these alone

    std::vector<int> m_bufferSizes; ///< values per image, of each memory
    std::vector<AlignedArray<T>> m_memory;
    int m_places = 0;
    std::vector<AlignedArray<float>> m_taskGradients;
    std::vector<AlignedArray<std::uint8_t>> m_scratch; ///< of each thread
    std::vector<double> m_losses;
    std::vector<char> m_correct;

    // Of the step or evaluation under way
    const FastImages* m_images = nullptr;
    float* m_output = nullptr;
    bool m_training = false;
    double m_learningRate = 0;
    bool m_stale = true; ///< the convolutions' own layouts are older than the network's weights
};

} // namespace normscope::fast
