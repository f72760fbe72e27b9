// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of FastNetwork: what is done to a few images, in which order.
#include "model/fast/fastnetwork.h"

#include <algorithm>

namespace normscope::fast {

namespace {

constexpr int imageValues = 3 * 32 * 32;
constexpr int narrow = 16, wide = 32; // channels, as in model/nn/network.cpp

} // namespace

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
                        trained ? m_parameters.indexOf(name + ".weight") : 0, trained ? m_parameters.indexOf(name + ".bias") : 0, stage + "." + std::to_string(firstIndex + 2), addBuffer(channels, side), addBuffer(channels, side), {}});
    return m_layers.back();
}

template <typename T>
typename FastNetwork<T>::ConvolutionLayer& FastNetwork<T>::addConvolution(const std::string& name, ConvolutionShape shape)
{
    const std::size_t weight = m_parameters.indexOf(name + ".weight"), bias = m_parameters.indexOf(name + ".bias");
    m_convolutions.push_back({Convolution<T>(shape, m_kernels, m_lanes, m_parameters.values(weight), m_parameters.values(bias)),
                              weight, bias, 0});
    return m_convolutions.back();
}

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
    m_classifierWeight = m_parameters.indexOf("avgpool.4.weight");
    m_classifierBias = m_parameters.indexOf("avgpool.4.bias");
    m_classifier = std::make_unique<Classifier>(wide, m_settings.classes, m_parameters.values(m_classifierWeight),
                                                m_parameters.values(m_classifierBias));

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

template void FastNetwork<float>::build();
template void FastNetwork<BFloat16>::build();

} // namespace normscope::fast
