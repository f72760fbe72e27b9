// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/curvelayers.h"

#include "ui/curves/curvepainter.h"

#include <QPainter>

#include <algorithm>
#include <utility>

namespace normscope {

bool CurveLayers::Key::operator==(const Key& other) const
{
    return points == other.points && pen == other.pen;
}

QImage CurveLayers::blank() const
{
    QImage image(m_size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    return image;
}

const QImage& CurveLayers::paint(const std::vector<ChartSeries>& series, const QSize& size, const CurveScale& scale)
{
    const bool moved = m_size != size || !(m_scale == scale);
    m_size = size;
    m_scale = scale;
    std::vector<Key> before = moved ? std::vector<Key>() : std::move(m_keys);
    m_keys.clear();
    for (const ChartSeries& one : series)
        m_keys.push_back({one.points, one.pen});
    const auto isStill = [&](std::size_t i) { return i < before.size() && before[i] == m_keys[i]; };
    std::vector<Layer> kept = std::exchange(m_kept, {}); // those that are of use again come back
    m_picture = blank();
    for (std::size_t i = 0; i < series.size();) {
        std::size_t end = i;
        while (end < series.size() && isStill(end))
            ++end;
        if (end < i + 2) { // a single curve is drawn as fast as a picture of it
            draw(m_picture, series[i++]);
            continue;
        }
        const auto known = std::find_if(kept.begin(), kept.end(), [&](const Layer& l) { return l.first == i && l.end == end; });
        const bool useful = !moved && known != kept.end();
        m_kept.push_back(useful ? std::move(*known) : Layer{i, end, {}});
        QPainter(&m_picture).drawImage(0, 0, stillLayer(series, i, end));
        i = end;
    }
    return m_picture;
}

/// Of the layer that was kept last.
const QImage& CurveLayers::stillLayer(const std::vector<ChartSeries>& series, std::size_t first, std::size_t end)
{
    QImage& image = m_kept.back().image;
    if (image.isNull()) {
        image = blank();
        for (std::size_t i = first; i < end; ++i)
            draw(image, series[i]);
    }
    return image;
}

void CurveLayers::draw(QImage& image, const ChartSeries& series) const
{
    std::vector<QPointF> points;
    points.reserve(std::size_t(series.points.size()));
    for (const QPointF& point : series.points)
        points.emplace_back(m_scale.origin.x() + point.x() * m_scale.unit.x(), m_scale.origin.y() + point.y() * m_scale.unit.y());
    QPen pen = series.pen;
    pen.setWidthF(pen.widthF() * m_scale.lineScale);
    if (CurvePainter::isCrowded(points)) {
        CurvePainter(image).draw(points, pen);
        return;
    }
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(pen);
    painter.drawPolyline(points.data(), int(points.size()));
}

} // namespace normscope
