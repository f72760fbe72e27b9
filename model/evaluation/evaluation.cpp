// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/evaluation/evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace normscope {

namespace {

/// Confidence in the predicted class. NaN, which a diverged network answers, counts as none at all:
/// it would break the order that sorting needs.
float confidence(const Evaluation& evaluation, std::size_t row)
{
    const float p = evaluation.probability(row, evaluation.predicted[row]);
    return std::isnan(p) ? -1.0F : p;
}

void sortByConfidence(const Evaluation& evaluation, std::vector<std::size_t>& rows)
{
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        const float pa = confidence(evaluation, a);
        const float pb = confidence(evaluation, b);
        if (pa != pb)
            return pa > pb;
        return evaluation.index[a] != evaluation.index[b] ? evaluation.index[a] < evaluation.index[b] : a < b;
    });
}

template <class Wanted>
std::vector<std::size_t> sortedRows(const Evaluation& evaluation, Wanted wanted)
{
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < evaluation.size(); ++row)
        if (wanted(row))
            rows.push_back(row);
    sortByConfidence(evaluation, rows);
    return rows;
}

} // namespace

ConfusionMatrix::ConfusionMatrix(const Evaluation& evaluation)
    : m_classes(std::max(evaluation.classes, 0))
    , m_counts(std::size_t(m_classes) * std::size_t(m_classes))
{
    for (std::size_t row = 0; row < evaluation.size(); ++row)
        if (evaluation.label[row] < m_classes && evaluation.predicted[row] < m_classes)
            ++m_counts[std::size_t(evaluation.label[row]) * std::size_t(m_classes) + evaluation.predicted[row]];
}

std::size_t ConfusionMatrix::count(int trueClass, int predictedClass) const
{
    if (trueClass < 0 || trueClass >= m_classes || predictedClass < 0 || predictedClass >= m_classes)
        return 0;
    return m_counts[std::size_t(trueClass) * std::size_t(m_classes) + std::size_t(predictedClass)];
}

std::size_t ConfusionMatrix::rowTotal(int trueClass) const
{
    std::size_t sum = 0;
    for (int predicted = 0; predicted < m_classes; ++predicted)
        sum += count(trueClass, predicted);
    return sum;
}

std::size_t ConfusionMatrix::columnTotal(int predictedClass) const
{
    std::size_t sum = 0;
    for (int label = 0; label < m_classes; ++label)
        sum += count(label, predictedClass);
    return sum;
}

std::size_t ConfusionMatrix::total() const
{
    return std::accumulate(m_counts.begin(), m_counts.end(), std::size_t(0));
}

std::size_t ConfusionMatrix::incorrect() const
{
    std::size_t right = 0;
    for (int klass = 0; klass < m_classes; ++klass)
        right += count(klass, klass);
    return total() - right;
}

double ConfusionMatrix::rowFraction(int trueClass, int predictedClass) const
{
    const std::size_t all = rowTotal(trueClass);
    return all == 0 ? 0.0 : double(count(trueClass, predictedClass)) / double(all);
}

std::vector<std::size_t> misclassifiedRows(const Evaluation& evaluation)
{
    return sortedRows(evaluation,
                      [&](std::size_t row) { return evaluation.predicted[row] != evaluation.label[row]; });
}

std::vector<std::size_t> cellRows(const Evaluation& evaluation, int trueClass, int predictedClass)
{
    return sortedRows(evaluation, [&](std::size_t row) {
        return evaluation.label[row] == trueClass && evaluation.predicted[row] == predictedClass;
    });
}

} // namespace normscope
