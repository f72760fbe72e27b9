// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QList>
#include <QPen>
#include <QPointF>
#include <QString>

#include <functional>
#include <optional>
#include <vector>

class QPalette;

namespace normscope {

/// One line of a chart: values only, so that it can be drawn on the screen or in an export.
struct ChartSeries {
    QString name;
    QPen pen;
    QList<QPointF> points;       ///< finite, x ascending
    std::optional<QPointF> best; ///< marked with a ring
    /// The value at a whole x, for the cursor; empty function: the cursor passes the line over.
    std::function<std::optional<double>(int x)> valueAt;
};

struct GuideLine {
    double y = 0;
    QString label;
};

/// All that a chart shows.
struct ChartContent {
    QString title;
    QString subtitle;
    QString xTitle;
    QString yTitle;
    std::vector<ChartSeries> series;
    double xMin = 0;
    double xMax = 1;
    double yLow = 0; ///< of the values; the axis takes round numbers around them
    double yHigh = 1;
    std::optional<GuideLine> guide;
    QString notice; ///< in the middle of the plot, where there is nothing to draw
    QString note;   ///< small, at the top of the plot
    QString cursorTitle; ///< "Epoch %1"
    QString unit;        ///< after a value, " %"
    int decimals = 4;
    bool higherIsBetter = false;

    bool isEmpty() const;   ///< no series has a point
    int lastX() const;      ///< of all points, 0 if there is none
};

/// Colours, font and line width: from the palette on the screen, black on white in an export.
struct ChartStyle {
    QColor background;
    QColor text;
    QColor muted;
    QColor grid;
    QFont font;
    double lineScale = 1;

    static ChartStyle screen(const QPalette& palette, const QFont& font);
    /// For a drawing of this size in logical pixels; text and lines grow with it.
    static ChartStyle print(double width, double height);

    friend bool operator==(const ChartStyle&, const ChartStyle&) = default;
};

} // namespace normscope
