// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/fast/aligned.h"
#include "model/fast/kernels.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace normscope::fast {

/// What a convolution is, and where its parameters live (plain [out, in, kernel, kernel] and [out] float arrays,
/// those of the network).
struct ConvolutionShape {
    int inChannels = 0;
    int outChannels = 0;
    int kernel = 3; ///< with padding kernel / 2, so that the size stays
    int side = 32;
    bool firstLayer = false; ///< reads plain planes [3][side][side] and needs no gradient for them
    bool adds = false;       ///< adds to what its output holds: the end of a residual block
    bool winogradGradient = false; ///< the weights' gradient by oneDNN's Winograd F(4x4, 3x3), where it has it: faster for large layers

    std::size_t weights() const { return static_cast<std::size_t>(outChannels * inChannels * kernel * kernel); }
};

/// A two-dimensional convolution on one thread for a few images at a time, forward and backward; several
/// threads may use one at once, each with its own `thread` number. Images lie in blocks of `lanes` channels
/// (nChw16c or nChw8c), T is float or BFloat16; weight gradients are float. Computed by oneDNN, but for 3x3 convolutions
/// with AVX-512: there our winograd.inl needs half the multiplications.
template <typename T> class Convolution {
public:
    Convolution(const ConvolutionShape& shape, const Kernels<T>& kernels, int lanes, float* weights, float* bias);

    /// Makes what is needed to run on `images` at once by threads 0 to `threads` - 1; not while other threads run.
    void prepare(int images, int threads);
    /// Bytes that a call needs to work in, see useScratch().
    std::size_t scratchBytes() const;
    /// Where calls of `thread` work; layers share it, so that it stays in the cache.
    void useScratch(int thread, std::uint8_t* scratch);
    /// Copies the network's weights into the layouts that the kernels want; to be called after they changed.
    void loadWeights();

    void forward(int thread, int images, const T* source, T* output);
    /// Without `adds`, also here: the gradient is written, not added.
    void backwardData(int thread, int images, const T* gradient, T* sourceGradient);
    /// Adds to (or, if `first`, writes) the sums of one task, see gradientSize().
    void backwardWeights(int thread, int images, const T* source, const T* gradient, float* taskSum, bool first);

    const ConvolutionShape& shape() const { return m_shape; }
    /// Floats in the sum of weight and bias gradients, in the layout of oneDNN; a multiple of 16.
    std::size_t gradientSize() const { return m_gradientSize + m_biasSize; }
    /// One plain gradient [out, in, kernel, kernel] and [out] from the sums of `tasks` tasks, added up in their order.
    void collectGradient(const std::vector<const float*>& tasks, float* weights, float* bias) const;

private:
    /// Where each plain weight lies in a layout of oneDNN.
    struct Layout {
        dnnl::memory::desc desc;
        std::vector<std::size_t> position;
        std::size_t elements = 0; ///< with padding
    };
    struct ThreadState { ///< what oneDNN's memory objects of one thread are bound to changes with every call
        dnnl::stream stream;
        dnnl::memory source, output, forwardWeights, backwardWeights, bias, weightGradient, biasGradient, scratchpad;
        AlignedArray<float> gradientSum;
    };
    struct Primitives {
        dnnl::convolution_forward forward;
        dnnl::convolution_backward_data backwardData;
        dnnl::convolution_backward_weights backwardWeights;
        std::vector<ThreadState> threads;
        dnnl::memory::desc source, output;
        std::size_t scratchBytes = 0;
    };

    Layout layoutOf(const dnnl::memory::desc& desc) const;
    Primitives makePrimitives(int images);
    Primitives makePrimitives(int images, dnnl::algorithm gradientAlgorithm);
    std::size_t valuesPerImage(int channels) const;
    Primitives& primitives(int images) { return m_primitives.at(images); }

    ConvolutionShape m_shape;
    int m_lanes;
    WinogradKernel<T> m_winogradForward = nullptr, m_winogradBackward = nullptr; ///< null: oneDNN
    float* m_weights;
    float* m_bias;
    dnnl::engine m_engine;
    Layout m_forwardLayout, m_backwardLayout, m_gradientLayout; ///< set by the first primitives, kept by the others
    AlignedArray<T> m_forwardWeights, m_backwardWeights;
    AlignedArray<T> m_winogradForwardWeights, m_winogradBackwardWeights;
    AlignedArray<float> m_winogradBias; ///< the bias again, since the kernel wants it aligned
    std::vector<float*> m_winogradScratch; ///< of each thread
    std::size_t m_gradientSize = 0, m_biasSize = 0;
    std::map<int, Primitives> m_primitives;
};

extern template class Convolution<float>;
extern template class Convolution<BFloat16>;

} // namespace normscope::fast
