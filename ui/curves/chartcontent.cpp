// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/chartcontent.h"

#include <QPalette>

#include <algorithm>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

QColor mixed(const QColor& a, const QColor& b, double shareOfB)
{
    const auto mix = [&](int x, int y) { return qRound(x + (y - x) * shareOfB); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

} // namespace

bool ChartContent::isEmpty() const
{
    return std::all_of(series.begin(), series.end(), [](const ChartSeries& s) { return s.points.isEmpty(); });
}

int ChartContent::lastX() const
{
    int last = 0;
    for (const ChartSeries& s : series)
        if (!s.points.isEmpty())
            last = std::max(last, qRound(s.points.constLast().x()));
    return last;
}

ChartStyle ChartStyle::screen(const QPalette& palette, const QFont& font)
{
    const QColor background = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    return {background, text, mixed(background, text, 0.65), mixed(background, text, 0.15), font, 1};
}

ChartStyle ChartStyle::print(double width, double height)
{
    const double text = std::clamp(std::min(width / 70, height / 46), 7.0, 64.0);
    QFont font(u"DejaVu Sans"_s);
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(qRound(text));
    return {Qt::white, Qt::black, QColor(0x59, 0x59, 0x59), QColor(0xd9, 0xd9, 0xd9), font, text / 12};
}

} // namespace normscope
