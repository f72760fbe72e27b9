// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/confusion/colourscale.h"

#include <QColor>
#include <QFont>
#include <QRectF>
#include <QString>

#include <vector>

class QAbstractItemModel;
class QPainter;

namespace normscope {

/// What a matrix is drawn with: the page's colours, or those of paper.
struct ConfusionColours {
    QColor text;
    QColor faint; ///< grid and frame
    ColourScale scale;

    static ConfusionColours forPrint();
};

/// Lays a confusion matrix out in a rectangle and draws it, on screen and for export alike. The true class runs down,
/// the predicted one across. Numbers and class names never overprint: the type shrinks, then a number loses
/// decimals, then the numbers go; names are turned, elided, and at last every second or tenth is shown.
class ConfusionPainter {
public:
    ConfusionPainter(const QAbstractItemModel& model, const QRectF& area, const QFont& font, const ConfusionColours& colours);

    void paint(QPainter& painter) const;
    /// Frames a cell's row and column, and the cell; -1 for none.
    void paintHighlight(QPainter& painter, int row, int column, const QColor& colour) const;

    bool isEmpty() const { return m_classes == 0 || m_cell <= 0; }
    double cellSide() const { return m_cell; }
    QRectF matrixRect() const { return m_matrix; }
    QFont numberFont() const { return m_numberFont; }
    QRectF cellRect(int row, int column) const;
    /// The row or column at a point, -1 outside. In the matrix both are set; on a class name only its own.
    struct Hit {
        int row = -1;
        int column = -1;
        bool isCell() const { return row >= 0 && column >= 0; }
    };
    Hit hit(const QPointF& point) const;
    /// The text of a cell as it is drawn at this size; empty where numbers do not fit.
    QString cellText(int row, int column) const;

private:
    enum class NameStyle { Level, Slanted, Upright };
    enum class NumberStyle { None, Counts, Three, ThreeNoZero, TwoNoZero };

    void layOut(const QRectF& area, const QFont& font);
    void chooseNumbers(const QFont& font);
    bool numbersFit(const QFont& font, const QString& widest) const;
    void paintCells(QPainter& painter) const;
    void paintNumbers(QPainter& painter) const;
    void paintRowNames(QPainter& painter) const;
    void paintColumnNames(QPainter& painter) const;
    void paintAxisTitles(QPainter& painter) const;
    QString widestCount() const;

    const QAbstractItemModel& m_model;
    ConfusionColours m_colours;
    int m_classes;
    std::vector<QString> m_names;
    QRectF m_area;
    QRectF m_matrix;
    double m_cell = 0;
    double m_nameWidth = 0; ///< the longest name as drawn
    int m_nameStep = 1;     ///< every n-th name is drawn
    NameStyle m_nameStyle = NameStyle::Level;
    NumberStyle m_numberStyle = NumberStyle::None;
    QFont m_nameFont;
    QFont m_numberFont;
};

} // namespace normscope
