// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/curves/chartcontent.h"
#include "ui/curves/chartscene.h"

#include <QPixmap>
#include <QWidget>

#include <optional>

namespace normscope {

/// Shows a ChartContent with a cursor. The chart is drawn once into a picture; the cursor moves over it, so that
/// following the mouse costs nothing however many points there are.
class ChartCanvas : public QWidget {
    Q_OBJECT
public:
    explicit ChartCanvas(QWidget* parent = nullptr);

    const ChartContent& content() const { return m_content; }
    void setContent(ChartContent content);
    std::optional<int> cursorX() const { return m_cursorX; }
    void setCursorX(std::optional<int> x);

    /// Of the chart as it is on the screen, in this widget's pixels.
    QRectF plotArea();
    QPointF position(const QPointF& value);
    QRectF readoutRect(); ///< null without a cursor

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void cursorMoved(int x); ///< the mouse or an arrow key points at this x
    void cursorLeft();
    void doubleClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    ChartStyle style() const;
    void drawScene();
    void invalidate();
    void paintCursor(QPainter& painter);
    const QList<QPointF>& curvePositions();
    void moveCursor(int x);

    ChartContent m_content;
    ChartScene m_scene;
    QPixmap m_frame;   ///< the axes
    QPixmap m_picture; ///< the axes with the curves; null: to be drawn again
    std::optional<QList<QPointF>> m_curves; ///< where the lines run, for the read-out's place; once it is asked for
    std::optional<int> m_cursorX;
};

} // namespace normscope
