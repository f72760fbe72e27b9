// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/errors/thumbnaildelegate.h"

#include "ui/compare/format.h"
#include "ui/errors/thumbnailmodel.h"

#include <QApplication>
#include <QFontInfo>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr int inset = 4;
constexpr int widestCaption = 104; ///< beyond it names are elided: pictures should not lie far apart

double widest(const QStringList& names, const QFontMetricsF& metrics)
{
    double width = 0;
    for (const QString& name : names)
        width = std::max(width, metrics.horizontalAdvance(name));
    return width;
}

} // namespace

ThumbnailDelegate::ThumbnailDelegate(QObject* parent) : QStyledItemDelegate(parent) {}

QFont ThumbnailDelegate::captionFont(const QFont& font)
{
    QFont small = font;
    small.setPixelSize(std::max(10, int(std::lround(QFontInfo(font).pixelSize() * 0.85))));
    return small;
}

int ThumbnailDelegate::captionWidth(const QStringList& classNames, int pictureSide, const QFont& font)
{
    const QFontMetricsF metrics(captionFont(font));
    const double asked = std::ceil(widest(classNames, metrics) + metrics.horizontalAdvance(QStringLiteral(" 0.00"))) + 1;
    return std::max(pictureSide, int(std::min<double>(asked, widestCaption)));
}

bool ThumbnailDelegate::pairsFit(const QStringList& classNames, const QFont& font, double width)
{
    const QFontMetricsF metrics(captionFont(font));
    QStringList byWidth = classNames;
    std::partial_sort(byWidth.begin(), byWidth.begin() + std::min<qsizetype>(2, byWidth.size()), byWidth.end(),
                      [&](const QString& a, const QString& b) { return metrics.horizontalAdvance(a) > metrics.horizontalAdvance(b); });
    return byWidth.size() < 2 || metrics.horizontalAdvance(byWidth[0] + QStringLiteral(" | ") + byWidth[1]) <= width;
}

void ThumbnailDelegate::setLayout(const QStringList& classNames, int pictureSide, const QFont& font, int rowWidth)
{
    m_side = pictureSide;
    m_least = captionWidth(classNames, pictureSide, font) + 2 * inset;
    const int width = std::max(m_least, rowWidth / std::max(1, rowWidth / m_least)) - 2 * inset;
    m_pairFits = pairsFit(classNames, font, width);
    const int line = int(std::ceil(QFontMetricsF(captionFont(font)).height()));
    m_item = QSize(width + 2 * inset, pictureSide + 2 * line + 3 * inset);
}

ThumbnailDelegate::Caption ThumbnailDelegate::caption(const QString& target, const QString& predicted, double probability,
                                                      const QFont& font, double width, bool pairFits)
{
    const QFontMetricsF metrics(captionFont(font));
    const QString number = fixedText(probability, 2);
    if (pairFits)
        return {target + QStringLiteral(" | ") + predicted, number};
    const QString bar = QStringLiteral(" |");
    const QString tail = QLatin1Char(' ') + number;
    return {metrics.elidedText(target, Qt::ElideMiddle, width - metrics.horizontalAdvance(bar)) + bar,
            metrics.elidedText(predicted, Qt::ElideMiddle, width - metrics.horizontalAdvance(tail)) + tail};
}

void ThumbnailDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const QRect box = option.rect;
    if (selected)
        painter->fillRect(box, option.palette.color(QPalette::Highlight));
    const QRect picture(box.left() + (box.width() - m_side) / 2, box.top() + inset, m_side, m_side);
    const QPixmap pixmap = index.data(Qt::DecorationRole).value<QPixmap>();
    if (pixmap.isNull()) {
        painter->fillRect(picture, option.palette.color(QPalette::Mid));
    } else {
        painter->drawPixmap(picture, pixmap);
    }
    const QFont font = captionFont(option.font);
    const int line = int(std::ceil(QFontMetricsF(font).height()));
    const QRect text = QRect(box.left() + inset, picture.bottom() + inset, box.width() - 2 * inset, 2 * line);
    const Caption lines = caption(index.data(ThumbnailModel::TargetRole).toString(),
                                  index.data(ThumbnailModel::PredictedRole).toString(),
                                  index.data(ThumbnailModel::ProbabilityRole).toDouble(), option.font, text.width(), m_pairFits);
    painter->setFont(font);
    painter->setPen(option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
    const int flags = Qt::AlignHCenter | Qt::AlignVCenter | Qt::TextSingleLine;
    painter->drawText(QRect(text.left(), text.top(), text.width(), line), flags, lines.first);
    painter->drawText(QRect(text.left(), text.top() + line, text.width(), line), flags, lines.second);
    if (option.state.testFlag(QStyle::State_HasFocus) && !selected) {
        painter->setPen(option.palette.color(QPalette::Highlight));
        painter->drawRect(box.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

QSize ThumbnailDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const
{
    return m_item;
}

} // namespace normscope
