// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/seriesmath.h"

#include <algorithm>
#include <cmath>

namespace normscope {

std::vector<float> smoothed(std::span<const float> values, double weight)
{
    std::vector<float> result(values.begin(), values.end());
    double average = 0;
    double missing = 1; // weight to the power of the values so far: the share that the start at 0 still has
    for (float& value : result) {
        if (!std::isfinite(value))
            continue;
        average = weight * average + (1 - weight) * double(value);
        missing *= weight;
        value = static_cast<float>(average / (1 - missing));
    }
    return result;
}

QList<QPointF> decimated(std::span<const float> values, int buckets)
{
    QList<QPointF> points;
    const auto add = [&](std::size_t index) {
        const double x = double(index) + 1;
        if (points.isEmpty() || points.constLast().x() < x)
            points.append(QPointF(x, double(values[index])));
    };
    const std::size_t none = values.size();
    const auto count = static_cast<std::size_t>(std::max(buckets, 1));
    const std::size_t stretches = values.size() <= 2 * count ? std::max<std::size_t>(values.size(), 1) : count;
    std::size_t last = none;
    for (std::size_t bucket = 0; bucket < stretches; ++bucket) {
        const std::size_t end = (bucket + 1) * values.size() / stretches;
        std::size_t smallest = none;
        std::size_t largest = none;
        for (std::size_t i = bucket * values.size() / stretches; i < end; ++i) {
            if (!std::isfinite(values[i]))
                continue;
            if (last == none)
                add(i); // the first of all
            last = i;
            if (smallest == none || values[i] < values[smallest])
                smallest = i;
            if (largest == none || values[i] > values[largest])
                largest = i;
        }
        if (smallest != none) {
            add(std::min(smallest, largest));
            add(std::max(smallest, largest));
        }
    }
    if (last != none)
        add(last);
    return points;
}

int AxisRange::tickCount() const
{
    return static_cast<int>(std::lround((max - min) / step)) + 1;
}

int AxisRange::decimals() const
{
    return std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
}

double niceStep(double raw)
{
    const double power = std::pow(10.0, std::floor(std::log10(raw) + 1e-9));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw * (1 - 1e-9))
            return factor * power;
    return 10 * power;
}

AxisRange niceAxis(double low, double high, int maxTicks)
{
    if (high - low < 1e-9 * std::max(1.0, std::abs(high)))
        high = low + std::max(1e-3, 0.1 * std::abs(low)); // a single value still gets a readable axis
    const int intervals = std::max(maxTicks, 2) - 1;
    double step = niceStep((high - low) / intervals);
    for (;;) {
        const AxisRange range{std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
        if (range.tickCount() <= intervals + 1 || intervals == 1)
            return range;
        step = niceStep(step * 1.5);
    }
}

double readableMaximum(std::vector<double> values)
{
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty())
        return 0;
    const auto rank = static_cast<std::ptrdiff_t>(0.9 * double(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    const double usual = values[static_cast<std::size_t>(rank)];
    const double largest = *std::max_element(values.begin(), values.end());
    return usual > 0 && largest > 4 * usual ? 1.5 * usual : largest;
}

} // namespace normscope
