// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/fast/aligned.h"
#include "model/fast/kernels.h"
#include "model/training/runspec.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace normscope::fast {

/// Parameters of one normalization: arrays of the network, one value a channel; null where there is none.
struct NormalizationTensors {
    float* weight = nullptr;
    float* bias = nullptr;
    float* runningMean = nullptr; ///< batch norm alone
    float* runningVar = nullptr;
    std::int64_t* batchesTracked = nullptr;
};

/// Normalization, ReLU and dropout, y -> a, as one pass. Every normalization is, for one image and one channel, a
/// scale and a shift; they differ in what these are computed from. So does the backward pass, with three coefficients:
/// gradient of y = p gradient + q y + r. Batch norm needs all images' sums first, the others only the image's own.
template <typename T> class Activation {
public:
    Activation(const Kernels<T>& kernels, Normalization normalization, int groups, int channels, int side,
               const NormalizationTensors& tensors);

    int channels() const { return m_channels; }
    int side() const { return m_side; }
    int valuesPerImage() const { return m_channels * m_side * m_side; }
    bool needsBatch() const { return m_normalization == Normalization::Batch; }
    /// Room for the statistics of that many images.
    void reserve(int images);

    // Per image; `image` is its number in the batch, the pointers those of its values. In this order, with
    // batchStatistics() and batchGradient() once between where needsBatch(), in training.
    void statistics(int image, const T* y);
    void activate(int image, const T* y, T* a, const DropoutMask& dropout, bool training);
    void activateBackward(int image, const T* a, const T* y, T* gradient, float dropoutScale);
    void normalizeBackward(int image, const T* y, T* gradient);

    void batchStatistics(int images); ///< also moves the running statistics
    void batchGradient(int images);
    /// Batch norm's scale and shift from the running statistics, for evaluation.
    void useRunningStatistics();
    /// Gradients of weight and bias, the images' summed in their order.
    void collectGradient(int images, float* weight, float* bias) const;

private:
    std::size_t at(int image) const { return static_cast<std::size_t>(image) * static_cast<std::size_t>(m_channels); }
    std::size_t coefficientsAt(int image) const { return needsBatch() ? 0 : at(image); }
    int channelsPerGroup() const;
    void setForward(std::size_t at, int channel, double mean, double variance);
    void setBackward(std::size_t at, double gradient, double product);

    Kernels<T> m_kernels;
    Normalization m_normalization;
    int m_groups, m_channels, m_side;
    NormalizationTensors m_tensors;
    int m_room = 0; ///< images that there is memory for
    // [image][channel]: sums of y and y squared; of g and g (y - mean)
    AlignedArray<double> m_sum, m_squares, m_gradientSum, m_products;
    // [image][channel], batch norm: [channel]
    AlignedArray<float> m_mean, m_deviation, m_scale, m_shift, m_p, m_q, m_r;
};

extern template class Activation<float>;
extern template class Activation<BFloat16>;

} // namespace normscope::fast
