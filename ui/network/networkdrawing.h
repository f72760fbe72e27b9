// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/network/networklayout.h"

#include <QWidget>

namespace normscope {

/// The network as a flow of stages with its residual connections. Fits its place, or is zoomed within a scroll area.
class NetworkDrawing : public QWidget {
    Q_OBJECT
public:
    explicit NetworkDrawing(QWidget* parent = nullptr);

    void setNetwork(const NetworkInfo& network);
    const NetworkLayout& networkLayout() const { return m_layout; }
    void setHighlighted(int layer); ///< -1: none
    int highlighted() const { return m_highlighted; }
    double zoom() const { return m_zoom; } ///< 0: fits its place
    void setZoom(double zoom);
    double shownScale() const;         ///< of the drawing's own units
    QRectF layerRect(int layer) const; ///< in the widget, for tests and for scrolling to it

    /// For paper: title above, black on white.
    void paintForExport(QPainter& painter, const QRectF& target, const QString& title) const;

    QSize sizeHint() const override;

Q_SIGNALS:
    void hovered(int layer); ///< -1: none
    void zoomChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool event(QEvent* event) override;

private:
    int layerAt(const QPointF& position) const;

    NetworkInfo m_network;
    NetworkLayout m_layout;
    int m_highlighted = -1;
    double m_zoom = 0;
};

} // namespace normscope
