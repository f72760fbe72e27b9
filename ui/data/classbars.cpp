// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/classbars.h"

#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace normscope {

namespace {

constexpr int gap = 6;

QString countText(std::size_t count)
{
    return QLocale().toString(qulonglong(count));
}

} // namespace

ClassBars::ClassBars(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ClassBars::setCounts(const QStringList& names, const std::vector<std::size_t>& train,
                          const std::vector<std::size_t>& test)
{
    m_names = names;
    m_train = train;
    m_test = test;
    m_largest = 1;
    for (const auto* counts : {&train, &test})
        for (const std::size_t count : *counts)
            m_largest = std::max(m_largest, count);
    QStringList rows;
    for (int row = 0; row < this->rows(); ++row)
        rows.append(rowText(row));
    setAccessibleDescription(rows.join(QLatin1Char('\n')));
    updateGeometry();
    update();
}

QString ClassBars::rowText(int row) const
{
    return tr("%1: %2 training, %3 test")
        .arg(m_names[row], countText(m_train[std::size_t(row)]), countText(m_test[std::size_t(row)]));
}

int ClassBars::rowHeight() const
{
    return 2 * fontMetrics().height() + gap;
}

int ClassBars::legendHeight() const
{
    return fontMetrics().height() + gap;
}

QSize ClassBars::sizeHint() const
{
    return {240, legendHeight() + rows() * rowHeight()};
}

QSize ClassBars::minimumSizeHint() const
{
    return {180, sizeHint().height()};
}

QColor ClassBars::barColour(bool test) const
{
    // Okabe and Ito's blue and orange: told apart by everyone, on light and on dark.
    return test ? QColor(0xe6, 0x9f, 0x00) : QColor(0x00, 0x72, 0xb2);
}

void ClassBars::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    paintLegend(painter);
    int nameWidth = 0;
    for (const QString& name : m_names)
        nameWidth = std::max(nameWidth, fontMetrics().horizontalAdvance(name) + 2);
    nameWidth = std::min(nameWidth, width() * 2 / 5);
    const int countWidth = fontMetrics().horizontalAdvance(countText(m_largest)) + 2;
    for (int row = 0; row < rows(); ++row) {
        const int top = legendHeight() + row * rowHeight();
        if (top + rowHeight() >= event->rect().top() && top <= event->rect().bottom())
            paintRow(painter, row, nameWidth, countWidth);
    }
}

void ClassBars::paintLegend(QPainter& painter) const
{
    int x = 0;
    for (const bool test : {false, true}) {
        const QString text = test ? tr("Test") : tr("Training");
        const int square = fontMetrics().height() - 6;
        painter.fillRect(QRect(x, 3, square, square), barColour(test));
        x += square + gap;
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRect(x, 0, width() - x, fontMetrics().height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += fontMetrics().horizontalAdvance(text) + 3 * gap;
    }
}

void ClassBars::paintRow(QPainter& painter, int row, int nameWidth, int countWidth) const
{
    const int line = fontMetrics().height();
    const int top = legendHeight() + row * rowHeight();
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(QRect(0, top, nameWidth, 2 * line), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(m_names[row], Qt::ElideRight, nameWidth));
    const int left = nameWidth + gap;
    const int room = std::max(10, width() - left - countWidth - gap);
    for (const bool test : {false, true}) {
        const std::size_t count = (test ? m_test : m_train)[std::size_t(row)];
        const int y = top + (test ? line : 0);
        const int length = count == 0 ? 0 : std::max(1, int(double(room) * double(count) / double(m_largest)));
        painter.fillRect(QRect(left, y + 2, length, line - 4), barColour(test));
        painter.setPen(mutedColour(palette()));
        painter.drawText(QRect(left + length + gap, y, countWidth, line), Qt::AlignLeft | Qt::AlignVCenter,
                         countText(count));
    }
}

bool ClassBars::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int row = (help->pos().y() - legendHeight()) / rowHeight();
        if (help->pos().y() >= legendHeight() && row < rows())
            QToolTip::showText(help->globalPos(), rowText(row), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace normscope
