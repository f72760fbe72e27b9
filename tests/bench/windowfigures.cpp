// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/windowfigures.h"

#include <QFile>

#include <algorithm>
#include <cmath>

namespace normscope::bench {

double quantile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(share * double(values.size())));
    return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

double median(std::vector<double> values)
{
    return quantile(std::move(values), 0.5);
}

double rounded(double value)
{
    return std::round(value * 100) / 100;
}

QJsonObject summary(const std::vector<double>& milliseconds)
{
    return {{QStringLiteral("median_ms"), rounded(median(milliseconds))},
            {QStringLiteral("smallest_ms"), rounded(quantile(milliseconds, 0))},
            {QStringLiteral("largest_ms"), rounded(quantile(milliseconds, 1))},
            {QStringLiteral("count"), int(milliseconds.size())}};
}

double memoryMb(const QString& name)
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray wanted = name.toLatin1() + ':';
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith(wanted))
            return rounded(line.mid(wanted.size()).simplified().split(' ').constFirst().toDouble() / 1000 * 1.024);
    return 0;
}

} // namespace normscope::bench
