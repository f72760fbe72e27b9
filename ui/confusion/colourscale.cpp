// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/colourscale.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace normscope {

namespace {

// ColorBrewer's "Blues" (Cynthia Brewer, Apache License 2.0), made for sequential data in print; the dark row goes
// through the same hue the other way.
constexpr std::array<QRgb, 6> lightStops = {0xffffffff, 0xffd6e6f4, 0xff9ecae1, 0xff559fcd, 0xff2170b4, 0xff08306b};
constexpr std::array<QRgb, 6> darkStops = {0xff20252b, 0xff17375f, 0xff1f5f9f, 0xff4292c6, 0xff8dc1e4, 0xffe3f1fb};

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

} // namespace

QColor ColourScale::at(double fraction) const
{
    const auto& stops = m_dark ? darkStops : lightStops;
    // Confusions are mostly below a fifth: the lower part of the scale gets more of the colours.
    const double shade = std::pow(std::clamp(std::isfinite(fraction) ? fraction : 0.0, 0.0, 1.0), 0.75);
    const double position = shade * double(stops.size() - 1);
    const auto low = std::min(std::size_t(position), stops.size() - 2);
    const double share = position - double(low);
    const auto mix = [&](int (*channel)(QRgb)) {
        return int(std::lround(channel(stops[low]) * (1 - share) + channel(stops[low + 1]) * share));
    };
    return QColor(mix(qRed), mix(qGreen), mix(qBlue));
}

double ColourScale::luminance(const QColor& colour)
{
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

QColor ColourScale::textOn(const QColor& ground)
{
    // Equal contrast with black and white lies at sqrt(1.05 * 0.05) - 0.05.
    return luminance(ground) > 0.179 ? QColor(Qt::black) : QColor(Qt::white);
}

} // namespace normscope
