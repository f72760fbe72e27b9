// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/network/networkdrawing.h"

#include "ui/network/layertablemodel.h"
#include "ui/network/networkpainter.h"

#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

namespace normscope {

namespace {

constexpr double leastZoom = 0.4;
constexpr double mostZoom = 4;
constexpr double wheelStep = 1.15;

} // namespace

NetworkDrawing::NetworkDrawing(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setAccessibleName(tr("Drawing of the network"));
    setMinimumSize(320, 160);
}

void NetworkDrawing::setNetwork(const NetworkInfo& network)
{
    m_network = network;
    m_layout = NetworkLayout::of(network);
    m_highlighted = -1;
    setZoom(m_zoom);
    updateGeometry();
    update();
}

void NetworkDrawing::setHighlighted(int layer)
{
    if (layer == m_highlighted)
        return;
    m_highlighted = layer;
    update();
}

void NetworkDrawing::setZoom(double zoom)
{
    m_zoom = zoom <= 0 ? 0 : std::clamp(zoom, leastZoom, mostZoom);
    setMinimumSize(m_zoom == 0 ? QSize(320, 160) : (m_layout.size * m_zoom).toSize());
    update();
    Q_EMIT zoomChanged();
}

double NetworkDrawing::shownScale() const
{
    return m_layout.size.isEmpty() ? 1 : fittedRect(m_layout, rect()).width() / m_layout.size.width();
}

QRectF NetworkDrawing::layerRect(int layer) const
{
    const QRectF fitted = fittedRect(m_layout, rect());
    for (const auto& box : m_layout.layers)
        if (box.index == layer)
            return QRectF(fitted.topLeft() + box.rect.topLeft() * shownScale(), box.rect.size() * shownScale());
    return {};
}

void NetworkDrawing::paintForExport(QPainter& painter, const QRectF& target, const QString& title) const
{
    painter.save();
    QFont font = NetworkLayout::font();
    font.setPixelSize(std::max(11, int(target.width() / 55)));
    font.setBold(true);
    painter.setFont(font);
    painter.setPen(Qt::black);
    const double titleHeight = QFontMetricsF(font).height() * 1.8;
    painter.drawText(QRectF(target.topLeft(), QSizeF(target.width(), titleHeight)), Qt::AlignCenter, title);
    painter.restore();
    paintNetwork(painter, target.adjusted(8, titleHeight, -8, -8), m_layout, NetworkColours::print());
}

QSize NetworkDrawing::sizeHint() const
{
    return m_layout.size.isEmpty() ? QSize(640, 300) : m_layout.size.toSize();
}

void NetworkDrawing::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const NetworkColours colours = NetworkColours::ofPalette(palette());
    painter.fillRect(rect(), colours.background);
    paintNetwork(painter, rect(), m_layout, colours, m_highlighted);
}

int NetworkDrawing::layerAt(const QPointF& position) const
{
    const QRectF fitted = fittedRect(m_layout, rect());
    return fitted.isEmpty() ? -1 : m_layout.layerAt((position - fitted.topLeft()) / shownScale());
}

void NetworkDrawing::mouseMoveEvent(QMouseEvent* event)
{
    const int layer = layerAt(event->position());
    if (layer == m_highlighted)
        return;
    setHighlighted(layer);
    Q_EMIT hovered(layer);
}

void NetworkDrawing::leaveEvent(QEvent*)
{
    setHighlighted(-1);
    Q_EMIT hovered(-1);
}

void NetworkDrawing::wheelEvent(QWheelEvent* event)
{
    if (!(event->modifiers() & Qt::ControlModifier)) {
        event->ignore(); // scrolls the page
        return;
    }
    setZoom(shownScale() * (event->angleDelta().y() > 0 ? wheelStep : 1 / wheelStep));
    event->accept();
}

bool NetworkDrawing::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const int layer = layerAt(help->pos());
    if (layer < 0) {
        QToolTip::hideText();
        return true;
    }
    const LayerInfo& info = m_network.layers[std::size_t(layer)];
    QToolTip::showText(help->globalPos(),
                       tr("%1: %2\nOutput %3\n%4 parameters")
                           .arg(QString::fromStdString(info.name), QString::fromStdString(info.type),
                                shapeText(info.outputShape), QLocale().toString(qlonglong(info.parameters))),
                       this);
    return true;
}

} // namespace normscope
