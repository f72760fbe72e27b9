// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace normscope::fast {

/// The last layers: a 1x1 convolution of the 32 averaged features to the classes, log-softmax and the loss.
class Classifier {
public:
    Classifier(int features, int classes, float* weights, float* bias);

    int classes() const { return m_classes; }
    void logProbabilities(const float* features, float* output) const;

    struct Answer {
        double loss = 0; ///< negative log-likelihood of the label
        bool correct = false;
    };
    /// Also the gradient for the features, for a loss that is the mean over `images` images, and adds the image's share
    /// of the parameters' gradient to `sums` (weights, then bias; see gradientSize()).
    Answer learn(const float* features, int label, int images, float* featureGradient, float* sums) const;

    /// One gradient from the sums of several tasks, added up in their order.
    void collectGradient(const std::vector<const float*>& tasks, float* weights, float* bias) const;
    std::size_t gradientSize() const { return static_cast<std::size_t>(m_classes * (m_features + 1)); }

private:
    int m_features, m_classes;
    float* m_weights;
    float* m_bias;
};

} // namespace normscope::fast
