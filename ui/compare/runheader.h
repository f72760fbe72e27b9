// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/runlibrary.h"

#include <QRectF>
#include <QString>
#include <QWidget>

class QPainter;

namespace normscope {

/// The head of a run's column or matrix: a piece of its line, its name, and one line of figures. Text that does not
/// fit is elided; the tool tip has it whole.
class RunHeader : public QWidget {
    Q_OBJECT
public:
    explicit RunHeader(QWidget* parent = nullptr);

    void setRun(const QString& name, int colour, const QString& figures);
    QString figures() const { return m_figures; }
    QString name() const { return m_name; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    /// The same head for an export: black on white, in `target`, which is `height()` high.
    static void paintForExport(QPainter& painter, const QRectF& target, const QString& name, int colour, const QString& figures);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    static void paint(QPainter& painter, const QRectF& target, const QString& name, int colour, const QString& figures,
                      const QColor& text);

    QString m_name;
    QString m_figures;
    int m_colour = 0;
};

/// A piece of a run's line, vertically centred in `target`.
void paintRunLine(QPainter& painter, const QRectF& target, int colour);

} // namespace normscope
