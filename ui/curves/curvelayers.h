// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/curves/chartcontent.h"

#include <QImage>
#include <QPointF>

#include <vector>

namespace normscope {

/// Where values lie in a picture: pixels of the value (0, 0), and of a step by 1 along each axis.
struct CurveScale {
    QPointF origin;
    QPointF unit;
    double lineScale = 1;

    friend bool operator==(const CurveScale&, const CurveScale&) = default;
};

/// All curves of a chart as a picture on a transparent ground. Curves that stand still from one picture to the next are
/// kept in pictures of their own: while one run of ten trains, only its two lines are drawn anew.
class CurveLayers {
public:
    const QImage& paint(const std::vector<ChartSeries>& series, const QSize& size, const CurveScale& scale);

private:
    struct Key {
        QList<QPointF> points; ///< shared with the series, so that the many points of an unchanged run compare at once
        QPen pen;
        bool operator==(const Key& other) const;
    };
    struct Layer {
        std::size_t first = 0;
        std::size_t end = 0;
        QImage image;
    };

    QImage blank() const;
    const QImage& stillLayer(const std::vector<ChartSeries>& series, std::size_t first, std::size_t end);
    void draw(QImage& image, const ChartSeries& series) const;

    QSize m_size;
    CurveScale m_scale;
    std::vector<Key> m_keys;
    std::vector<Layer> m_kept;
    QImage m_picture;
};

} // namespace normscope
