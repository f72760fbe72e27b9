// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/curves/chartcontent.h"

#include <QRectF>
#include <QSizeF>

#include <vector>

class QPainter;

namespace normscope {

/// One run's value under the cursor.
struct CursorRow {
    const ChartSeries* series = nullptr;
    double value = 0;
};

/// Every series that has a value at `x`, best first.
std::vector<CursorRow> cursorRows(const ChartContent& content, int x);

/// The read-out beside the cursor: a title, then a line per run.
class CursorBox {
public:
    /// Sized to fit `plot` on the wider side of a line at `cursorX`.
    CursorBox(const ChartContent& content, int x, const QRectF& plot, double cursorX, const ChartStyle& style);

    /// Sets the box within the plot beside the line, where it covers fewest of `curves`.
    void place(const QList<QPointF>& curves);
    QRectF rect() const { return m_rect; }
    void paint(QPainter& painter) const;

private:
    QString valueText(double value) const;
    void fit();
    double lineHeight() const;

    const ChartContent& m_content;
    const ChartStyle& m_style;
    QFont m_font;
    QString m_title;
    std::vector<CursorRow> m_rows; ///< shown
    std::size_t m_hidden = 0;
    QRectF m_plot;
    double m_cursorX = 0;
    double m_valueWidth = 0;
    QRectF m_rect;
};

/// Points along the drawn lines, at most `spacing` apart, for CursorBox::place().
QList<QPointF> sampledLines(const std::vector<QList<QPointF>>& lines, double spacing);

} // namespace normscope
