// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/confusionpainter.h"

#include "ui/compare/format.h"
#include "ui/confusion/confusionmodel.h"

#include <QCoreApplication>
#include <QFontInfo>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr double smallestNumber = 8; // pixels; below it digits are guesses
constexpr double gap = 5;
constexpr double slant = 0.7071;

QString withoutZero(double value, int decimals)
{
    QString text = fixedText(value, decimals);
    return text.startsWith(QLatin1Char('0')) ? text.mid(1) : text.left(decimals + 1);
}

} // namespace

ConfusionColours ConfusionColours::forPrint()
{
    return {Qt::black, QColor(0xb4, 0xb4, 0xb4), ColourScale(false)};
}

ConfusionPainter::ConfusionPainter(const QAbstractItemModel& model, const QRectF& area, const QFont& font,
                                   const ConfusionColours& colours)
    : m_model(model), m_colours(colours), m_classes(model.rowCount()), m_area(area)
{
    for (int i = 0; i < m_classes; ++i)
        m_names.push_back(model.headerData(i, Qt::Vertical).toString());
    if (m_classes > 0)
        layOut(area, font);
    if (m_cell > 0)
        chooseNumbers(font);
}

void ConfusionPainter::layOut(const QRectF& area, const QFont& font)
{
    m_nameFont = font;
    const double shorter = std::min(area.width(), area.height());
    const double pixels = std::clamp(shorter / 26, 9.0, double(QFontInfo(font).pixelSize()));
    m_nameFont.setPixelSize(int(std::lround(std::max(pixels, shorter / 48))));
    const QFontMetricsF metrics(m_nameFont);
    double widest = 0;
    for (const QString& name : m_names)
        widest = std::max(widest, metrics.horizontalAdvance(name));
    m_nameWidth = std::min(std::ceil(widest) + 1, area.width() * 0.24);
    const double left = metrics.height() + gap + m_nameWidth + gap;
    // The first and the last name stand out beyond cells that are smaller than a letter.
    const double edge = std::max(1.0, (metrics.height() - shorter / m_classes) / 2);
    const auto bottom = [&](NameStyle style) {
        const double names = style == NameStyle::Level   ? metrics.height()
                             : style == NameStyle::Slanted ? (m_nameWidth + metrics.height()) * slant
                                                           : m_nameWidth;
        return gap + names + gap + metrics.height();
    };
    // The names' turn decides the matrix's size, and its size which turn is enough: try from the plainest on.
    for (const NameStyle style : {NameStyle::Level, NameStyle::Slanted, NameStyle::Upright}) {
        m_nameStyle = style;
        const double side = std::min(area.width() - left - edge - 1, area.height() - bottom(style) - edge - 1);
        m_cell = std::max(0.0, side / m_classes);
        if ((style == NameStyle::Level && widest + 6 <= m_cell) || (style == NameStyle::Slanted && metrics.height() * 1.3 <= m_cell))
            break;
    }
    if (m_cell > 4) // whole pixels keep the cells equal
        m_cell = std::floor(m_cell);
    m_nameStep = m_cell > 0 ? std::max(1, int(std::ceil(metrics.height() * 0.95 / m_cell))) : 1;
    const double side = m_cell * m_classes;
    const double x = area.left() + left + std::floor((area.width() - left - edge - side) / 2);
    m_matrix = QRectF(std::floor(x), std::ceil(area.top() + edge), side, side);
}

QString ConfusionPainter::widestCount() const
{
    qlonglong largest = 0;
    for (int row = 0; row < m_classes; ++row)
        for (int column = 0; column < m_classes; ++column)
            largest = std::max(largest, m_model.index(row, column).data(ConfusionModel::CountRole).toLongLong());
    return QString(QString::number(largest).size(), QLatin1Char('0'));
}

bool ConfusionPainter::numbersFit(const QFont& font, const QString& widest) const
{
    const QFontMetricsF metrics(font);
    return metrics.horizontalAdvance(widest) + 3 <= m_cell && metrics.height() <= m_cell;
}

void ConfusionPainter::chooseNumbers(const QFont& font)
{
    const auto* confusion = qobject_cast<const ConfusionModel*>(&m_model);
    struct Choice {
        NumberStyle style;
        QString widest;
    };
    std::vector<Choice> choices;
    if (confusion && confusion->show() == ConfusionModel::Show::Counts)
        choices = {{NumberStyle::Counts, widestCount()}};
    else
        choices = {{NumberStyle::Three, QStringLiteral("0.000")},
                   {NumberStyle::ThreeNoZero, QStringLiteral(".000")},
                   {NumberStyle::TwoNoZero, QStringLiteral(".00")}};
    m_numberFont = font;
    // Digits need no more than the names' size, except on a large sheet.
    const double largest = std::max(double(m_nameFont.pixelSize()), smallestNumber);
    for (const Choice& choice : choices)
        for (double pixels = largest; pixels >= smallestNumber; pixels -= 0.5) {
            m_numberFont.setPixelSize(int(std::floor(pixels)));
            if (numbersFit(m_numberFont, choice.widest)) {
                m_numberStyle = choice.style;
                return;
            }
        }
    m_numberStyle = NumberStyle::None;
}

QString ConfusionPainter::cellText(int row, int column) const
{
    const QModelIndex index = m_model.index(row, column);
    const double fraction = index.data(ConfusionModel::FractionRole).toDouble();
    switch (m_numberStyle) {
    case NumberStyle::None: return {};
    case NumberStyle::Counts: return QString::number(index.data(ConfusionModel::CountRole).toLongLong());
    case NumberStyle::Three: return fixedText(fraction, 3);
    case NumberStyle::ThreeNoZero: return withoutZero(fraction, 3);
    case NumberStyle::TwoNoZero: return withoutZero(fraction, 2);
    }
    return {};
}

QRectF ConfusionPainter::cellRect(int row, int column) const
{
    return {m_matrix.left() + column * m_cell, m_matrix.top() + row * m_cell, m_cell, m_cell};
}

ConfusionPainter::Hit ConfusionPainter::hit(const QPointF& point) const
{
    if (isEmpty())
        return {};
    Hit found;
    const int row = int(std::floor((point.y() - m_matrix.top()) / m_cell));
    const int column = int(std::floor((point.x() - m_matrix.left()) / m_cell));
    const bool rowInside = row >= 0 && row < m_classes;
    const bool columnInside = column >= 0 && column < m_classes;
    const bool leftOf = point.x() < m_matrix.left() && point.x() > m_matrix.left() - m_nameWidth - 2 * gap;
    if (rowInside && (columnInside || leftOf))
        found.row = row;
    if (columnInside && (rowInside || point.y() > m_matrix.bottom()))
        found.column = column;
    return found;
}

void ConfusionPainter::paint(QPainter& painter) const
{
    if (isEmpty())
        return;
    painter.save();
    paintCells(painter);
    if (m_numberStyle != NumberStyle::None)
        paintNumbers(painter);
    painter.setPen(m_colours.text);
    painter.setFont(m_nameFont);
    paintRowNames(painter);
    paintColumnNames(painter);
    paintAxisTitles(painter);
    painter.restore();
}

void ConfusionPainter::paintCells(QPainter& painter) const
{
    painter.setPen(Qt::NoPen);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int row = 0; row < m_classes; ++row)
        for (int column = 0; column < m_classes; ++column)
            painter.fillRect(cellRect(row, column),
                             m_colours.scale.at(m_model.index(row, column).data(ConfusionModel::FractionRole).toDouble()));
    if (m_cell >= 9) { // closer lines would be all that one sees
        QColor line = m_colours.faint;
        line.setAlpha(110);
        painter.setPen(QPen(line, 0));
        for (int i = 1; i < m_classes; ++i) {
            painter.drawLine(cellRect(i, 0).topLeft(), cellRect(i, m_classes - 1).topRight());
            painter.drawLine(cellRect(0, i).topLeft(), cellRect(m_classes - 1, i).bottomLeft());
        }
    }
    painter.setPen(QPen(m_colours.faint, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(m_matrix);
}

void ConfusionPainter::paintNumbers(QPainter& painter) const
{
    painter.setFont(m_numberFont);
    for (int row = 0; row < m_classes; ++row)
        for (int column = 0; column < m_classes; ++column) {
            const QRectF cell = cellRect(row, column);
            const double fraction = m_model.index(row, column).data(ConfusionModel::FractionRole).toDouble();
            painter.setPen(ColourScale::textOn(m_colours.scale.at(fraction)));
            painter.drawText(cell, Qt::AlignCenter | Qt::TextSingleLine, cellText(row, column));
        }
}

void ConfusionPainter::paintRowNames(QPainter& painter) const
{
    const QFontMetricsF metrics(m_nameFont);
    for (int row = 0; row < m_classes; row += m_nameStep) {
        const QRectF box(m_matrix.left() - gap - m_nameWidth, cellRect(row, 0).center().y() - metrics.height() / 2, m_nameWidth,
                         metrics.height());
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                         metrics.elidedText(m_names[std::size_t(row)], Qt::ElideMiddle, m_nameWidth + 1));
    }
}

void ConfusionPainter::paintColumnNames(QPainter& painter) const
{
    const QFontMetricsF metrics(m_nameFont);
    painter.setRenderHint(QPainter::TextAntialiasing);
    for (int column = 0; column < m_classes; column += m_nameStep) {
        const QString name = metrics.elidedText(m_names[std::size_t(column)], Qt::ElideMiddle, m_nameWidth + 1);
        const QPointF foot(cellRect(0, column).center().x(), m_matrix.bottom() + gap);
        painter.save();
        painter.translate(foot);
        if (m_nameStyle == NameStyle::Level) {
            painter.drawText(QRectF(-m_cell / 2, 0, m_cell, metrics.height()), Qt::AlignHCenter | Qt::AlignTop | Qt::TextSingleLine,
                             name);
        } else {
            painter.rotate(m_nameStyle == NameStyle::Slanted ? -45 : -90);
            const double shift = m_nameStyle == NameStyle::Slanted ? 0 : -metrics.height() / 2;
            painter.drawText(QRectF(-m_nameWidth, shift, m_nameWidth, metrics.height()),
                             Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, name);
        }
        painter.restore();
    }
}

void ConfusionPainter::paintAxisTitles(QPainter& painter) const
{
    const QFontMetricsF metrics(m_nameFont);
    const double names = m_nameStyle == NameStyle::Level     ? metrics.height()
                         : m_nameStyle == NameStyle::Slanted ? (m_nameWidth + metrics.height()) * slant
                                                             : m_nameWidth;
    painter.drawText(QRectF(m_matrix.left(), m_matrix.bottom() + gap + names + gap * 0.6, m_matrix.width(), metrics.height()),
                     Qt::AlignCenter | Qt::TextSingleLine,
                     QCoreApplication::translate("normscope::ConfusionPainter", "Predicted label"));
    painter.save();
    painter.translate(m_matrix.left() - gap * 2 - m_nameWidth - metrics.height(), m_matrix.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-m_matrix.height() / 2, 0, m_matrix.height(), metrics.height()), Qt::AlignCenter | Qt::TextSingleLine,
                     QCoreApplication::translate("normscope::ConfusionPainter", "True label"));
    painter.restore();
}

void ConfusionPainter::paintHighlight(QPainter& painter, int row, int column, const QColor& colour) const
{
    if (isEmpty() || row >= m_classes || column >= m_classes)
        return;
    painter.save();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, 1.5));
    if (row >= 0)
        painter.drawRect(QRectF(m_matrix.left(), cellRect(row, 0).top(), m_matrix.width(), m_cell));
    if (column >= 0)
        painter.drawRect(QRectF(cellRect(0, column).left(), m_matrix.top(), m_cell, m_matrix.height()));
    if (row >= 0 && column >= 0) {
        painter.setPen(QPen(colour, 3));
        painter.drawRect(cellRect(row, column).adjusted(0.5, 0.5, -0.5, -0.5));
    }
    painter.restore();
}

} // namespace normscope
