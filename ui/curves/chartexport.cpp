// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/chartexport.h"

#include "ui/curves/chartscene.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace normscope {

namespace {

constexpr double titleScale = 1.4;
constexpr double legendShare = 0.3; // of the height, at most

/// Draws one centred line at the top of `area` and takes its height off.
void drawLine(QPainter& painter, QRectF& area, const QFont& font, const QColor& colour, const QString& text)
{
    if (text.isEmpty())
        return;
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(QRectF(area.topLeft(), QSizeF(area.width(), metrics.height())), Qt::AlignCenter,
                     metrics.elidedText(text, Qt::ElideRight, area.width()));
    area.setTop(area.top() + 1.15 * metrics.height());
}

void paintChart(QPainter& painter, const QRectF& target, const ChartContent& content, const std::vector<LegendEntry>& legend)
{
    const ChartStyle style = ChartStyle::print(target.width(), target.height());
    const double em = QFontMetricsF(style.font).height();
    painter.fillRect(target, style.background);
    QRectF area = target.adjusted(0.8 * em, 0.6 * em, -0.8 * em, -0.5 * em);
    QFont titleFont = style.font;
    titleFont.setPixelSize(qRound(titleScale * style.font.pixelSize()));
    titleFont.setBold(true);
    drawLine(painter, area, titleFont, style.text, content.title);
    drawLine(painter, area, style.font, style.muted, content.subtitle);

    const int lines = std::max(1, static_cast<int>(legendShare * target.height() / (1.35 * em)));
    const LegendLayout layout(legend, area.width(), style.font, lines, true);
    const QPointF legendCorner(area.left(), area.bottom() - layout.height());
    area.setBottom(legendCorner.y() - 0.4 * em);

    ChartScene scene;
    scene.setContent(content, style, area.size());
    scene.render(painter, area);
    layout.paint(painter, legendCorner, style.text, style.lineScale);
}

} // namespace

ExportItem chartExport(ChartContent content, std::vector<LegendEntry> legend, const QString& fileStem)
{
    ExportItem item;
    item.title = content.title;
    item.fileStem = fileStem;
    item.paint = [content = std::move(content), legend = std::move(legend)](QPainter& painter, const QRectF& target) {
        paintChart(painter, target, content, legend);
    };
    return item;
}

} // namespace normscope
