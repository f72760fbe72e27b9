// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QPointF>
#include <QString>

#include <memory>
#include <vector>

namespace normscope {

/// What a run's batch losses come to on the screen.
struct BatchLine {
    QList<QPointF> raw;
    QList<QPointF> smooth;
    std::shared_ptr<const std::vector<float>> values; ///< smoothed, all of them
};

/// Keeps the lines of the runs that have not changed: while one run trains, nine others need not be smoothed anew.
class BatchLines {
public:
    const BatchLine& line(const QString& run, const std::vector<float>& losses, double smoothing, int buckets);

private:
    struct Entry {
        std::size_t size = 0;
        const float* place = nullptr; ///< a run that was read again lies elsewhere,
        float last = 0;               ///< or ends otherwise
        double smoothing = -1;
        int buckets = 0;
        BatchLine line;
    };
    QHash<QString, Entry> m_entries;
};

} // namespace normscope
