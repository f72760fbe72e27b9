// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/runstyle.h"

#include <QPainter>
#include <QPixmap>

#include <array>

namespace normscope {

namespace {

// Okabe and Ito's palette without black, which a dark theme would hide. Orange, sky blue and above all
// yellow are darkened until a thin line of them can be seen on white paper too.
constexpr std::array<QRgb, 7> colours = {
    0xff0072b2, // blue
    0xffd55e00, // vermillion
    0xff009e73, // bluish green
    0xffcc79a7, // reddish purple
    0xffdb9500, // orange
    0xff4ba6dd, // sky blue
    0xffa39600, // yellow
};
constexpr std::array<Qt::PenStyle, 4> lines = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};

constexpr int iconWidth = 28;
constexpr int iconHeight = 12;
constexpr int iconScale = 3; // sharp up to three device pixels a point

} // namespace

QPen RunStyle::pen(qreal width) const
{
    return QPen(colour, width, line, Qt::FlatCap, Qt::RoundJoin);
}

// 7 and 4 have no common divisor: walking both at once meets all 28 pairs, and neighbours differ in both.
RunStyle runStyle(int colourIndex)
{
    const int index = ((colourIndex % runStyleCount()) + runStyleCount()) % runStyleCount();
    return {QColor(colours[static_cast<std::size_t>(index) % colours.size()]),
            lines[static_cast<std::size_t>(index) % lines.size()]};
}

int runStyleCount()
{
    return int(colours.size() * lines.size());
}

QIcon runStyleIcon(int colourIndex)
{
    QPixmap pixmap(iconWidth * iconScale, iconHeight * iconScale);
    pixmap.setDevicePixelRatio(iconScale);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(runStyle(colourIndex).pen(2.5));
    painter.drawLine(QPointF(1, iconHeight / 2.0), QPointF(iconWidth - 1, iconHeight / 2.0));
    painter.end();
    QIcon icon;
    // The same picture for every mode: a selected or disabled row must not change a run's colour.
    icon.addPixmap(pixmap, QIcon::Normal);
    icon.addPixmap(pixmap, QIcon::Selected);
    icon.addPixmap(pixmap, QIcon::Disabled);
    return icon;
}

} // namespace normscope
