// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/network/networklayout.h"

#include <QColor>
#include <QPalette>

class QPainter;

namespace normscope {

/// The drawing's colours: of the screen's palette, or black on white for print.
struct NetworkColours {
    QColor background;
    QColor stage;
    QColor text;
    QColor line;
    QColor shortcut;
    QColor highlight;

    static NetworkColours ofPalette(const QPalette& palette);
    static NetworkColours print();
    QColor fill(LayerKind kind) const;
    QColor border(LayerKind kind) const;
};

/// The largest centred rectangle of the drawing's proportions within `target`.
QRectF fittedRect(const NetworkLayout& layout, const QRectF& target);
/// Draws the network into `target`; `highlighted` is a layer's position or -1.
void paintNetwork(QPainter& painter, const QRectF& target, const NetworkLayout& layout, const NetworkColours& colours,
                  int highlighted = -1);

} // namespace normscope
