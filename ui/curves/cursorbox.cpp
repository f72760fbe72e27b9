// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/cursorbox.h"

#include <QCoreApplication>
#include <QFontInfo>
#include <QFontMetricsF>
#include <QLineF>
#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr double padding = 5;
constexpr double lineGap = 10; // between the cursor line and the box
constexpr double sample = 22;
constexpr double columnGap = 7;
constexpr double stepDown = 8; // between two places that are tried
constexpr double smallFont = 0.85; // for more rows than fit in the usual one
constexpr double nameShare = 0.36; // of the plot's width, for the names
constexpr double leastNames = 11;  // in heights of a line

} // namespace

std::vector<CursorRow> cursorRows(const ChartContent& content, int x)
{
    std::vector<CursorRow> rows;
    for (const ChartSeries& series : content.series)
        if (const auto value = series.valueAt ? series.valueAt(x) : std::nullopt)
            rows.push_back({&series, *value});
    std::stable_sort(rows.begin(), rows.end(), [&](const CursorRow& a, const CursorRow& b) {
        return content.higherIsBetter ? a.value > b.value : a.value < b.value;
    });
    return rows;
}

CursorBox::CursorBox(const ChartContent& content, int x, const QRectF& plot, double cursorX, const ChartStyle& style)
    : m_content(content), m_style(style), m_font(style.font), m_title(content.cursorTitle.arg(x)), m_rows(cursorRows(content, x)), m_plot(plot),
      m_cursorX(cursorX)
{
    fit();
}

QString CursorBox::valueText(double value) const
{
    return QLocale::c().toString(value, 'f', m_content.decimals) + m_content.unit;
}

double CursorBox::lineHeight() const
{
    return std::ceil(QFontMetricsF(m_font).height());
}

void CursorBox::fit()
{
    const auto fittingRows = [this] {
        return static_cast<std::size_t>(std::max(2.0, (m_plot.height() - 2 * padding - 4) / lineHeight() - 1));
    };
    if (m_rows.size() > fittingRows())
        m_font.setPixelSize(qRound(smallFont * QFontInfo(m_font).pixelSize()));
    const std::size_t fitting = fittingRows();
    const double line = lineHeight();
    const QFontMetricsF metrics(m_font);
    if (m_rows.size() > fitting) {
        m_hidden = m_rows.size() - (fitting - 1);
        m_rows.resize(fitting - 1);
    }
    double width = metrics.horizontalAdvance(m_title);
    double names = 0;
    for (const CursorRow& row : m_rows) {
        m_valueWidth = std::max(m_valueWidth, metrics.horizontalAdvance(valueText(row.value)));
        names = std::max(names, metrics.horizontalAdvance(row.series->name));
    }
    names = std::min(names, std::max(nameShare * m_plot.width(), leastNames * line));
    if (!m_rows.empty())
        width = std::max(width, sample + m_valueWidth + std::ceil(names) + 1 + 2 * columnGap);
    const double room = std::max(m_cursorX - m_plot.left(), m_plot.right() - m_cursorX) - lineGap - 2;
    const auto lines = 1 + m_rows.size() + (m_hidden > 0 ? 1 : 0);
    m_rect.setSize(QSizeF(std::min(width + 2 * padding, room), double(lines) * line + 2 * padding));
}

void CursorBox::place(const QList<QPointF>& curves)
{
    qsizetype fewest = -1;
    const QSizeF size = m_rect.size();
    for (const double left : {m_cursorX + lineGap, m_cursorX - lineGap - size.width()}) {
        if (left < m_plot.left() || left + size.width() > m_plot.right())
            continue;
        for (double top = m_plot.top() + 2; fewest < 0 || top + size.height() <= m_plot.bottom(); top += stepDown) {
            const QRectF place(QPointF(left, top), size);
            const auto covered = std::count_if(curves.begin(), curves.end(), [&](const QPointF& p) { return place.contains(p); });
            if (fewest < 0 || covered < fewest) {
                fewest = covered;
                m_rect = place;
            }
        }
    }
}

void CursorBox::paint(QPainter& painter) const
{
    const QFontMetricsF metrics(m_font);
    const double line = lineHeight();
    painter.save();
    painter.setPen(QPen(m_style.muted, 1));
    painter.setBrush(m_style.background);
    painter.drawRoundedRect(m_rect, 3, 3);

    painter.setFont(m_font);
    QRectF at(m_rect.left() + padding, m_rect.top() + padding, m_rect.width() - 2 * padding, line);
    painter.setPen(m_style.muted);
    painter.drawText(at, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    for (const CursorRow& row : m_rows) {
        at.translate(0, line);
        painter.setPen(row.series->pen);
        painter.drawLine(QPointF(at.left(), at.center().y()), QPointF(at.left() + sample, at.center().y()));
        painter.setPen(m_style.text);
        const QRectF value(at.left() + sample + columnGap, at.top(), m_valueWidth, line);
        painter.drawText(value, Qt::AlignRight | Qt::AlignVCenter | Qt::TextDontClip, valueText(row.value));
        const QRectF name(value.right() + columnGap, at.top(), at.right() - value.right() - columnGap, line);
        if (name.width() > 0)
            painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(row.series->name, Qt::ElideMiddle, name.width() + 0.5));
    }
    if (m_hidden > 0) {
        at.translate(0, line);
        painter.setPen(m_style.muted);
        painter.drawText(at, Qt::AlignLeft | Qt::AlignVCenter,
                         QCoreApplication::translate("normscope::CursorBox", "and %1 more").arg(m_hidden));
    }
    painter.restore();
}

QList<QPointF> sampledLines(const std::vector<QList<QPointF>>& lines, double spacing)
{
    QList<QPointF> samples;
    for (const QList<QPointF>& line : lines) {
        for (qsizetype i = 0; i < line.size(); ++i) {
            samples.append(line[i]);
            if (i + 1 == line.size())
                break;
            const QLineF piece(line[i], line[i + 1]);
            const int inner = static_cast<int>(std::min(piece.length() / spacing, 200.0));
            for (int k = 1; k <= inner; ++k)
                samples.append(piece.pointAt(double(k) / (inner + 1)));
        }
    }
    return samples;
}

} // namespace normscope
