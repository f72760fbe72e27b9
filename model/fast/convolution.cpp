// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/convolution.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace normscope::fast {

namespace {

using Memory = dnnl::memory;

Memory::format_tag blockedTag(int lanes)
{
    return lanes == 16 ? Memory::format_tag::nChw16c : Memory::format_tag::nChw8c;
}

template <typename T> constexpr Memory::data_type typeOf = std::is_same_v<T, float> ? Memory::data_type::f32 : Memory::data_type::bf16;

} // namespace

template <typename T> Convolution<T>::Convolution(const ConvolutionShape& shape, const Kernels<T>& kernels, int lanes, float* weights, float* bias)
    : m_shape(shape), m_lanes(lanes), m_weights(weights), m_bias(bias), m_engine(dnnl::engine::kind::cpu, 0),
      m_biasSize(static_cast<std::size_t>((shape.outChannels + 15) / 16 * 16))
{
    if (shape.kernel != 3 || shape.firstLayer)
        return;
    m_winogradBackward = kernels.winograd;
    // Large images of floats go forward the plain way: with Winograd's rounding there, more inputs of a ReLU or a max
    // pool that nearly tie fall to the other side than in the reference values that we are checked with.
    m_winogradForward = shape.side < 32 || std::is_same_v<T, BFloat16> ? kernels.winograd : nullptr;
    const std::size_t size = winogradWeights(shape.inChannels, shape.outChannels);
    m_winogradForwardWeights = AlignedArray<T>(size);
    m_winogradBackwardWeights = AlignedArray<T>(size);
    m_winogradBias = AlignedArray<float>(static_cast<std::size_t>(shape.outChannels));
}

template <typename T> std::size_t Convolution<T>::valuesPerImage(int channels) const
{
    return static_cast<std::size_t>(channels * m_shape.side * m_shape.side);
}

/// A weight's place is found by reordering the numbers 1, 2, 3, ...: zeros are padding.
template <typename T> typename Convolution<T>::Layout Convolution<T>::layoutOf(const Memory::desc& desc) const
{
    const Memory::dims dims{m_shape.outChannels, m_shape.inChannels, m_shape.kernel, m_shape.kernel};
    Memory::desc numbered = desc;
    numbered.data.data_type = dnnl_f32;
    Memory plain(Memory::desc(dims, Memory::data_type::f32, Memory::format_tag::oihw), m_engine);
    Memory blocked(numbered, m_engine);
    auto* numbers = static_cast<float*>(plain.get_data_handle());
    for (std::size_t i = 0; i < m_shape.weights(); ++i)
        numbers[i] = static_cast<float>(i + 1);
    dnnl::stream stream(m_engine);
    dnnl::reorder(plain, blocked).execute(stream, plain, blocked);
    stream.wait();

    Layout layout;
    layout.desc = desc;
    layout.elements = numbered.get_size() / sizeof(float);
    layout.position.resize(m_shape.weights());
    const auto* placed = static_cast<const float*>(blocked.get_data_handle());
    for (std::size_t i = 0; i < layout.elements; ++i)
        if (placed[i] > 0)
            layout.position[static_cast<std::size_t>(placed[i]) - 1] = i;
    return layout;
}

template <typename T> typename Convolution<T>::Primitives Convolution<T>::makePrimitives(int images)
{
    if (m_shape.winogradGradient && std::is_same_v<T, float> && m_lanes == 16) {
        try {
            return makePrimitives(images, dnnl::algorithm::convolution_winograd);
        } catch (const dnnl::error& error) { // oneDNN has none for this shape or processor
            if (error.status != dnnl_unimplemented)
                throw;
        }
    }
    return makePrimitives(images, dnnl::algorithm::convolution_direct);
}

template <typename T> typename Convolution<T>::Primitives Convolution<T>::makePrimitives(int images, dnnl::algorithm gradientAlgorithm)
{
    using Tag = Memory::format_tag;
    constexpr auto type = typeOf<T>;
    const Memory::dims sourceDims{images, m_shape.inChannels, m_shape.side, m_shape.side};
    const Memory::dims outputDims{images, m_shape.outChannels, m_shape.side, m_shape.side};
    const Memory::dims weightDims{m_shape.outChannels, m_shape.inChannels, m_shape.kernel, m_shape.kernel};
    const Memory::dims strides{1, 1}, padding{m_shape.kernel / 2, m_shape.kernel / 2};
    const Memory::desc bias({m_shape.outChannels}, Memory::data_type::f32, Tag::x);
    const auto anyWeights = [&](const Layout& known, Memory::data_type t) { return known.elements ? known.desc : Memory::desc(weightDims, t, Tag::any); };

    Primitives p;
    p.source = Memory::desc(sourceDims, type, m_shape.firstLayer ? Tag::nchw : blockedTag(m_lanes));
    p.output = Memory::desc(outputDims, type, blockedTag(m_lanes));
    dnnl::primitive_attr attributes, forwardAttributes; // a copy would share the other's post-operations
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    forwardAttributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (m_shape.adds) {
        dnnl::post_ops sum;
        sum.append_sum();
        forwardAttributes.set_post_ops(sum);
    }
    const auto described = [&](dnnl::algorithm used) {
        return dnnl::convolution_forward::desc(dnnl::prop_kind::forward_training, used, p.source, anyWeights(m_forwardLayout, type), bias,
                                               p.output, strides, padding, padding);
    };
    constexpr auto direct = dnnl::algorithm::convolution_direct;
    if (!m_winogradForward) {
        const dnnl::convolution_forward::primitive_desc forward(described(direct), forwardAttributes, m_engine);
        if (!m_forwardLayout.elements)
            m_forwardLayout = layoutOf(forward.weights_desc());
        p.forward = dnnl::convolution_forward(forward);
        p.scratchBytes = std::max(p.scratchBytes, forward.scratchpad_desc().get_size());
    }
    if (!m_winogradBackward && !m_shape.firstLayer) {
        const dnnl::convolution_forward::primitive_desc hint(described(direct), attributes, m_engine); // of one that adds nothing
        const dnnl::convolution_backward_data::primitive_desc backward(
            {direct, p.source, anyWeights(m_backwardLayout, type), p.output, strides, padding, padding}, attributes, m_engine, hint);
        if (!m_backwardLayout.elements)
            m_backwardLayout = layoutOf(backward.weights_desc());
        p.backwardData = dnnl::convolution_backward_data(backward);
        p.scratchBytes = std::max(p.scratchBytes, backward.scratchpad_desc().get_size());
    }
    const dnnl::convolution_forward::primitive_desc hint(described(gradientAlgorithm), attributes, m_engine);
    const dnnl::convolution_backward_weights::primitive_desc gradient(
        {gradientAlgorithm, p.source, anyWeights(m_gradientLayout, Memory::data_type::f32), bias, p.output, strides, padding, padding}, attributes,
        m_engine, hint);
    if (!m_gradientLayout.elements)
        m_gradientLayout = layoutOf(gradient.diff_weights_desc());
    p.backwardWeights = dnnl::convolution_backward_weights(gradient);
    p.scratchBytes = std::max(p.scratchBytes, gradient.scratchpad_desc().get_size());
    return p;
}

template <typename T> void Convolution<T>::prepare(int images, int threads)
{
    if (!m_primitives.count(images))
        m_primitives.emplace(images, makePrimitives(images));
    if (!m_gradientSize) {
        m_forwardWeights = AlignedArray<T>(std::max<std::size_t>(m_forwardLayout.elements, 1));
        m_backwardWeights = AlignedArray<T>(std::max<std::size_t>(m_backwardLayout.elements, 1));
        m_gradientSize = (m_gradientLayout.elements + 15) / 16 * 16;
        loadWeights();
    }
    Primitives& p = primitives(images);
    const Memory::desc bias({m_shape.outChannels}, Memory::data_type::f32, Memory::format_tag::x);
    while (p.threads.size() < static_cast<std::size_t>(threads)) {
        ThreadState state;
        state.stream = dnnl::stream(m_engine);
        state.gradientSum = AlignedArray<float>(gradientSize());
        state.source = Memory(p.source, m_engine, nullptr);
        state.output = Memory(p.output, m_engine, nullptr);
        if (!m_winogradForward)
            state.forwardWeights = Memory(m_forwardLayout.desc, m_engine, m_forwardWeights.data());
        if (!m_winogradBackward && !m_shape.firstLayer)
            state.backwardWeights = Memory(m_backwardLayout.desc, m_engine, m_backwardWeights.data());
        state.bias = Memory(bias, m_engine, m_bias);
        state.weightGradient = Memory(m_gradientLayout.desc, m_engine, nullptr);
        state.biasGradient = Memory(bias, m_engine, nullptr);
        const auto bytes = static_cast<Memory::dim>(std::max<std::size_t>(p.scratchBytes, 1));
        state.scratchpad = Memory(Memory::desc({bytes}, Memory::data_type::u8, Memory::format_tag::x), m_engine, nullptr);
        p.threads.push_back(std::move(state));
    }
}

template <typename T> std::size_t Convolution<T>::scratchBytes() const
{
    std::size_t bytes = m_winogradBackward ? winogradScratch(m_shape.inChannels, m_shape.outChannels) * sizeof(float) : 0;
    for (const auto& [images, p] : m_primitives)
        bytes = std::max(bytes, p.scratchBytes);
    return bytes;
}

template <typename T> void Convolution<T>::useScratch(int thread, std::uint8_t* scratch)
{
    m_winogradScratch.resize(std::max(m_winogradScratch.size(), static_cast<std::size_t>(thread) + 1));
    m_winogradScratch[static_cast<std::size_t>(thread)] = reinterpret_cast<float*>(scratch);
    for (auto& [images, p] : m_primitives)
        p.threads[static_cast<std::size_t>(thread)].scratchpad.set_data_handle(scratch);
}

template <typename T> void Convolution<T>::loadWeights()
{
    if (m_winogradForward) {
        transformWeights(m_weights, m_shape.inChannels, m_shape.outChannels, false, m_winogradForwardWeights.data());
        std::copy_n(m_bias, m_shape.outChannels, m_winogradBias.data());
    }
    if (m_winogradBackward)
        transformWeights(m_weights, m_shape.inChannels, m_shape.outChannels, true, m_winogradBackwardWeights.data());
    const auto place = [&](const Layout& layout, T* to) {
        for (std::size_t i = 0; i < layout.position.size(); ++i) {
            if constexpr (std::is_same_v<T, float>)
                to[layout.position[i]] = m_weights[i];
            else
                to[layout.position[i]] = toBFloat16(m_weights[i]);
        }
    };
    place(m_forwardLayout, m_forwardWeights.data());
    place(m_backwardLayout, m_backwardWeights.data());
}

template <typename T> void Convolution<T>::forward(int thread, int images, const T* source, T* output)
{
    if (m_winogradForward) {
        for (int image = 0; image < images; ++image) {
            const auto i = static_cast<std::size_t>(image);
            m_winogradForward(source + i * valuesPerImage(m_shape.inChannels),
                       output + i * valuesPerImage(m_shape.outChannels), m_winogradForwardWeights.data(), m_winogradBias.data(),
                       m_shape.inChannels, m_shape.outChannels, m_shape.side, m_winogradScratch[static_cast<std::size_t>(thread)]);
        }
        return;
    }
    Primitives& p = primitives(images);
    ThreadState& state = p.threads[static_cast<std::size_t>(thread)];
    state.source.set_data_handle(const_cast<T*>(source));
    state.output.set_data_handle(output);
    p.forward.execute(state.stream, {{DNNL_ARG_SRC, state.source}, {DNNL_ARG_WEIGHTS, state.forwardWeights}, {DNNL_ARG_BIAS, state.bias},
                                 {DNNL_ARG_DST, state.output}, {DNNL_ARG_SCRATCHPAD, state.scratchpad}});
}

template <typename T> void Convolution<T>::backwardData(int thread, int images, const T* gradient, T* sourceGradient)
{
    if (m_winogradBackward) {
        for (int image = 0; image < images; ++image) {
            const auto i = static_cast<std::size_t>(image);
            m_winogradBackward(gradient + i * valuesPerImage(m_shape.outChannels),
                       sourceGradient + i * valuesPerImage(m_shape.inChannels), m_winogradBackwardWeights.data(), nullptr,
                       m_shape.outChannels, m_shape.inChannels, m_shape.side, m_winogradScratch[static_cast<std::size_t>(thread)]);
        }
        return;
    }
    Primitives& p = primitives(images);
    ThreadState& state = p.threads[static_cast<std::size_t>(thread)];
    state.output.set_data_handle(const_cast<T*>(gradient));
    state.source.set_data_handle(sourceGradient);
    p.backwardData.execute(state.stream, {{DNNL_ARG_DIFF_DST, state.output}, {DNNL_ARG_WEIGHTS, state.backwardWeights},
                                      {DNNL_ARG_DIFF_SRC, state.source}, {DNNL_ARG_SCRATCHPAD, state.scratchpad}});
}

template <typename T> void Convolution<T>::backwardWeights(int thread, int images, const T* source, const T* gradient, float* taskSum, bool first)
{
    Primitives& p = primitives(images);
    ThreadState& state = p.threads[static_cast<std::size_t>(thread)];
    float* sum = first ? taskSum : state.gradientSum.data();
    state.source.set_data_handle(const_cast<T*>(source));
    state.output.set_data_handle(const_cast<T*>(gradient));
    state.weightGradient.set_data_handle(sum);
    state.biasGradient.set_data_handle(sum + m_gradientSize);
    p.backwardWeights.execute(state.stream, {{DNNL_ARG_SRC, state.source}, {DNNL_ARG_DIFF_DST, state.output},
                                         {DNNL_ARG_DIFF_WEIGHTS, state.weightGradient}, {DNNL_ARG_DIFF_BIAS, state.biasGradient},
                                         {DNNL_ARG_SCRATCHPAD, state.scratchpad}});
    if (!first)
        for (std::size_t i = 0; i < gradientSize(); ++i)
            taskSum[i] += sum[i];
}

template <typename T> void Convolution<T>::collectGradient(const std::vector<const float*>& tasks, float* weights, float* bias) const
{
    for (std::size_t i = 0; i < m_gradientLayout.position.size(); ++i) {
        float sum = 0;
        for (const float* task : tasks)
            sum += task[m_gradientLayout.position[i]];
        weights[i] = sum;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(m_shape.outChannels); ++i) {
        float sum = 0;
        for (const float* task : tasks)
            sum += task[m_gradientSize + i];
        bias[i] = sum;
    }
}

template class Convolution<float>;
template class Convolution<BFloat16>;

} // namespace normscope::fast
