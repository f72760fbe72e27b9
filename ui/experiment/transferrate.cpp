// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/transferrate.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr std::int64_t windowMilliseconds = 5'000;
constexpr std::int64_t leastMilliseconds = 400;

} // namespace

void TransferRate::reset()
{
    m_samples.clear();
}

void TransferRate::add(std::int64_t milliseconds, std::uint64_t bytes)
{
    m_samples.push_back({milliseconds, bytes});
    while (m_samples.size() > 2 && milliseconds - m_samples.front().milliseconds > windowMilliseconds)
        m_samples.pop_front();
}

std::optional<double> TransferRate::bytesPerSecond() const
{
    if (m_samples.size() < 2)
        return {};
    const auto elapsed = m_samples.back().milliseconds - m_samples.front().milliseconds;
    if (elapsed < leastMilliseconds || m_samples.back().bytes < m_samples.front().bytes)
        return {};
    return 1000.0 * double(m_samples.back().bytes - m_samples.front().bytes) / double(elapsed);
}

QString durationText(double seconds)
{
    const auto whole = static_cast<qlonglong>(std::ceil(std::max(seconds, 0.0)));
    if (whole < 60)
        return QCoreApplication::translate("Duration", "%1 s").arg(whole);
    if (whole < 3600)
        return QCoreApplication::translate("Duration", "%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return QCoreApplication::translate("Duration", "%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

} // namespace normscope
