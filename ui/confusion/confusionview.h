// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/confusion/confusionpainter.h"

#include <QPixmap>
#include <QWidget>

namespace normscope {

class ConfusionModel;

/// One matrix on the page. A click, Enter or Space on a cell activates it; the arrow keys walk over the cells.
class ConfusionView : public QWidget {
    Q_OBJECT
public:
    explicit ConfusionView(ConfusionModel* model, QWidget* parent = nullptr);

    /// Shows this cell as the one under the cursor, wherever the cursor is; -1 for none.
    void setHighlight(int row, int column);
    QRectF cellRect(int row, int column) const; ///< in this widget's coordinates
    QString cellText(int row, int column) const; ///< as drawn at this size
    double cellSide() const;

Q_SIGNALS:
    void cellHighlighted(int trueClass, int predictedClass); ///< by mouse or key; -1 when left
    void cellActivated(int trueClass, int predictedClass);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    ConfusionPainter painterFor() const;
    void forget(); ///< the picture is drawn anew
    QString tipAt(const QPointF& position) const;

    ConfusionModel* m_model;
    QPixmap m_picture; ///< the matrix without highlight: moving the mouse must not draw 10,000 cells
    int m_row = -1;
    int m_column = -1;
    ConfusionPainter::Hit m_pressed;
};

} // namespace normscope
