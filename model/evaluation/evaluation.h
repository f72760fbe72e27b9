// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

/// One row of a run's curves. Accuracies in percent; train figures are taken as the epoch goes, in
/// training mode (loss: mean of the batches' means); test loss is the mean over the test images.
struct EpochMetrics {
    int epoch = 0; ///< 1-based
    double trainAccuracy = 0;
    double testAccuracy = 0;
    double trainLoss = 0;
    double testLoss = 0;
    double learningRate = 0;
    double seconds = 0; ///< of the training part alone

    friend bool operator==(const EpochMetrics&, const EpochMetrics&) = default;
};

/// What a network said about every test image.
struct Evaluation {
    int classes = 0;
    std::vector<std::uint32_t> index;     ///< position in the data set's test split
    std::vector<std::uint16_t> label;     ///< true class
    std::vector<std::uint16_t> predicted; ///< class of the largest probability
    std::vector<float> probabilities;     ///< [size(), classes], each row sums to 1
    double loss = 0;                      ///< mean negative log-likelihood
    std::size_t correct = 0;

    std::size_t size() const { return index.size(); }
    double accuracy() const { return size() == 0 ? 0 : 100.0 * double(correct) / double(size()); } ///< percent
    float probability(std::size_t row, int klass) const { return probabilities[row * std::size_t(classes) + std::size_t(klass)]; }
};

/// Counts of (true class, predicted class).
class ConfusionMatrix {
public:
    ConfusionMatrix() = default;
    explicit ConfusionMatrix(const Evaluation& evaluation);

    int classes() const { return m_classes; }
    std::size_t count(int trueClass, int predictedClass) const;
    std::size_t rowTotal(int trueClass) const;
    std::size_t columnTotal(int predictedClass) const;
    std::size_t total() const;
    std::size_t incorrect() const;
    /// count / rowTotal, 0 for a class without images.
    double rowFraction(int trueClass, int predictedClass) const;

private:
    int m_classes = 0;
    std::vector<std::size_t> m_counts;
};

/// Rows of `evaluation` with predicted != label, most confident mistakes first, equal ones by index.
std::vector<std::size_t> misclassifiedRows(const Evaluation& evaluation);
/// Rows with this true and predicted class, most confident first.
std::vector<std::size_t> cellRows(const Evaluation& evaluation, int trueClass, int predictedClass);

} // namespace normscope
