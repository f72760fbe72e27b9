// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/evaluation/evaluation.h"

#include <string>
#include <string_view>
#include <vector>

namespace normscope::storage {

// Internal to model/store: the tables of a run's folder as text.

inline constexpr std::string_view metricsHeader
    = "Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n";
inline constexpr std::string_view batchesHeader = "Batch,Train Loss\n";

std::string metricsRow(const EpochMetrics& metrics);
std::string batchRows(std::size_t firstBatch, const std::vector<float>& losses);
std::string predictionsText(const Evaluation& evaluation, const std::vector<std::string>& classNames);
/// The class's name, or its number where it has none.
std::string className(const std::vector<std::string>& classNames, int klass);

struct MetricsTable {
    std::vector<EpochMetrics> epochs; ///< up to the first bad row
    std::string problem;              ///< "line 4: ..."; empty if there is none
    bool cutShort = false;            ///< a last row without its end was dropped
};
MetricsTable readMetrics(std::string_view text);

/// The losses up to the first row that cannot be read.
std::vector<float> readBatches(std::string_view text);

/// Error messages begin with "PATH, line N:". `loss` and `correct` are worked out anew.
Result<Evaluation> readPredictions(std::string_view text, const std::string& path);

} // namespace normscope::storage
