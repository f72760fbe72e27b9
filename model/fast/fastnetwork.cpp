// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/fastnetwork.h"

#include "model/base/random.h"

#include <omp.h>

#include <algorithm>
#include <stdexcept>

namespace normscope::fast {

namespace {

constexpr int imageValues = 3 * 32 * 32;
constexpr int narrow = 16, wide = 32; // channels, as in model/nn/network.cpp

/// oneDNN asks OpenMP how many threads a primitive may use when it is made: one, since we run several at once.
class SingleThreaded {
public:
    SingleThreaded() : m_before(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~SingleThreaded() { omp_set_num_threads(m_before); }
    SingleThreaded(const SingleThreaded&) = delete;
    SingleThreaded& operator=(const SingleThreaded&) = delete;

private:
    int m_before;
};

int tasksOf(int images, int imagesPerTask)
{
    return (images + imagesPerTask - 1) / imagesPerTask;
}

} // namespace

const KernelSet& kernelSet()
{
    static const bool wideVectors = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                                    && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return wideVectors ? avx512Kernels : avx2Kernels;
}

template <typename T>
FastNetwork<T>::FastNetwork(const KernelSet& kernels, const Settings& settings, const std::vector<NamedArray>& tensors)
    : m_lanes(kernels.lanes), m_settings(settings), m_team(settings.threads), m_tensors(tensors)
{
    if constexpr (std::is_same_v<T, float>)
        m_kernels = kernels.f32;
    else
        m_kernels = kernels.bf16;
    for (const NamedArray& tensor : tensors)
        if (tensor.trained)
            m_parameters.push_back({tensor.name, tensor.values, tensor.size, std::vector<float>(tensor.size), std::vector<float>(tensor.size)});
    build();
}

// ---- Building ----

template <typename T> std::size_t FastNetwork<T>::parameterIndex(const std::string& name) const
{
    for (std::size_t i = 0; i < m_parameters.size(); ++i)
        if (m_parameters[i].name == name)
            return i;
    throw std::invalid_argument("the network has no parameter " + name);
}

template <typename T> typename FastNetwork<T>::Buffer FastNetwork<T>::addBuffer(int channels, int side)
{
    m_bufferSizes.push_back(channels * side * side);
    return {m_bufferSizes.back(), m_bufferSizes.size() - 1};
}

template <typename T>
typename FastNetwork<T>::Layer& FastNetwork<T>::addLayer(const std::string& stage, int firstIndex, int channels, int side)
{
    const std::string name = stage + "." + std::to_string(firstIndex);
    NormalizationTensors tensors;
    for (const NamedArray& tensor : m_tensors) {
        if (tensor.name == name + ".weight")
            tensors.weight = tensor.values;
        else if (tensor.name == name + ".bias")
            tensors.bias = tensor.values;
        else if (tensor.name == name + ".running_mean")
            tensors.runningMean = tensor.values;
        else if (tensor.name == name + ".running_var")
            tensors.runningVar = tensor.values;
        else if (tensor.name == name + ".num_batches_tracked")
            tensors.batchesTracked = tensor.count;
    }
    const bool trained = tensors.weight != nullptr;
    m_layers.push_back({Activation<T>(m_kernels, m_settings.normalization, m_settings.groups, channels, side, tensors),
                        trained ? parameterIndex(name + ".weight") : 0, trained ? parameterIndex(name + ".bias") : 0, stage + "." + std::to_string(firstIndex + 2), addBuffer(channels, side), addBuffer(channels, side), {}});
    return m_layers.back();
}

template <typename T>
typename FastNetwork<T>::ConvolutionLayer& FastNetwork<T>::addConvolution(const std::string& name, ConvolutionShape shape)
{
    const std::size_t weight = parameterIndex(name + ".weight"), bias = parameterIndex(name + ".bias");
    m_convolutions.push_back({Convolution<T>(shape, m_kernels, m_lanes, m_parameters[weight].values, m_parameters[bias].values),
                              weight, bias, 0});
    return m_convolutions.back();
}

namespace {

/// Layers of large images run for few images at a time: what one writes, the next finds in the cache.
int imagesAtOnce(int side)
{
    return side == 32 ? 4 : 8;
}

} // namespace

template <typename T> void FastNetwork<T>::addWork(int side, Work work)
{
    auto& groups = m_segments.back().groups;
    if (groups.empty() || groups.back().side != side)
        groups.push_back({side, imagesAtOnce(side), {}});
    groups.back().work.push_back(std::move(work));
}

template <typename T> void FastNetwork<T>::addForward(ConvolutionLayer& layer, Buffer from, Buffer to)
{
    addWork(layer.convolution.shape().side, [this, &layer, from, to](const Part& part) {
        layer.convolution.forward(part.thread, part.count, at(from, part), at(to, part));
    });
}

/// The statistics end a segment: batch norm has to wait for the whole batch there.
template <typename T> void FastNetwork<T>::addActivation(Layer& layer)
{
    addWork(layer.activation.side(), [this, &layer](const Part& part) {
        if (m_training || !layer.activation.needsBatch())
            for (int i = 0; i < part.count; ++i)
                layer.activation.statistics(statisticsIndex(part, i), at(layer.y, part, i));
    });
    m_segments.back().forward = &layer.activation;
    m_segments.emplace_back();
    addWork(layer.activation.side(), [this, &layer](const Part& part) {
        for (int i = 0; i < part.count; ++i) {
            DropoutMask mask = layer.dropout;
            mask.first = static_cast<std::uint32_t>((part.image() + i) * layer.activation.valuesPerImage());
            layer.activation.activate(statisticsIndex(part, i), at(layer.y, part, i), at(layer.a, part, i), mask, m_training);
        }
    });
}

template <typename T> void FastNetwork<T>::addPool(const Layer& from, ConvolutionLayer& layer, Buffer wholeSize, Buffer pooled, Buffer which)
{
    addForward(layer, from.a, wholeSize);
    const int side = layer.convolution.shape().side;
    addWork(side, [this, wholeSize, pooled, which, side](const Part& part) {
        for (int i = 0; i < part.count; ++i)
            m_kernels.maxPool(at(wholeSize, part, i), at(pooled, part, i), reinterpret_cast<std::uint8_t*>(at(which, part, i)), narrow, side);
    });
}

template <typename T> void FastNetwork<T>::addClassifier(Layer& last, Buffer gradient)
{
    const int pixels = last.activation.side() * last.activation.side();
    gradient.valuesPerImage = last.y.valuesPerImage;
    addWork(last.activation.side(), [this, &last, gradient, pixels](const Part& part) {
        alignas(64) float features[wide], featureGradient[wide];
        float* sums = m_training ? m_taskGradients[static_cast<std::size_t>(part.task)].data() + m_classifierStart : nullptr;
        if (sums && part.first == 0)
            std::fill_n(sums, m_classifier->gradientSize(), 0.0F);
        for (int i = 0; i < part.count; ++i) {
            const int image = part.image() + i;
            m_kernels.averagePool(at(last.a, part, i), features, wide, pixels);
            if (!m_training) {
                m_classifier->logProbabilities(features, m_output + image * m_classifier->classes());
                continue;
            }
            const auto answer = m_classifier->learn(features, m_images->label(image), m_images->count, featureGradient, sums);
            m_losses[static_cast<std::size_t>(image)] = answer.loss;
            m_correct[static_cast<std::size_t>(image)] = answer.correct;
            m_kernels.averagePoolBackward(featureGradient, at(gradient, part, i), wide, pixels);
        }
    });
    m_forwardSegments = m_segments.size();
    m_segments.emplace_back(); // evaluation ends here
}

/// Back through dropout and ReLU; the sums end a segment. Then, on the other side of it, through the normalization.
template <typename T> void FastNetwork<T>::addActivationBackward(Layer& layer, Buffer gradient)
{
    gradient.valuesPerImage = layer.y.valuesPerImage;
    addWork(layer.activation.side(), [this, &layer, gradient](const Part& part) {
        for (int i = 0; i < part.count; ++i)
            layer.activation.activateBackward(part.image() + i, at(layer.a, part, i), at(layer.y, part, i), at(gradient, part, i), layer.dropout.scale);
    });
    m_segments.back().backward = &layer.activation;
    m_segments.emplace_back();
    addWork(layer.activation.side(), [this, &layer, gradient](const Part& part) {
        for (int i = 0; i < part.count; ++i)
            layer.activation.normalizeBackward(part.image() + i, at(layer.y, part, i), at(gradient, part, i));
    });
}

template <typename T> void FastNetwork<T>::addBackward(ConvolutionLayer& layer, Buffer from, Buffer gradient, Buffer fromGradient)
{
    const ConvolutionShape& shape = layer.convolution.shape();
    gradient.valuesPerImage = shape.outChannels * shape.side * shape.side;
    fromGradient.valuesPerImage = from.valuesPerImage;
    addWork(shape.side, [this, &layer, from, gradient, fromGradient](const Part& part) {
        float* sums = m_taskGradients[static_cast<std::size_t>(part.task)].data() + layer.gradientStart;
        layer.convolution.backwardWeights(part.thread, part.count, at(from, part), at(gradient, part), sums, part.first == 0);
        if (!layer.convolution.shape().firstLayer)
            layer.convolution.backwardData(part.thread, part.count, at(gradient, part), at(fromGradient, part));
    });
}

template <typename T>
void FastNetwork<T>::addPoolBackward(const Layer& from, ConvolutionLayer& layer, Buffer pooledGradient, Buffer which, Buffer wholeSize, Buffer gradient)
{
    const int side = layer.convolution.shape().side;
    addWork(side, [this, pooledGradient, which, wholeSize, side](const Part& part) {
        for (int i = 0; i < part.count; ++i)
            m_kernels.maxPoolBackward(at(pooledGradient, part, i), reinterpret_cast<std::uint8_t*>(at(which, part, i)), at(wholeSize, part, i), narrow, side);
    });
    addBackward(layer, from.a, wholeSize, gradient);
}

/// The gradient of a residual block's input: what came through the shortcut, plus what came through the branch.
template <typename T> void FastNetwork<T>::addSum(int side, Buffer sum, Buffer other)
{
    other.valuesPerImage = sum.valuesPerImage;
    addWork(side, [this, sum, other](const Part& part) {
        m_kernels.add(at(sum, part), at(other, part), part.count * sum.valuesPerImage);
    });
}

/// The network of model/nn/network.cpp, forward and then backward.
template <typename T> void FastNetwork<T>::build()
{
    auto& conv1a = addConvolution("Conv1.0", {3, narrow, 3, 32, true});
    auto& conv1b = addConvolution("Conv1.4", {narrow, wide, 3, 32, false, false, true});
    auto& conv2 = addConvolution("conv2.0", {wide, narrow, 1, 32});
    auto& conv3a = addConvolution("Conv3.0", {narrow, narrow, 3, 16});
    auto& conv3b = addConvolution("Conv3.4", {narrow, wide, 3, 16});
    auto& conv3c = addConvolution("Conv3.8", {wide, wide, 3, 16, false, false, true});
    auto& res1 = addConvolution("res1", {narrow, wide, 1, 16, false, true});
    auto& conv4 = addConvolution("conv4.3", {wide, narrow, 1, 16});
    auto& conv5a = addConvolution("Conv5.0", {narrow, narrow, 3, 8});
    auto& conv5b = addConvolution("Conv5.4", {narrow, wide, 3, 8});
    auto& conv5c = addConvolution("Conv5.8", {wide, wide, 3, 8});
    auto& res2 = addConvolution("res2", {narrow, wide, 1, 8, false, true});
    m_classifierWeight = parameterIndex("avgpool.4.weight");
    m_classifierBias = parameterIndex("avgpool.4.bias");
    m_classifier = std::make_unique<Classifier>(wide, m_settings.classes, m_parameters[m_classifierWeight].values,
                                                m_parameters[m_classifierBias].values);

    auto& act1a = addLayer("Conv1", 1, narrow, 32);
    auto& act1b = addLayer("Conv1", 5, wide, 32);
    auto& act3a = addLayer("Conv3", 1, narrow, 16);
    auto& act3b = addLayer("Conv3", 5, wide, 16);
    auto& act4 = addLayer("conv4", 0, wide, 16);
    auto& act5a = addLayer("Conv5", 1, narrow, 8);
    auto& act5b = addLayer("Conv5", 5, wide, 8);
    auto& act6 = addLayer("avgpool", 0, wide, 8);

    const Buffer images = addBuffer(3, 32), unpooled = addBuffer(narrow, 32);
    Buffer unpooled16 = unpooled;
    unpooled16.valuesPerImage = narrow * 16 * 16;
    const Buffer pooled1 = addBuffer(narrow, 16), which1 = addBuffer(narrow, 16);
    const Buffer pooled2 = addBuffer(narrow, 8), which2 = addBuffer(narrow, 8);
    // Gradients go back and forth between two buffers, which stay in the cache as far as it reaches.
    const Buffer gradientA = addBuffer(wide, 32), gradientB = addBuffer(wide, 32);
    const Buffer pooled1Gradient = addBuffer(narrow, 16), pooled2Gradient = addBuffer(narrow, 8);

    m_segments.emplace_back();
    addWork(32, [this, images](const Part& part) {
        alignas(64) float planes[imageValues];
        for (int i = 0; i < part.count; ++i) {
            m_images->fill(part.image() + i, planes);
            m_kernels.convert(planes, at(images, part, i), imageValues);
        }
    });
    addForward(conv1a, images, act1a.y);
    addActivation(act1a);
    addForward(conv1b, act1a.a, act1b.y);
    addActivation(act1b);
    addPool(act1b, conv2, unpooled, pooled1, which1);
    addForward(conv3a, pooled1, act3a.y);
    addActivation(act3a);
    addForward(conv3b, act3a.a, act3b.y);
    addActivation(act3b);
    addForward(conv3c, act3b.a, act4.y);
    addForward(res1, pooled1, act4.y);
    addActivation(act4);
    addPool(act4, conv4, unpooled16, pooled2, which2);
    addForward(conv5a, pooled2, act5a.y);
    addActivation(act5a);
    addForward(conv5b, act5a.a, act5b.y);
    addActivation(act5b);
    addForward(conv5c, act5b.a, act6.y);
    addForward(res2, pooled2, act6.y);
    addActivation(act6);
    addClassifier(act6, gradientA);

    addActivationBackward(act6, gradientA);
    addBackward(res2, pooled2, gradientA, pooled2Gradient);
    addBackward(conv5c, act5b.a, gradientA, gradientB);
    addActivationBackward(act5b, gradientB);
    addBackward(conv5b, act5a.a, gradientB, gradientA);
    addActivationBackward(act5a, gradientA);
    addBackward(conv5a, pooled2, gradientA, gradientB);
    addSum(8, pooled2Gradient, gradientB);
    addPoolBackward(act4, conv4, pooled2Gradient, which2, unpooled16, gradientA);
    addActivationBackward(act4, gradientA);
    addBackward(res1, pooled1, gradientA, pooled1Gradient);
    addBackward(conv3c, act3b.a, gradientA, gradientB);
    addActivationBackward(act3b, gradientB);
    addBackward(conv3b, act3a.a, gradientB, gradientA);
    addActivationBackward(act3a, gradientA);
    addBackward(conv3a, pooled1, gradientA, gradientB);
    addSum(16, pooled1Gradient, gradientB);
    addPoolBackward(act1b, conv2, pooled1Gradient, which1, unpooled, gradientA);
    addActivationBackward(act1b, gradientA);
    addBackward(conv1b, act1a.a, gradientA, gradientB);
    addActivationBackward(act1a, gradientB);
    addBackward(conv1a, images, gradientB, gradientA);
}

// ---- Running ----

/// A task's images lie together in each buffer, from the start of the task's piece on.
template <typename T> T* FastNetwork<T>::at(const Buffer& buffer, const Part& part, int image)
{
    const auto piece = static_cast<std::size_t>(part.place * imagesPerTask) * static_cast<std::size_t>(m_bufferSizes[buffer.index]);
    return m_memory[buffer.index].data() + piece + static_cast<std::size_t>((part.first + image) * buffer.valuesPerImage);
}

/// Makes memory and primitives for a batch of that many images; nothing if they are there.
template <typename T> void FastNetwork<T>::prepare(int images, bool training)
{
    const SingleThreaded guard;
    const int tasks = tasksOf(images, imagesPerTask);
    const bool wholeBatch = training && m_settings.normalization == Normalization::Batch;
    const int places = wholeBatch ? tasks : m_settings.threads;
    if (m_places < places) {
        m_places = places;
        m_memory.clear();
        for (const int values : m_bufferSizes)
            m_memory.emplace_back(static_cast<std::size_t>(places * imagesPerTask) * static_cast<std::size_t>(values));
    }
    for (Layer& layer : m_layers)
        layer.activation.reserve(training ? tasks * imagesPerTask : m_settings.threads * imagesPerTask);
    for (ConvolutionLayer& layer : m_convolutions) {
        const int atOnce = imagesAtOnce(layer.convolution.shape().side);
        const int last = images - (tasks - 1) * imagesPerTask;
        layer.convolution.prepare(atOnce, m_settings.threads);
        if (last % atOnce)
            layer.convolution.prepare(last % atOnce, m_settings.threads);
    }
    std::size_t scratchBytes = 1;
    for (const ConvolutionLayer& layer : m_convolutions)
        scratchBytes = std::max(scratchBytes, layer.convolution.scratchBytes());
    for (int thread = 0; thread < m_settings.threads; ++thread) {
        const auto i = static_cast<std::size_t>(thread);
        if (i >= m_scratch.size())
            m_scratch.emplace_back(scratchBytes);
        if (m_scratch[i].size() < scratchBytes)
            m_scratch[i] = AlignedArray<std::uint8_t>(scratchBytes);
        for (ConvolutionLayer& layer : m_convolutions)
            layer.convolution.useScratch(thread, m_scratch[i].data());
    }
    if (!m_gradientFloats) {
        for (ConvolutionLayer& layer : m_convolutions) {
            layer.gradientStart = m_gradientFloats;
            m_gradientFloats += layer.convolution.gradientSize();
        }
        m_classifierStart = m_gradientFloats;
        m_gradientFloats += m_classifier->gradientSize();
    }
    if (training) {
        while (m_taskGradients.size() < static_cast<std::size_t>(tasks))
            m_taskGradients.emplace_back(m_gradientFloats);
        m_losses.resize(static_cast<std::size_t>(images));
        m_correct.resize(static_cast<std::size_t>(images));
    }
    if (m_stale)
        for (ConvolutionLayer& layer : m_convolutions)
            layer.convolution.loadWeights();
    m_stale = false;
}

template <typename T> void FastNetwork<T>::runGroups(const Segment& segment, int task, int images, int thread, int place)
{
    const int count = std::min(imagesPerTask, images - task * imagesPerTask);
    for (const Group& group : segment.groups)
        for (int first = 0; first < count; first += group.images) {
            const Part part{thread, task, first, std::min(group.images, count - first), place};
            for (const Work& work : group.work)
                work(part);
        }
}

/// Batch norm goes through the network together, segment by segment; the others take each task through all of it.
template <typename T> std::vector<Team::Phase> FastNetwork<T>::phasesOf(int images, bool training)
{
    const int tasks = tasksOf(images, imagesPerTask);
    const std::size_t segments = training ? m_segments.size() : m_forwardSegments;
    std::vector<Team::Phase> phases;
    if (training && m_settings.normalization == Normalization::Batch) {
        for (std::size_t s = 0; s < segments; ++s) {
            const Segment& segment = m_segments[s];
            const auto work = [this, &segment, images](int task, int thread) { runGroups(segment, task, images, thread, task); };
            std::function<void()> afterwards;
            if (segment.forward)
                afterwards = [&segment, images] { segment.forward->batchStatistics(images); };
            if (segment.backward)
                afterwards = [&segment, images] { segment.backward->batchGradient(images); };
            phases.push_back({tasks, work, afterwards});
        }
    } else {
        const auto work = [this, segments, images](int task, int thread) {
            for (std::size_t s = 0; s < segments; ++s)
                runGroups(m_segments[s], task, images, thread, thread);
        };
        phases.push_back({tasks, work, {}});
    }
    if (training) {
        const auto units = static_cast<int>(m_convolutions.size() + m_layers.size() + 1);
        phases.push_back({units, [this, images, tasks](int unit, int) { update(static_cast<std::size_t>(unit), images, tasks); }, {}});
    }
    return phases;
}

template <typename T> void FastNetwork<T>::run(int images, bool training)
{
    prepare(images, training);
    m_training = training;
    if (!training && m_settings.normalization == Normalization::Batch)
        for (Layer& layer : m_layers)
            layer.activation.useRunningStatistics();
    m_team.run(phasesOf(images, training));
}

/// Collects the gradients of one layer and makes its step of SGD.
template <typename T> void FastNetwork<T>::update(std::size_t unit, int images, int tasks)
{
    const auto descend = [this](Parameter& parameter) {
        const auto momentum = static_cast<float>(m_settings.momentum), rate = static_cast<float>(m_learningRate);
        for (std::size_t i = 0; i < parameter.size; ++i) {
            parameter.velocity[i] = momentum * parameter.velocity[i] + parameter.gradient[i];
            parameter.values[i] -= rate * parameter.velocity[i];
        }
    };
    const auto starts = [&](std::size_t offset) {
        std::vector<const float*> sums;
        for (int task = 0; task < tasks; ++task)
            sums.push_back(m_taskGradients[static_cast<std::size_t>(task)].data() + offset);
        return sums;
    };
    if (unit < m_convolutions.size()) {
        ConvolutionLayer& layer = m_convolutions[unit];
        Parameter& weight = m_parameters[layer.weight];
        Parameter& bias = m_parameters[layer.bias];
        layer.convolution.collectGradient(starts(layer.gradientStart), weight.gradient.data(), bias.gradient.data());
        descend(weight);
        descend(bias);
        layer.convolution.loadWeights();
    } else if (unit < m_convolutions.size() + m_layers.size()) {
        Layer& layer = m_layers[unit - m_convolutions.size()];
        if (m_settings.normalization == Normalization::None)
            return;
        Parameter& weight = m_parameters[layer.weight];
        Parameter& bias = m_parameters[layer.bias];
        layer.activation.collectGradient(images, weight.gradient.data(), bias.gradient.data());
        descend(weight);
        descend(bias);
    } else {
        Parameter& weight = m_parameters[m_classifierWeight];
        Parameter& bias = m_parameters[m_classifierBias];
        std::fill(weight.gradient.begin(), weight.gradient.end(), 0.0F);
        std::fill(bias.gradient.begin(), bias.gradient.end(), 0.0F);
        for (const float* sums : starts(m_classifierStart)) {
            for (std::size_t i = 0; i < weight.size; ++i)
                weight.gradient[i] += sums[i];
            for (std::size_t i = 0; i < bias.size; ++i)
                bias.gradient[i] += sums[weight.size + i];
        }
        descend(weight);
        descend(bias);
    }
}

template <typename T> FastEngine::StepResult FastNetwork<T>::step(const FastImages& images, double learningRate, std::uint64_t dropoutKey)
{
    m_images = &images;
    m_learningRate = learningRate;
    for (Layer& layer : m_layers) {
        const std::uint64_t key = streamKey(dropoutKey, layer.dropoutName);
        layer.dropout.threshold = static_cast<std::uint32_t>(m_settings.dropout * 4294967296.0);
        layer.dropout.scale = static_cast<float>(1.0 / (1.0 - m_settings.dropout));
        layer.dropout.offset = static_cast<std::uint32_t>(key);
        layer.dropout.salt = static_cast<std::uint32_t>(key >> 32);
    }
    run(images.count, true);
    StepResult result;
    for (std::size_t i = 0; i < static_cast<std::size_t>(images.count); ++i) {
        result.loss += m_losses[i] / images.count;
        result.correct += m_correct[i];
    }
    return result;
}

template <typename T> void FastNetwork<T>::logProbabilities(const FastImages& images, float* output)
{
    m_images = &images;
    m_output = output;
    run(images.count, false);
}

template <typename T> void FastNetwork<T>::weightsChanged()
{
    m_stale = true;
}

template <typename T> void FastNetwork<T>::resetMomentum()
{
    for (Parameter& parameter : m_parameters)
        std::fill(parameter.velocity.begin(), parameter.velocity.end(), 0.0F);
}

template <typename T> std::vector<float> FastNetwork<T>::gradient(const std::string& name) const
{
    return m_parameters[parameterIndex(name)].gradient;
}

template class FastNetwork<float>;
template class FastNetwork<BFloat16>;

} // namespace normscope::fast
