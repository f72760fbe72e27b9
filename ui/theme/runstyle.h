// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QPen>

namespace normscope {

/// How a run looks on every page, in every table and in every export: one colour of the Okabe-Ito
/// palette, which colour-blind people can tell apart, and one line style. 28 combinations.
struct RunStyle {
    QColor colour;
    Qt::PenStyle line = Qt::SolidLine;

    QPen pen(qreal width = 2.0) const;
};

RunStyle runStyle(int colourIndex);
int runStyleCount();
/// A short piece of the run's line, for lists and legends.
QIcon runStyleIcon(int colourIndex);

} // namespace normscope
