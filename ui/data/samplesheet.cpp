// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/samplesheet.h"

#include "ui/data/samplemodel.h"

#include <QFont>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr double cellHeight = 1.6; // of a cell 2 wide: pictures of 1 x 1, then three lines
constexpr double lineShare = 0.11; // of a cell's height

struct Entry {
    QImage original;
    QImage transformed;
    QString label;
    QString operations;
};

/// Columns that make the cells, 2 : 1.6, fill the sheet best.
int bestColumns(int count, const QSizeF& room)
{
    int best = 1;
    double bestWidth = 0;
    for (int columns = 1; columns <= count; ++columns) {
        const double rows = std::ceil(double(count) / columns);
        const double width = std::min(room.width() / columns, room.height() / rows * 2 / cellHeight);
        if (width > bestWidth) {
            bestWidth = width;
            best = columns;
        }
    }
    return best;
}

void paintEntry(QPainter& painter, const QRectF& cell, const Entry& entry)
{
    const double text = cell.height() * lineShare;
    const double side = std::min((cell.width() - 10) / 2, cell.height() - 3 * text - 8);
    const QRectF left(cell.left() + 3, cell.top() + 2, side, side);
    const QRectF right = left.translated(side + 3, 0);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(left, entry.original);
    painter.drawImage(right, entry.transformed);
    QFont font = QGuiApplication::font();
    font.setPixelSize(std::max(6, int(text * 0.85)));
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    const double width = 2 * side + 3;
    painter.setPen(Qt::black);
    painter.drawText(QRectF(left.left(), left.bottom() + 1, width, text), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(entry.label, Qt::ElideRight, width));
    painter.setPen(QColor(0x50, 0x50, 0x50));
    QRectF line(left.left(), left.bottom() + 1, width, text);
    for (const QString& operation : entry.operations.split(QStringLiteral(", "), Qt::SkipEmptyParts)) {
        line.translate(0, text);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(operation, Qt::ElideRight, width));
    }
}

void paintSheet(QPainter& painter, const QRectF& target, const QString& title, const std::vector<Entry>& entries)
{
    QFont font = QGuiApplication::font();
    font.setPixelSize(std::max(11, int(target.width() / 60)));
    font.setBold(true);
    painter.setFont(font);
    painter.setPen(Qt::black);
    const double titleHeight = QFontMetricsF(font).height() * 1.8;
    painter.drawText(QRectF(target.topLeft(), QSizeF(target.width(), titleHeight)), Qt::AlignCenter, title);
    if (entries.empty())
        return;
    const QRectF room = target.adjusted(6, titleHeight, -6, -6);
    const int columns = bestColumns(int(entries.size()), room.size());
    const int rows = (int(entries.size()) + columns - 1) / columns;
    const QSizeF cell(room.width() / columns, room.height() / rows);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const QPointF corner(double(int(i) % columns) * cell.width(), double(int(i) / columns) * cell.height());
        paintEntry(painter, QRectF(room.topLeft() + corner, cell), entries[i]);
    }
}

} // namespace

ExportItem sampleSheet(const QAbstractItemModel& samples, const QString& title)
{
    std::vector<Entry> entries;
    for (int row = 0; row < samples.rowCount(); ++row) {
        const QModelIndex index = samples.index(row, 0);
        entries.push_back({index.data(SampleModel::OriginalRole).value<QImage>(),
                           index.data(SampleModel::TransformedRole).value<QImage>(),
                           index.data(SampleModel::LabelRole).toString(),
                           index.data(SampleModel::OperationsRole).toString()});
    }
    ExportItem item;
    item.title = title;
    item.fileStem = QStringLiteral("samples");
    item.paint = [title, entries](QPainter& painter, const QRectF& target) {
        paintSheet(painter, target, title, entries);
    };
    return item;
}

} // namespace normscope
