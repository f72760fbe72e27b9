// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPointF>

#include <span>
#include <vector>

namespace normscope {

/// Exponential moving average with bias correction, as TensorBoard's: `weight` 0 gives the values themselves,
/// 0.99 a slow line; the first value stands for itself instead of being drawn towards 0. A value that is not
/// finite stays as it is and does not touch the average.
std::vector<float> smoothed(std::span<const float> values, double weight);

/// The points (index + 1, value) of the finite values. More than 2 * `buckets` are thinned to the smallest and the
/// largest of each of `buckets` stretches of equal length, in order; the first and the last finite value stay.
QList<QPointF> decimated(std::span<const float> values, int buckets);

/// An axis that starts and ends at a labelled number.
struct AxisRange {
    double min = 0;
    double max = 1;
    double step = 1;

    int tickCount() const; ///< both ends included
    int decimals() const;  ///< that its labels need

    friend bool operator==(const AxisRange&, const AxisRange&) = default;
};

/// 1, 2 or 5 times a power of ten, the smallest that is at least `raw` (> 0).
double niceStep(double raw);
/// The range that holds `low` to `high` with at most `maxTicks` ticks (at least 2), both ends multiples of the step.
AxisRange niceAxis(double low, double high, int maxTicks);
/// The upper end to show of values that hold a few very large ones, as those of a diverging run: the largest,
/// unless it lies above four times the 90th percentile; then one and a half times that. Ignores what is not finite.
double readableMaximum(std::vector<double> values);

} // namespace normscope
