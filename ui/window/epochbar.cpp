// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/epochbar.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace normscope {

namespace {

constexpr int steps = 1000;
constexpr int radius = 3;
constexpr int batchLine = 3; // height of the epoch's own line
constexpr int margin = 10;

} // namespace

EpochBar::EpochBar(QWidget* parent) : QProgressBar(parent)
{
    setRange(0, steps);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    clear();
}

void EpochBar::show(double run, double epoch, const QString& text)
{
    m_epoch = std::clamp(epoch, 0.0, 1.0);
    m_text = text;
    setValue(int(std::clamp(run, 0.0, 1.0) * steps));
    update();
}

void EpochBar::clear()
{
    m_epoch = 0;
    m_text.clear();
    setValue(0);
    update();
}

QSize EpochBar::sizeHint() const
{
    return {240, fontMetrics().height() + margin};
}

void EpochBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath outline;
    outline.addRoundedRect(box, radius, radius);
    painter.fillPath(outline, palette().color(QPalette::Base));

    const QColor accent = palette().color(QPalette::Highlight);
    QColor fill = accent;
    fill.setAlphaF(0.35F); // pale, so that the text over it stays readable
    painter.save();
    painter.setClipPath(outline);
    const double done = double(value()) / steps;
    painter.fillRect(QRectF(box.left(), box.top(), box.width() * done, box.height()), fill);
    painter.fillRect(QRectF(box.left(), box.bottom() - batchLine, box.width() * m_epoch, batchLine), accent);
    painter.restore();

    painter.setPen(palette().color(QPalette::Mid));
    painter.drawPath(outline);
    painter.setPen(palette().color(QPalette::Text));
    const QString shown = fontMetrics().elidedText(m_text, Qt::ElideRight, width() - margin);
    painter.drawText(rect().adjusted(0, 0, 0, -1), Qt::AlignCenter, shown);
}

} // namespace normscope
