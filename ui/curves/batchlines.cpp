// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/batchlines.h"

#include "ui/curves/seriesmath.h"

namespace normscope {

namespace {

constexpr int mostKept = 100; // runs; more are never looked at together

} // namespace

const BatchLine& BatchLines::line(const QString& run, const std::vector<float>& losses, double smoothing, int buckets)
{
    if (m_entries.size() > mostKept)
        m_entries.clear();
    Entry& entry = m_entries[run];
    const float last = losses.empty() ? 0 : losses.back();
    if (entry.size == losses.size() && entry.place == losses.data() && entry.last == last && entry.smoothing == smoothing && entry.buckets == buckets)
        return entry.line;
    const auto values = std::make_shared<const std::vector<float>>(smoothed(losses, smoothing));
    entry = {losses.size(), losses.data(), last, smoothing, buckets, {decimated(losses, buckets), decimated(*values, buckets), values}};
    return entry.line;
}

} // namespace normscope
