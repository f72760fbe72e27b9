// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/curves/chartcontent.h"

#include <QRectF>
#include <QSizeF>

#include <memory>

class QPainter;

namespace normscope {

/// Draws a ChartContent; the only class that knows Qt Charts. It leaves the axes to Qt Charts and draws the curves itself:
/// a QLineSeries takes tens of milliseconds for a noisy line of two thousand points, ten runs of them a second.
class ChartScene {
public:
    ChartScene();
    ~ChartScene();

    /// True where the frame, the axes with all that belongs to them, is another than before.
    bool setContent(const ChartContent& content, const ChartStyle& style, const QSizeF& size);
    /// Into `target`, which has the size given to setContent().
    void render(QPainter& painter, const QRectF& target) const;
    /// The same in two parts: what seldom changes, and what does with every new point.
    void renderFrame(QPainter& painter, const QRectF& target) const;
    void renderCurves(QPainter& painter, const QRectF& target) const;

    QRectF plotArea() const; ///< within a drawing whose corner is (0, 0)
    QRectF noteRect() const; ///< of the content's note; null if there is none
    QPointF position(const QPointF& value) const;
    double xAt(double position) const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
