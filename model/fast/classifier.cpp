// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/classifier.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace normscope::fast {

Classifier::Classifier(int features, int classes, float* weights, float* bias)
    : m_features(features), m_classes(classes), m_weights(weights), m_bias(bias)
{
}

void Classifier::logProbabilities(const float* features, float* output) const
{
    for (int k = 0; k < m_classes; ++k) {
        double sum = double(m_bias[k]);
        for (int f = 0; f < m_features; ++f)
            sum += double(m_weights[k * m_features + f]) * double(features[f]);
        output[k] = static_cast<float>(sum);
    }
    const double largest = double(*std::max_element(output, output + m_classes));
    double total = 0;
    for (int k = 0; k < m_classes; ++k)
        total += std::exp(double(output[k]) - largest);
    const double logTotal = largest + std::log(total);
    for (int k = 0; k < m_classes; ++k)
        output[k] = static_cast<float>(double(output[k]) - logTotal);
}

Classifier::Answer Classifier::learn(const float* features, int label, int images, float* featureGradient, float* sums) const
{
    std::vector<float> logP(static_cast<std::size_t>(m_classes));
    logProbabilities(features, logP.data());
    const Answer answer{-double(logP[static_cast<std::size_t>(label)]),
                        std::max_element(logP.begin(), logP.end()) - logP.begin() == label};
    std::fill_n(featureGradient, m_features, 0.0F);
    float* biasSums = sums + m_classes * m_features;
    for (int k = 0; k < m_classes; ++k) {
        const float g = (std::exp(logP[static_cast<std::size_t>(k)]) - (k == label ? 1.0F : 0.0F)) / static_cast<float>(images);
        biasSums[k] += g;
        for (int f = 0; f < m_features; ++f) {
            sums[k * m_features + f] += g * features[f];
            featureGradient[f] += g * m_weights[k * m_features + f];
        }
    }
    return answer;
}

void Classifier::collectGradient(const std::vector<const float*>& tasks, float* weights, float* bias) const
{
    const int weightCount = m_classes * m_features;
    std::fill_n(weights, weightCount, 0.0F);
    std::fill_n(bias, m_classes, 0.0F);
    for (const float* sums : tasks) {
        for (int i = 0; i < weightCount; ++i)
            weights[i] += sums[i];
        for (int i = 0; i < m_classes; ++i)
            bias[i] += sums[weightCount + i];
    }
}

} // namespace normscope::fast
