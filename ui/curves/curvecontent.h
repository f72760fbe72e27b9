// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/curves/batchlines.h"
#include "ui/curves/chartcontent.h"
#include "ui/curves/history.h"
#include "ui/curves/runlegend.h"

namespace normscope {

/// The four charts of the page, in its order.
enum class Curve { TrainLoss, TestLoss, TrainAccuracy, TestAccuracy };

ChartContent epochContent(Curve curve, const std::vector<RunHistory>& runs);
/// File name without suffix: "test-accuracy".
QString curveStem(Curve curve);

/// The batch-by-batch training loss: the smoothed line of each run over its raw one; at most 2 * `buckets` points each.
/// `kept` remembers the lines from one call to the next.
ChartContent batchContent(const History& history, double smoothing, int buckets, BatchLines& kept);

/// One entry per run. `batches`: for the chart of batches, where a run appears earlier.
std::vector<LegendEntry> legendEntries(const History& history, bool batches);

} // namespace normscope
