// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/scalelegend.h"

#include "ui/confusion/colourscale.h"
#include "ui/theme/theme.h"

#include <QPainter>

namespace normscope {

namespace {
constexpr int barWidth = 110;
constexpr int endGap = 6;
} // namespace

ScaleLegend::ScaleLegend(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setToolTip(tr("Share of a true class's test images: a row adds up to 1. The colours mean the same in both views."));
}

QSize ScaleLegend::sizeHint() const
{
    return {barWidth + 2 * (endGap + fontMetrics().horizontalAdvance(QLatin1Char('0'))), fontMetrics().height() + 4};
}

void ScaleLegend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const ColourScale scale(isDark(palette()));
    const int left = fontMetrics().horizontalAdvance(QLatin1Char('0')) + endGap;
    const QRect bar(left, 3, barWidth, height() - 6);
    for (int x = 0; x < bar.width(); ++x)
        painter.fillRect(QRect(bar.left() + x, bar.top(), 1, bar.height()), scale.at(double(x) / (bar.width() - 1)));
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawRect(bar.adjusted(0, 0, -1, -1));
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0"));
    painter.drawText(rect(), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("1"));
}

} // namespace normscope
