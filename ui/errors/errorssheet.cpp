// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/errors/errorssheet.h"

#include "ui/compare/format.h"
#include "ui/compare/runheader.h"
#include "ui/errors/thumbnaildelegate.h"

#include <QCoreApplication>
#include <QGuiApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr double columnGap = 24;

QFont sheetFont()
{
    QFont font = QGuiApplication::font();
    font.setPixelSize(14);
    return font;
}

QStringList namesOf(const ErrorsSheetColumn& column)
{
    QStringList names;
    for (int i = 0; i < int(column.classNames.size()); ++i)
        names.append(classNameText(column.classNames, i));
    return names;
}

void paintTile(QPainter& painter, const QRectF& box, const ErrorsSheetColumn& column, std::size_t row, int side, bool pairFits)
{
    const Evaluation& all = *column.evaluation;
    const QRectF picture(std::floor(box.left() + (box.width() - side) / 2), std::floor(box.top()), side, side);
    const QImage image = ThumbnailModel::imageOf(column.dataset.get(), all.index[row]);
    if (image.isNull())
        painter.fillRect(picture, QColor(0xd0, 0xd0, 0xd0));
    else
        painter.drawImage(picture, ThumbnailModel::enlarged(image, side));
    const int label = all.label[row];
    const int predicted = all.predicted[row];
    const auto lines = ThumbnailDelegate::caption(classNameText(column.classNames, label),
                                                  classNameText(column.classNames, predicted),
                                                  double(all.probability(row, predicted)), sheetFont(), box.width() - 4, pairFits);
    const QFont font = ThumbnailDelegate::captionFont(sheetFont());
    const double line = QFontMetricsF(font).height();
    painter.setFont(font);
    painter.setPen(Qt::black);
    painter.drawText(QRectF(box.left(), picture.bottom() + 2, box.width(), line), Qt::AlignCenter | Qt::TextSingleLine, lines.first);
    painter.drawText(QRectF(box.left(), picture.bottom() + 2 + line, box.width(), line), Qt::AlignCenter | Qt::TextSingleLine,
                     lines.second);
}

void paintColumn(QPainter& painter, const QRectF& area, const ErrorsSheetColumn& column, int side)
{
    painter.setFont(sheetFont());
    const double line = QFontMetricsF(sheetFont()).height();
    RunHeader::paintForExport(painter, QRectF(area.left(), area.top(), area.width(), 2.4 * line), column.name, column.colour,
                              column.total);
    const QStringList names = namesOf(column);
    const double caption = QFontMetricsF(ThumbnailDelegate::captionFont(sheetFont())).height();
    const double width = std::min(area.width(), ThumbnailDelegate::captionWidth(names, side, sheetFont()) + 10.0);
    const double height = side + 2 * caption + 10;
    const QRectF grid = area.adjusted(0, 2.7 * line, 0, -1.5 * line);
    const int across = std::max(1, int(grid.width() / width));
    const int down = std::max(0, int(grid.height() / height));
    const std::size_t fit = std::min(column.rows.size(), std::size_t(across) * std::size_t(down));
    const bool pairFits = ThumbnailDelegate::pairsFit(names, sheetFont(), width - 4);
    for (std::size_t i = 0; i < fit; ++i)
        paintTile(painter,
                  QRectF(grid.left() + double(i % std::size_t(across)) * width,
                         grid.top() + double(i / std::size_t(across)) * height, width, height),
                  column, column.rows[i], side, pairFits);
    const QString shown = column.rows.empty()
                              ? QCoreApplication::translate("normscope::ErrorsSheet", "no image to show")
                              : QCoreApplication::translate("normscope::ErrorsSheet", "%1 of %2 shown")
                                    .arg(countText(qint64(fit)), countText(qint64(column.rows.size())));
    painter.setFont(ThumbnailDelegate::captionFont(sheetFont()));
    painter.setPen(Qt::black);
    painter.drawText(QRectF(area.left(), area.bottom() - 1.3 * line, area.width(), line), Qt::AlignLeft | Qt::AlignVCenter, shown);
}

} // namespace

ExportItem errorsSheet(std::vector<ErrorsSheetColumn> columns, const QString& title, const QString& stem, int pictureSide)
{
    ExportItem item;
    item.title = title;
    item.fileStem = stem;
    item.defaultSize = QSize(std::max(1, int(columns.size())) * 480, 1000);
    item.paint = [columns = std::move(columns), title, pictureSide](QPainter& painter, const QRectF& target) {
        const QRectF area = target.adjusted(24, 20, -24, -12);
        QFont font = sheetFont();
        font.setBold(true);
        font.setPixelSize(20);
        painter.setFont(font);
        painter.setPen(Qt::black);
        const double head = QFontMetricsF(font).height() * 1.5;
        painter.drawText(QRectF(area.left(), area.top(), area.width(), head), Qt::AlignLeft | Qt::AlignTop,
                         QFontMetricsF(font).elidedText(title, Qt::ElideRight, area.width()));
        const double count = double(std::max<std::size_t>(1, columns.size()));
        const double width = (area.width() - columnGap * (count - 1)) / count;
        for (std::size_t i = 0; i < columns.size(); ++i)
            paintColumn(painter, QRectF(area.left() + double(i) * (width + columnGap), area.top() + head, width, area.height() - head),
                        columns[i], pictureSide);
    };
    return item;
}

} // namespace normscope
