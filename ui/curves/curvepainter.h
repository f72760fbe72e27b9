// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QList>
#include <QPen>
#include <QPointF>

#include <vector>

namespace normscope {

/// Draws curves, lines that never go back in x, into an image. QPainter's stroke of a dashed noisy line of thousands of
/// points takes tens of milliseconds; this looks at quarter columns of pixels instead of at the outline of the stroke.
class CurvePainter {
public:
    /// `image`: Format_ARGB32_Premultiplied, and it outlives this.
    explicit CurvePainter(QImage& image);

    /// `points` in pixels of the image, x ascending; what lies outside is cut off. The pen's colour, width and dashes
    /// count. The dashes follow the line where its points stand apart, and the x axis where they crowd.
    void draw(const std::vector<QPointF>& points, const QPen& pen);

private:
    struct Span { // of the line's middle in a quarter column; empty where low is above high
        float low = 1;
        float high = 0;
        bool isEmpty() const { return low > high; }
    };

    void trace(const std::vector<QPointF>& points);
    void include(int column, double y0, double y1);
    void cutDashes(const QPen& pen, bool alongLine);
    void widen(double width);
    void fill(const QColor& colour);
    void fillColumn(int x, quint32 pixel);
    void addToCoverage(const Span& span);

    QImage& m_image;
    int m_first = 0; ///< first and last quarter column that the line reaches
    int m_last = -1;
    std::vector<Span> m_middle;
    std::vector<Span> m_stroke;
    std::vector<bool> m_gap;
    std::vector<float> m_coverage; ///< differences down one column of pixels
    int m_top = 0;
    int m_bottom = 0;
};

} // namespace normscope
