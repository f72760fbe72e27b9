// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/confusionview.h"

#include "ui/confusion/confusionmodel.h"
#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace normscope {

ConfusionView::ConfusionView(ConfusionModel* model, QWidget* parent) : QWidget(parent), m_model(model)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Confusion matrix"));
    setAccessibleDescription(tr("True label down, predicted label across. Arrow keys move, Enter shows the cell's images."));
    connect(model, &QAbstractItemModel::modelReset, this, &ConfusionView::forget);
    connect(model, &QAbstractItemModel::dataChanged, this, &ConfusionView::forget);
}

void ConfusionView::forget()
{
    m_picture = QPixmap();
    update();
}

ConfusionPainter ConfusionView::painterFor() const
{
    ConfusionColours colours;
    colours.text = palette().color(QPalette::WindowText);
    colours.faint = palette().color(QPalette::Mid);
    colours.scale = ColourScale(isDark(palette()));
    return ConfusionPainter(*m_model, QRectF(rect()), font(), colours);
}

QRectF ConfusionView::cellRect(int row, int column) const
{
    return painterFor().cellRect(row, column);
}

QString ConfusionView::cellText(int row, int column) const
{
    return painterFor().cellText(row, column);
}

double ConfusionView::cellSide() const
{
    return painterFor().cellSide();
}

void ConfusionView::setHighlight(int row, int column)
{
    if (row == m_row && column == m_column)
        return;
    m_row = row;
    m_column = column;
    update();
}

void ConfusionView::paintEvent(QPaintEvent*)
{
    const ConfusionPainter matrix = painterFor();
    const QSize pixels = size() * devicePixelRatioF();
    if (m_picture.size() != pixels) {
        m_picture = QPixmap(pixels);
        m_picture.setDevicePixelRatio(devicePixelRatioF());
        m_picture.fill(Qt::transparent);
        QPainter painter(&m_picture);
        matrix.paint(painter);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    const QColor mark = isDark(palette()) ? QColor(0xff, 0xb3, 0x47) : QColor(0xd5, 0x5e, 0x00);
    if (m_row >= 0 || m_column >= 0)
        matrix.paintHighlight(painter, m_row, m_column, mark);
}

void ConfusionView::mouseMoveEvent(QMouseEvent* event)
{
    const auto hit = painterFor().hit(event->position());
    setCursor(hit.isCell() ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (hit.row != m_row || hit.column != m_column) {
        setHighlight(hit.row, hit.column);
        Q_EMIT cellHighlighted(hit.row, hit.column);
    }
}

void ConfusionView::mousePressEvent(QMouseEvent* event)
{
    m_pressed = event->button() == Qt::LeftButton ? painterFor().hit(event->position()) : ConfusionPainter::Hit{};
}

void ConfusionView::mouseReleaseEvent(QMouseEvent* event)
{
    const auto hit = painterFor().hit(event->position());
    if (event->button() == Qt::LeftButton && hit.isCell() && hit.row == m_pressed.row && hit.column == m_pressed.column)
        Q_EMIT cellActivated(hit.row, hit.column);
    m_pressed = {};
}

void ConfusionView::leaveEvent(QEvent*)
{
    setHighlight(-1, -1);
    Q_EMIT cellHighlighted(-1, -1);
}

void ConfusionView::keyPressEvent(QKeyEvent* event)
{
    const int last = m_model->rowCount() - 1;
    int row = std::clamp(m_row, 0, std::max(0, last));
    int column = std::clamp(m_column, 0, std::max(0, last));
    switch (event->key()) {
    case Qt::Key_Up: --row; break;
    case Qt::Key_Down: ++row; break;
    case Qt::Key_Left: --column; break;
    case Qt::Key_Right: ++column; break;
    case Qt::Key_Home: column = 0; break;
    case Qt::Key_End: column = last; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (last >= 0)
            Q_EMIT cellActivated(row, column);
        return;
    default: QWidget::keyPressEvent(event); return;
    }
    if (last < 0)
        return;
    setHighlight(std::clamp(row, 0, last), std::clamp(column, 0, last));
    Q_EMIT cellHighlighted(m_row, m_column);
}

void ConfusionView::focusInEvent(QFocusEvent* event)
{
    const bool byKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    if (byKey && m_model->rowCount() > 0) {
        setHighlight(std::max(0, m_row), std::max(0, m_column));
        Q_EMIT cellHighlighted(m_row, m_column);
    }
    QWidget::focusInEvent(event);
}

void ConfusionView::focusOutEvent(QFocusEvent* event)
{
    if (event->reason() != Qt::PopupFocusReason && !underMouse()) {
        setHighlight(-1, -1);
        Q_EMIT cellHighlighted(-1, -1);
    }
    QWidget::focusOutEvent(event);
}

void ConfusionView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        forget();
    QWidget::changeEvent(event);
}

QString ConfusionView::tipAt(const QPointF& position) const
{
    const auto hit = painterFor().hit(position);
    if (hit.isCell())
        return m_model->index(hit.row, hit.column).data(Qt::ToolTipRole).toString();
    if (hit.row >= 0)
        return tr("true label: %1").arg(m_model->className(hit.row));
    return hit.column >= 0 ? tr("predicted label: %1").arg(m_model->className(hit.column)) : QString();
}

bool ConfusionView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const QString tip = tipAt(help->pos());
    if (tip.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), tip.toHtmlEscaped(), this);
    return true;
}

} // namespace normscope
