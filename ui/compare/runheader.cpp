// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/runheader.h"

#include "ui/theme/runstyle.h"

#include <QFontMetricsF>
#include <QPainter>

namespace normscope {

void paintRunLine(QPainter& painter, const QRectF& target, int colour)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen = runStyle(colour).pen(std::max(2.0, target.height() * 0.18));
    pen.setCapStyle(Qt::FlatCap);
    painter.setPen(pen);
    painter.drawLine(QPointF(target.left(), target.center().y()), QPointF(target.right(), target.center().y()));
    painter.restore();
}

RunHeader::RunHeader(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void RunHeader::setRun(const QString& name, int colour, const QString& figures)
{
    m_name = name;
    m_colour = colour;
    m_figures = figures;
    setToolTip(name.toHtmlEscaped() + QStringLiteral("<br>") + figures.toHtmlEscaped());
    setAccessibleName(name + QStringLiteral(", ") + figures);
    update();
}

QSize RunHeader::sizeHint() const
{
    return {200, int(QFontMetricsF(font()).height() * 2.2) + 4};
}

QSize RunHeader::minimumSizeHint() const
{
    return {60, sizeHint().height()};
}

void RunHeader::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(font());
    paint(painter, QRectF(rect()), m_name, m_colour, m_figures, palette().color(QPalette::WindowText));
}

void RunHeader::paintForExport(QPainter& painter, const QRectF& target, const QString& name, int colour, const QString& figures)
{
    paint(painter, target, name, colour, figures, Qt::black);
}

void RunHeader::paint(QPainter& painter, const QRectF& target, const QString& name, int colour, const QString& figures,
                      const QColor& text)
{
    painter.save();
    const QFont plain = painter.font();
    QFont bold = plain;
    bold.setBold(true);
    const double line = target.height() / 2;
    const double lineWidth = QFontMetricsF(plain).height() * 1.8;
    paintRunLine(painter, QRectF(target.left(), target.top(), lineWidth, line), colour);
    painter.setPen(text);
    painter.setFont(bold);
    const QRectF nameBox = target.adjusted(lineWidth + line * 0.4, 0, 0, -line);
    painter.drawText(nameBox, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     QFontMetricsF(bold).elidedText(name, Qt::ElideMiddle, nameBox.width()));
    painter.setFont(plain);
    const QRectF figuresBox = target.adjusted(0, line, 0, 0);
    painter.drawText(figuresBox, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     QFontMetricsF(plain).elidedText(figures, Qt::ElideRight, figuresBox.width()));
    painter.restore();
}

} // namespace normscope
