// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/elidedlabel.h"

#include "ui/curves/chartcontent.h"

#include <QPainter>

namespace normscope {

ElidedLabel::ElidedLabel(Qt::Alignment alignment, QWidget* parent) : QWidget(parent), m_alignment(alignment)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void ElidedLabel::setText(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    setToolTip(text.toHtmlEscaped());
    setAccessibleName(text);
    updateGeometry();
    update();
}

QSize ElidedLabel::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(m_text) + 2, fontMetrics().height()};
}

QSize ElidedLabel::minimumSizeHint() const
{
    return {0, fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(ChartStyle::screen(palette(), font()).muted);
    painter.drawText(rect(), m_alignment | Qt::AlignVCenter, fontMetrics().elidedText(m_text, Qt::ElideRight, width()));
}

} // namespace normscope
