// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/fastnetwork.h"

#include "model/base/random.h"
#include "model/fast/singlethreaded.h"


#include <algorithm>
#include <new>
#include <stdexcept>

namespace normscope::fast {

namespace {

int tasksOf(int images, int imagesPerTask)
{
    return (images + imagesPerTask - 1) / imagesPerTask;
}

} // namespace

template <typename T>
FastNetwork<T>::FastNetwork(const KernelSet& kernels, const Settings& settings, const std::vector<NamedArray>& tensors)
    : m_lanes(kernels.lanes), m_settings(settings), m_team(settings.threads), m_tensors(tensors), m_parameters(tensors)
{
    if constexpr (std::is_same_v<T, float>)
        m_kernels = kernels.f32;
    else
        m_kernels = kernels.bf16;
    build();
}

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
    const int places = wholeBatch ? tasks : m_team.threads();
    if (m_places < places) {
        m_places = 0; // until all of it is there
        m_memory.clear();
        for (const int values : m_bufferSizes)
            m_memory.emplace_back(static_cast<std::size_t>(places * imagesPerTask) * static_cast<std::size_t>(values));
        m_places = places;
    }
    for (Layer& layer : m_layers)
        layer.activation.reserve(training ? tasks * imagesPerTask : m_team.threads() * imagesPerTask);
    for (ConvolutionLayer& layer : m_convolutions) {
        const int atOnce = imagesAtOnce(layer.convolution.shape().side);
        const int last = images - (tasks - 1) * imagesPerTask;
        layer.convolution.prepare(atOnce, m_team.threads());
        if (last % atOnce)
            layer.convolution.prepare(last % atOnce, m_team.threads());
    }
    std::size_t scratchBytes = 1;
    for (const ConvolutionLayer& layer : m_convolutions)
        scratchBytes = std::max(scratchBytes, layer.convolution.scratchBytes());
    for (int thread = 0; thread < m_team.threads(); ++thread) {
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
    try {
        prepare(images, training);
        m_training = training;
        if (!training && m_settings.normalization == Normalization::Batch)
            for (Layer& layer : m_layers)
                layer.activation.useRunningStatistics();
        m_team.run(phasesOf(images, training));
    } catch (const dnnl::error& error) {
        if (error.status == dnnl_out_of_memory)
            throw std::bad_alloc();
        throw std::runtime_error(std::string("oneDNN: ") + error.what());
    }
}

/// Collects the gradients of one layer and makes its step of SGD.
template <typename T> void FastNetwork<T>::update(std::size_t unit, int images, int tasks)
{
    const auto sums = [&](std::size_t offset) {
        std::vector<const float*> starts;
        for (int task = 0; task < tasks; ++task)
            starts.push_back(m_taskGradients[static_cast<std::size_t>(task)].data() + offset);
        return starts;
    };
    const auto descend = [&](std::size_t weight, std::size_t bias, const auto& collect) {
        collect(m_parameters.gradient(weight), m_parameters.gradient(bias));
        m_parameters.descend(weight, m_settings.momentum, m_learningRate);
        m_parameters.descend(bias, m_settings.momentum, m_learningRate);
    };
    if (unit < m_convolutions.size()) {
        ConvolutionLayer& layer = m_convolutions[unit];
        descend(layer.weight, layer.bias, [&](float* weight, float* bias) {
            layer.convolution.collectGradient(sums(layer.gradientStart), weight, bias);
        });
        layer.convolution.loadWeights();
    } else if (unit == m_convolutions.size()) {
        descend(m_classifierWeight, m_classifierBias, [&](float* weight, float* bias) {
            m_classifier->collectGradient(sums(m_classifierStart), weight, bias);
        });
    } else if (m_settings.normalization != Normalization::None) {
        Layer& layer = m_layers[unit - m_convolutions.size() - 1];
        descend(layer.weight, layer.bias, [&](float* weight, float* bias) { layer.activation.collectGradient(images, weight, bias); });
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
    m_parameters.resetMomentum();
}

template <typename T> std::vector<float> FastNetwork<T>::gradient(const std::string& name) const
{
    return m_parameters.gradient(name);
}

template class FastNetwork<float>;
template class FastNetwork<BFloat16>;

} // namespace normscope::fast
