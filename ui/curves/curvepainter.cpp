// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/curvepainter.h"

#include <QColor>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr int parts = 4; // of a column of pixels
constexpr float margin = 8; // pixels above and below the image that still count
constexpr double crowded = 3; // pixels from point to point

quint32 blended(quint32 below, quint32 pixel, quint32 coverage) // coverage 0 to 256
{
    const quint32 redBlue = (pixel & 0x00ff00ff) * coverage >> 8 & 0x00ff00ff;
    const quint32 alphaGreen = (pixel >> 8 & 0x00ff00ff) * coverage & 0xff00ff00;
    const quint32 over = redBlue | alphaGreen;
    const quint32 rest = 256 - (over >> 24) - (over >> 31); // 255 counts as 256
    return over + (((below & 0x00ff00ff) * rest >> 8 & 0x00ff00ff) | ((below >> 8 & 0x00ff00ff) * rest & 0xff00ff00));
}

} // namespace

CurvePainter::CurvePainter(QImage& image)
    : m_image(image), m_middle(std::size_t(image.width()) * parts), m_stroke(m_middle.size()), m_gap(m_middle.size()),
      m_coverage(std::size_t(image.height()) + 2)
{
}

void CurvePainter::draw(const std::vector<QPointF>& points, const QPen& pen)
{
    if (points.size() < 2 || m_image.isNull())
        return;
    trace(points);
    if (m_first > m_last)
        return;
    cutDashes(pen);
    widen(pen.widthF());
    fill(pen.color());
}

bool CurvePainter::isCrowded(const std::vector<QPointF>& points)
{
    return points.size() > 2 && points.back().x() - points.front().x() < crowded * double(points.size() - 1);
}

void CurvePainter::include(int column, double y0, double y1)
{
    if (column < 0 || column >= int(m_middle.size()))
        return;
    Span& span = m_middle[std::size_t(column)];
    const auto low = float(std::min(y0, y1));
    const auto high = float(std::max(y0, y1));
    span = span.isEmpty() ? Span{low, high} : Span{std::min(span.low, low), std::max(span.high, high)};
}

/// The span of the line in every quarter column.
void CurvePainter::trace(const std::vector<QPointF>& points)
{
    std::fill(m_middle.begin(), m_middle.end(), Span{});
    const double limit = double(m_middle.size());
    m_first = int(std::clamp(std::floor(points.front().x() * parts), 0.0, limit));
    m_last = int(std::clamp(std::floor(points.back().x() * parts), -1.0, limit - 1));
    for (std::size_t i = 1; i < points.size(); ++i) {
        const double x0 = std::clamp(points[i - 1].x() * parts, -1e9, 1e9);
        const double x1 = std::clamp(points[i].x() * parts, x0, 1e9);
        const double y0 = points[i - 1].y();
        const double y1 = points[i].y();
        if (x1 < 0 || x0 >= limit)
            continue;
        const double slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0;
        const int from = int(std::floor(std::max(x0, 0.0)));
        const int to = int(std::floor(std::min(x1, limit - 1)));
        if (from == to && x0 >= 0)
            include(from, y0, y1);
        else
            for (int column = from; column <= to; ++column)
                include(column, y0 + slope * (std::max(x0, double(column)) - x0), y0 + slope * (std::min(x1, column + 1.0) - x0));
    }
}

/// Marks the quarter columns that fall between two dashes.
void CurvePainter::cutDashes(const QPen& pen)
{
    std::fill(m_gap.begin(), m_gap.end(), false);
    const QList<qreal> pattern = pen.dashPattern();
    if (pen.style() == Qt::SolidLine || pattern.isEmpty())
        return;
    const double unit = std::max(pen.widthF(), 1.0);
    qsizetype piece = 0;
    double left = pattern[0] * unit; // of this dash or gap
    for (int column = m_first; column <= m_last; ++column) {
        m_gap[std::size_t(column)] = piece % 2 == 1;
        left -= 1.0 / parts;
        while (left <= 0) {
            piece = (piece + 1) % pattern.size();
            left += std::max(pattern[piece] * unit, 1.0 / parts);
        }
    }
}

/// From the line's middle to its stroke. Straight pieces get their thickness across the line; at peaks it is not
/// taken further than the pen reaches.
void CurvePainter::widen(double width)
{
    const double half = std::max(width, 1.0) / 2;
    const int reach = std::max(1, int(std::lround(half * parts)));
    for (int column = m_first; column <= m_last; ++column) {
        const Span& middle = m_middle[std::size_t(column)];
        Span& stroke = m_stroke[std::size_t(column)] = {};
        if (middle.isEmpty() || m_gap[std::size_t(column)])
            continue;
        Span around = middle;
        for (int other = std::max(m_first, column - reach); other <= std::min(m_last, column + reach); ++other)
            if (const Span& span = m_middle[std::size_t(other)]; !span.isEmpty())
                around = {std::min(around.low, span.low), std::max(around.high, span.high)};
        const float rise = middle.high - middle.low;
        float across = float(half) * std::sqrt(1 + rise * rise * parts * parts);
        if (column > m_first && column < m_last && isBetween(middle, m_middle[std::size_t(column) - 1], m_middle[std::size_t(column) + 1]))
            across = std::max(float(half), across - rise / 2); // on a straight piece the rise is part of the thickness
        stroke = {std::max(middle.low - across, around.low - float(half)), std::min(middle.high + across, around.high + float(half))};
    }
}

/// Whether the line goes on upwards or downwards rather than turning here.
bool CurvePainter::isBetween(const Span& span, const Span& before, const Span& after)
{
    const float centre = span.low + span.high;
    return (before.low + before.high < centre) == (centre < after.low + after.high);
}

void CurvePainter::fill(const QColor& colour)
{
    const quint32 pixel = qPremultiply(colour.rgba());
    for (int x = m_first / parts; x <= m_last / parts; ++x) {
        m_top = m_image.height();
        m_bottom = -1;
        for (int column = std::max(m_first, x * parts); column <= std::min(m_last, x * parts + parts - 1); ++column)
            addToCoverage(m_stroke[std::size_t(column)]);
        if (m_top <= m_bottom)
            fillColumn(x, pixel);
    }
}

void CurvePainter::addToCoverage(const Span& span)
{
    const auto height = float(m_image.height());
    if (span.isEmpty() || span.high < -margin || span.low > height + margin)
        return;
    const float low = std::clamp(span.low, 0.0F, height);
    const float high = std::clamp(span.high, 0.0F, height);
    const auto change = [this](float y, float by) { // from y on, a pixel that y cuts in proportion
        const int row = int(y);
        const float cut = y - float(row);
        m_coverage[std::size_t(row)] += by * (1 - cut);
        m_coverage[std::size_t(row) + 1] += by * cut;
    };
    change(low, 256.0F / parts);
    change(high, -256.0F / parts);
    m_top = std::min(m_top, int(low));
    m_bottom = std::max(m_bottom, std::min(int(high), m_image.height() - 1));
}

void CurvePainter::fillColumn(int x, quint32 pixel)
{
    const auto stride = m_image.bytesPerLine();
    uchar* row = m_image.bits() + m_top * stride;
    float coverage = 0;
    for (int y = m_top; y <= m_bottom; ++y, row += stride) {
        coverage += std::exchange(m_coverage[std::size_t(y)], 0.0F);
        auto& below = reinterpret_cast<quint32*>(row)[x];
        below = blended(below, pixel, quint32(std::clamp(coverage + 0.5F, 0.0F, 256.0F)));
    }
    m_coverage[std::size_t(m_bottom) + 1] = 0;
}

} // namespace normscope
