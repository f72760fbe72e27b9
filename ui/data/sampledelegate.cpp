// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/sampledelegate.h"

#include "ui/data/samplemodel.h"
#include "ui/theme/theme.h"

#include <QPainter>

namespace normscope {

namespace {

constexpr int side = 64; // two screen pixels for one of the image: what the network sees stays visible
constexpr int gap = 4;
constexpr int margin = 6;
constexpr int textLines = 3; // the label and two operations

} // namespace

void SampleDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    const bool selected = option.state & QStyle::State_Selected;
    if (selected)
        painter->fillRect(option.rect, option.palette.highlight());
    const QRect left(option.rect.left() + margin, option.rect.top() + margin, side, side);
    const QRect right = left.translated(side + gap, 0);
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter->drawImage(left, index.data(SampleModel::OriginalRole).value<QImage>());
    painter->drawImage(right, index.data(SampleModel::TransformedRole).value<QImage>());
    const QString operations = index.data(SampleModel::OperationsRole).toString();
    if (!operations.isEmpty()) { // a changed image is marked by more than its look
        painter->setPen(QPen(warningColour(option.palette), 2));
        painter->drawRect(right.adjusted(0, 0, -1, -1));
    }
    const QFontMetrics metrics(option.font);
    QRect line(left.left(), left.bottom() + 2, 2 * side + gap, metrics.height());
    const auto colour = [&](bool muted) {
        return selected ? option.palette.color(QPalette::HighlightedText)
               : muted  ? mutedColour(option.palette)
                        : option.palette.color(QPalette::Text);
    };
    painter->setPen(colour(false));
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(index.data(SampleModel::LabelRole).toString(), Qt::ElideRight, line.width()));
    painter->setPen(colour(true));
    for (const QString& operation : operations.split(QStringLiteral(", "), Qt::SkipEmptyParts)) {
        line.translate(0, metrics.height());
        painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(operation, Qt::ElideRight, line.width()));
    }
    painter->restore();
}

QSize SampleDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {2 * side + gap + 2 * margin, side + 2 * margin + textLines * QFontMetrics(option.font).height()};
}

} // namespace normscope
