// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QList>
#include <QPen>
#include <QPointF>

#include <vector>

namespace normscope {

/// Draws curves whose points crowd into an image. QPainter's stroke of a noisy dashed line of two thousand points takes
/// tens of milliseconds; this looks at quarter columns of pixels instead of at the outline of the stroke.
class CurvePainter {
public:
    /// `image`: Format_ARGB32_Premultiplied, and it outlives this.
    explicit CurvePainter(QImage& image);

    /// `points` in pixels of the image, x ascending; what lies outside is cut off. Of the pen count colour, width and
    /// dashes; these are laid along the x axis, where they can be seen in a noisy line too.
    void draw(const std::vector<QPointF>& points, const QPen& pen);

    /// Whether a line's points stand so close that this is the way to draw it; QPainter is the better one for others.
    static bool isCrowded(const std::vector<QPointF>& points);

private:
    struct Span { // of the line's middle in a quarter column; empty where low is above high
        float low = 1;
        float high = 0;
        bool isEmpty() const { return low > high; }
    };

    void trace(const std::vector<QPointF>& points);
    void include(int column, double y0, double y1);
    void cutDashes(const QPen& pen);
    void widen(double width);
    static bool isBetween(const Span& span, const Span& before, const Span& after);
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
