// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/metricsexport.h"

#include "ui/compare/metricstablemodel.h"
#include "ui/compare/runheader.h"

#include <QAbstractItemModel>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPainter>

#include <algorithm>
#include <vector>

namespace normscope {

namespace {

struct Cell {
    QString text;
    bool bold = false;
};

struct Table {
    std::vector<Cell> header;
    std::vector<std::vector<Cell>> rows;
    std::vector<int> colours; ///< of the rows
};

Table copyOf(const QAbstractItemModel& model)
{
    Table table;
    for (int column = 0; column < model.columnCount(); ++column)
        table.header.push_back({model.headerData(column, Qt::Horizontal).toString(), true});
    for (int row = 0; row < model.rowCount(); ++row) {
        auto& cells = table.rows.emplace_back();
        for (int column = 0; column < model.columnCount(); ++column) {
            const QModelIndex index = model.index(row, column);
            cells.push_back({index.data().toString(), index.data(MetricsTableModel::BestRole).toBool()});
        }
        table.colours.push_back(model.index(row, 0).data(MetricsTableModel::ColourRole).toInt());
    }
    return table;
}

/// Paints the sheet for one font size; the same code measures it (painter null) so that both agree.
class Sheet {
public:
    Sheet(const Table& table, QString title, QStringList above, QStringList below, double pixelSize, double width)
        : m_table(table), m_title(std::move(title)), m_above(std::move(above)), m_below(std::move(below)),
          m_font(QGuiApplication::font()), m_width(width)
    {
        m_font.setPixelSize(int(pixelSize));
        m_bold = m_font;
        m_bold.setBold(true);
        m_heading = m_bold;
        m_heading.setPixelSize(int(pixelSize * 1.4));
        m_pad = pixelSize * 0.7;
        for (std::size_t column = 0; column < table.header.size(); ++column)
            m_columns.push_back(columnWidth(column));
    }

    double tableWidth() const
    {
        double sum = 0;
        for (const double width : m_columns)
            sum += width;
        return sum;
    }

    double draw(QPainter* painter, QPointF origin) const
    {
        double y = origin.y();
        y += text(painter, m_heading, m_title, origin.x(), y) + m_pad;
        for (const QString& line : m_above)
            y += text(painter, m_font, line, origin.x(), y) + m_pad * 0.5;
        y = drawTable(painter, origin.x(), y + m_pad * 0.5) + m_pad;
        for (const QString& line : m_below)
            y += text(painter, m_font, line, origin.x(), y) + m_pad * 0.5;
        return y - origin.y();
    }

private:
    double iconWidth() const { return QFontMetricsF(m_font).height() * 1.8; }

    double columnWidth(std::size_t column) const
    {
        double width = QFontMetricsF(m_bold).horizontalAdvance(m_table.header[column].text);
        for (const auto& row : m_table.rows)
            width = std::max(width, QFontMetricsF(row[column].bold ? m_bold : m_font).horizontalAdvance(row[column].text)
                                        + (column == 0 ? iconWidth() : 0));
        return width + 2 * m_pad;
    }

    double text(QPainter* painter, const QFont& font, const QString& line, double x, double y) const
    {
        const int flags = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;
        const double height = QFontMetricsF(font).boundingRect(QRectF(0, 0, m_width, 1e5), flags, line).height();
        if (painter) {
            painter->setFont(font);
            painter->setPen(Qt::black);
            painter->drawText(QRectF(x, y, m_width, height), flags, line);
        }
        return height;
    }

    void drawRow(QPainter* painter, const std::vector<Cell>& cells, int colour, double x, double y, double height) const
    {
        for (std::size_t column = 0; column < cells.size(); ++column) {
            QRectF box(x + m_pad, y, m_columns[column] - 2 * m_pad, height);
            x += m_columns[column];
            if (column == 0) {
                if (colour >= 0)
                    paintRunLine(*painter, QRectF(box.left(), y, iconWidth() * 0.8, height), colour);
                box.setLeft(box.left() + iconWidth());
            }
            painter->setFont(cells[column].bold ? m_bold : m_font);
            painter->setPen(Qt::black);
            painter->drawText(box, (column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter | Qt::TextSingleLine,
                              cells[column].text);
        }
    }

    double drawTable(QPainter* painter, double x, double y) const
    {
        const double height = QFontMetricsF(m_font).height() * 1.5;
        if (painter) {
            drawRow(painter, m_table.header, -1, x, y, height);
            painter->setPen(QPen(Qt::black, 1.2));
            painter->drawLine(QPointF(x, y + height), QPointF(x + tableWidth(), y + height));
            for (std::size_t row = 0; row < m_table.rows.size(); ++row) {
                const double top = y + height * double(row + 1);
                drawRow(painter, m_table.rows[row], m_table.colours[row], x, top, height);
                painter->setPen(QPen(QColor(0xb0, 0xb0, 0xb0), 0.8));
                painter->drawLine(QPointF(x, top + height), QPointF(x + tableWidth(), top + height));
            }
        }
        return y + height * double(m_table.rows.size() + 1);
    }

    const Table& m_table;
    QString m_title;
    QStringList m_above;
    QStringList m_below;
    QFont m_font;
    QFont m_bold;
    QFont m_heading;
    double m_width;
    double m_pad = 0;
    std::vector<double> m_columns;
};

} // namespace

QString tableText(const QAbstractItemModel& model)
{
    const Table table = copyOf(model);
    std::vector<std::vector<Cell>> lines = {table.header};
    lines.insert(lines.end(), table.rows.begin(), table.rows.end());
    std::vector<qsizetype> widths(table.header.size(), 0);
    for (const auto& line : lines)
        for (std::size_t column = 0; column < line.size(); ++column)
            widths[column] = std::max(widths[column], line[column].text.size());
    QString text;
    for (const auto& line : lines) {
        QString joined;
        for (std::size_t column = 0; column < line.size(); ++column)
            joined += column == 0 ? line[column].text.leftJustified(widths[column])
                                  : QStringLiteral("  ") + line[column].text.rightJustified(widths[column]);
        text += joined + QLatin1Char('\n');
    }
    return text;
}

ExportItem tableExport(const QAbstractItemModel& model, const QString& title, const QStringList& above,
                       const QStringList& below)
{
    ExportItem item;
    item.title = title;
    item.fileStem = QStringLiteral("comparison");
    item.defaultSize = QSize(1200, 300 + 40 * model.rowCount());
    item.paint = [table = copyOf(model), title, above, below](QPainter& painter, const QRectF& target) {
        const double margin = std::min(target.width(), target.height()) * 0.04;
        const QRectF area = target.adjusted(margin, margin, -margin, -margin);
        // The largest text with which the sheet fits; at the smallest one the rest is clipped.
        double size = 28;
        for (; size > 6; size -= 1) {
            const Sheet sheet(table, title, above, below, size, area.width());
            if (sheet.tableWidth() <= area.width() && sheet.draw(nullptr, {}) <= area.height())
                break;
        }
        Sheet(table, title, above, below, size, area.width()).draw(&painter, area.topLeft());
    };
    return item;
}

} // namespace normscope
