// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/network/networkpainter.h"

#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace normscope {

namespace {

// Okabe and Ito's palette: colour-blind people can tell these apart.
const QColor blue(0x00, 0x72, 0xb2), orange(0xe6, 0x9f, 0x00), green(0x00, 0x9e, 0x73), sky(0x56, 0xb4, 0xe9),
    vermilion(0xd5, 0x5e, 0x00), purple(0xcc, 0x79, 0xa7), grey(0x88, 0x88, 0x88);

QColor mixed(const QColor& colour, const QColor& base, double share)
{
    const auto channel = [share](int a, int b) { return int(share * a + (1 - share) * b + 0.5); };
    return {channel(colour.red(), base.red()), channel(colour.green(), base.green()),
            channel(colour.blue(), base.blue())};
}

QColor kindColour(LayerKind kind)
{
    switch (kind) {
    case LayerKind::Convolution: return blue;
    case LayerKind::Normalization: return orange;
    case LayerKind::Activation: return green;
    case LayerKind::Pool: return sky;
    case LayerKind::Add: return vermilion;
    case LayerKind::Softmax: return purple;
    case LayerKind::Input: break;
    }
    return grey;
}

void paintArrow(QPainter& painter, const NetworkLayout::Arrow& arrow, const NetworkColours& colours)
{
    const QColor colour = arrow.shortcut ? colours.shortcut : colours.line;
    painter.setPen(QPen(colour, arrow.shortcut ? 2.6 : 1.4, Qt::SolidLine, Qt::RoundCap));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(arrow.path);
    painter.save();
    painter.translate(arrow.tip);
    painter.rotate(arrow.angle);
    const double side = arrow.shortcut ? 8 : 6;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawPolygon(QPolygonF({{0, 0}, {-side, -side / 2}, {-side, side / 2}}));
    painter.restore();
}

void paintStage(QPainter& painter, const NetworkLayout::Stage& stage, const NetworkColours& colours)
{
    if (stage.isAdd)
        return;
    painter.setPen(QPen(stage.row > 0 ? colours.shortcut : colours.line, stage.row > 0 ? 1.6 : 0.8));
    painter.setBrush(colours.stage);
    painter.drawRoundedRect(stage.rect, 7, 7);
    painter.setPen(colours.text);
    const QFont plain = painter.font();
    QFont bold = plain;
    bold.setBold(true);
    painter.setFont(bold);
    painter.drawText(stage.rect.adjusted(0, 3, 0, 0), Qt::AlignHCenter | Qt::AlignTop, stage.title);
    painter.setFont(plain);
    painter.drawText(stage.rect.adjusted(0, 0, 0, -4), Qt::AlignHCenter | Qt::AlignBottom, stage.shape);
}

void paintLayer(QPainter& painter, const NetworkLayout::Layer& layer, const NetworkColours& colours, bool highlighted)
{
    painter.setPen(highlighted ? QPen(colours.highlight, 2.6) : QPen(colours.border(layer.kind), 1));
    painter.setBrush(colours.fill(layer.kind));
    if (layer.kind == LayerKind::Add) {
        painter.drawEllipse(layer.rect);
        painter.setPen(QPen(colours.text, 2));
        const QPointF c = layer.rect.center();
        painter.drawLine(c - QPointF(6, 0), c + QPointF(6, 0));
        painter.drawLine(c - QPointF(0, 6), c + QPointF(0, 6));
        return;
    }
    painter.drawRoundedRect(layer.rect, 4, 4);
    painter.setPen(colours.text);
    painter.drawText(layer.rect, Qt::AlignCenter, layer.text);
}

/// From each layer to the next one of its stage.
void paintSteps(QPainter& painter, const NetworkLayout& layout, const NetworkLayout::Stage& stage,
                const NetworkColours& colours)
{
    painter.setPen(QPen(colours.line, 1.2));
    for (std::size_t i = 1; i < stage.layers.size(); ++i) {
        const QRectF& above = layout.layers[std::size_t(stage.layers[i - 1])].rect;
        const QRectF& below = layout.layers[std::size_t(stage.layers[i])].rect;
        painter.drawLine(QPointF(above.center().x(), above.bottom()), QPointF(below.center().x(), below.top()));
    }
}

} // namespace

NetworkColours NetworkColours::ofPalette(const QPalette& palette)
{
    const QColor base = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    const QColor strong = isDark(palette) ? QColor(0xff, 0x8c, 0x3a) : vermilion;
    return {base, mixed(text, base, 0.05), text, mixed(text, base, 0.55), strong, palette.color(QPalette::Highlight)};
}

NetworkColours NetworkColours::print()
{
    return {Qt::white, QColor(0xf4, 0xf4, 0xf4), Qt::black, QColor(0x60, 0x60, 0x60), vermilion, Qt::black};
}

QColor NetworkColours::fill(LayerKind kind) const
{
    return mixed(kindColour(kind), background, 0.30);
}

QColor NetworkColours::border(LayerKind kind) const
{
    return mixed(kindColour(kind), background, 0.85);
}

QRectF fittedRect(const NetworkLayout& layout, const QRectF& target)
{
    if (layout.size.isEmpty() || target.isEmpty())
        return {};
    const double scale = std::min(target.width() / layout.size.width(), target.height() / layout.size.height());
    QRectF fitted(QPointF(0, 0), layout.size * scale);
    fitted.moveCenter(target.center());
    return fitted;
}

void paintNetwork(QPainter& painter, const QRectF& target, const NetworkLayout& layout, const NetworkColours& colours,
                  int highlighted)
{
    const QRectF fitted = fittedRect(layout, target);
    if (fitted.isEmpty())
        return;
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.translate(fitted.topLeft());
    painter.scale(fitted.width() / layout.size.width(), fitted.height() / layout.size.height());
    painter.setFont(NetworkLayout::font());
    for (const auto& stage : layout.stages) {
        paintStage(painter, stage, colours);
        paintSteps(painter, layout, stage, colours);
    }
    for (const auto& arrow : layout.arrows)
        paintArrow(painter, arrow, colours);
    for (const auto& layer : layout.layers)
        paintLayer(painter, layer, colours, layer.index == highlighted);
    painter.restore();
}

} // namespace normscope
