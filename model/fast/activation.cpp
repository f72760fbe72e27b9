// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/activation.h"

#include <algorithm>
#include <cmath>

namespace normscope::fast {

namespace {

constexpr double epsilon = 1e-5;        // PyTorch's defaults
constexpr double runningMomentum = 0.1;

/// Rounding may leave a variance of 0 just below it; a NaN stays one.
double positive(double variance)
{
    return variance < 0.0 ? 0.0 : variance;
}

} // namespace

template <typename T>
Activation<T>::Activation(const Kernels<T>& kernels, Normalization normalization, int groups, int channels, int side,
                          const NormalizationTensors& tensors)
    : m_kernels(kernels), m_normalization(normalization), m_groups(groups), m_channels(channels), m_side(side), m_tensors(tensors)
{
}

template <typename T> void Activation<T>::reserve(int images)
{
    if (m_room >= images)
        return;
    m_room = 0; // until all of it is there
    for (auto* array : {&m_sum, &m_squares, &m_gradientSum, &m_products})
        *array = AlignedArray<double>(at(images));
    for (auto* array : {&m_mean, &m_deviation, &m_scale, &m_shift, &m_p, &m_q, &m_r})
        *array = AlignedArray<float>(at(images));
    if (m_normalization == Normalization::None)
        std::fill_n(m_scale.data(), m_scale.size(), 1.0F);
    m_room = images;
}

template <typename T> int Activation<T>::channelsPerGroup() const
{
    switch (m_normalization) {
    case Normalization::Layer: return m_channels;
    case Normalization::Group: return m_channels / m_groups;
    default: return 1;
    }
}

/// Scale and shift of y for one channel (of one image): normalization, weight and bias.
template <typename T> void Activation<T>::setForward(std::size_t at, int channel, double mean, double variance)
{
    const double deviation = 1.0 / std::sqrt(variance + epsilon);
    const double scale = deviation * double(m_tensors.weight[channel]);
    m_mean[at] = static_cast<float>(mean);
    m_deviation[at] = static_cast<float>(deviation);
    m_scale[at] = static_cast<float>(scale);
    m_shift[at] = static_cast<float>(double(m_tensors.bias[channel]) - mean * scale);
}

/// With d = 1 / deviation, y' = (y - mean) d and g the gradient of y' (that of the output times the weight):
/// gradient of y = d (g - mean of g - y' mean of (g y')). Given are the means of g and of g (y - mean).
template <typename T> void Activation<T>::setBackward(std::size_t at, double gradient, double product)
{
    const double deviation = m_deviation[at];
    const double q = -deviation * deviation * deviation * product;
    m_p[at] = m_scale[at];
    m_q[at] = static_cast<float>(q);
    m_r[at] = static_cast<float>(-deviation * gradient - q * double(m_mean[at]));
}

/// Mean and variance in double: a difference of two sums that float could not take.
template <typename T> void Activation<T>::statistics(int image, const T* y)
{
    if (m_normalization == Normalization::None)
        return;
    double* sum = &m_sum[at(image)];
    double* squares = &m_squares[at(image)];
    m_kernels.statistics(y, m_channels, m_side * m_side, sum, squares);
    if (needsBatch())
        return;
    const int width = channelsPerGroup();
    const double count = double(width) * m_side * m_side;
    for (int first = 0; first < m_channels; first += width) {
        double total = 0, totalSquares = 0;
        for (int c = first; c < first + width; ++c) {
            total += sum[c];
            totalSquares += squares[c];
        }
        const double mean = total / count;
        const double variance = positive(totalSquares / count - mean * mean);
        for (int c = first; c < first + width; ++c)
            setForward(at(image) + static_cast<std::size_t>(c), c, mean, variance);
    }
}

template <typename T> void Activation<T>::batchStatistics(int images)
{
    const double count = double(images) * m_side * m_side;
    for (int c = 0; c < m_channels; ++c) {
        const auto channel = static_cast<std::size_t>(c);
        double total = 0, totalSquares = 0;
        for (int image = 0; image < images; ++image) {
            total += m_sum[at(image) + channel];
            totalSquares += m_squares[at(image) + channel];
        }
        const double mean = total / count;
        const double variance = positive(totalSquares / count - mean * mean);
        setForward(channel, c, mean, variance);
        const auto move = [](float& running, double value) { running = static_cast<float>((1 - runningMomentum) * double(running) + runningMomentum * value); };
        move(m_tensors.runningMean[c], mean);
        move(m_tensors.runningVar[c], variance * count / std::max(count - 1.0, 1.0));
    }
    ++*m_tensors.batchesTracked;
}

template <typename T> void Activation<T>::useRunningStatistics()
{
    for (int c = 0; c < m_channels; ++c) {
        setForward(static_cast<std::size_t>(c), c, double(m_tensors.runningMean[c]), double(m_tensors.runningVar[c]));
    }
}

template <typename T> void Activation<T>::activate(int image, const T* y, T* a, const DropoutMask& dropout, bool training)
{
    const std::size_t i = coefficientsAt(image);
    m_kernels.activate(y, a, m_channels, m_side * m_side, &m_scale[i], &m_shift[i], training ? dropout : DropoutMask());
}

template <typename T>
void Activation<T>::activateBackward(int image, const T* a, const T* y, T* gradient, float dropoutScale)
{
    double* sum = &m_gradientSum[at(image)];
    double* products = &m_products[at(image)];
    m_kernels.activateBackward(a, y, gradient, m_channels, m_side * m_side, &m_mean[coefficientsAt(image)], dropoutScale, sum, products);
    if (needsBatch() || m_normalization == Normalization::None)
        return;
    const int width = channelsPerGroup();
    const double count = double(width) * m_side * m_side;
    for (int first = 0; first < m_channels; first += width) {
        double total = 0, totalProducts = 0;
        for (int c = first; c < first + width; ++c) {
            total += double(m_tensors.weight[c]) * sum[c];
            totalProducts += double(m_tensors.weight[c]) * products[c];
        }
        for (int c = first; c < first + width; ++c)
            setBackward(at(image) + static_cast<std::size_t>(c), total / count, totalProducts / count);
    }
}

template <typename T> void Activation<T>::batchGradient(int images)
{
    const double count = double(images) * m_side * m_side;
    for (int c = 0; c < m_channels; ++c) {
        const auto channel = static_cast<std::size_t>(c);
        double total = 0, totalProducts = 0;
        for (int image = 0; image < images; ++image) {
            total += m_gradientSum[at(image) + channel];
            totalProducts += m_products[at(image) + channel];
        }
        const double weight = double(m_tensors.weight[c]);
        setBackward(channel, weight * total / count, weight * totalProducts / count);
    }
}

template <typename T> void Activation<T>::normalizeBackward(int image, const T* y, T* gradient)
{
    if (m_normalization == Normalization::None)
        return;
    const std::size_t i = coefficientsAt(image);
    m_kernels.normalizeBackward(y, gradient, m_channels, m_side * m_side, &m_p[i], &m_q[i], &m_r[i]);
}

template <typename T> void Activation<T>::collectGradient(int images, float* weight, float* bias) const
{
    for (int c = 0; c < m_channels; ++c) {
        double sum = 0, products = 0;
        for (int image = 0; image < images; ++image) {
            const auto channel = static_cast<std::size_t>(c);
            sum += m_gradientSum[at(image) + channel];
            products += m_products[at(image) + channel] * double(m_deviation[coefficientsAt(image) + channel]);
        }
        weight[c] = static_cast<float>(products);
        bias[c] = static_cast<float>(sum);
    }
}

template class Activation<float>;
template class Activation<BFloat16>;

} // namespace normscope::fast
