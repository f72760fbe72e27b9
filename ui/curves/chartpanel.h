// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <optional>

class QLabel;
class QToolButton;

namespace normscope {

class ChartCanvas;
class ElidedLabel;
struct ChartContent;

/// A chart with its title and its two buttons. What it shows is a value; the page decides what happens on a click.
class ChartPanel : public QWidget {
    Q_OBJECT
public:
    /// `fileStem` names the chart's file in an export.
    explicit ChartPanel(const QString& fileStem, QWidget* parent = nullptr);

    QString fileStem() const { return m_fileStem; }
    const ChartContent& content() const;
    void setContent(ChartContent content);
    ChartCanvas* canvas() const { return m_canvas; }
    void setEnlargeable(bool enlargeable);
    void setEnlarged(bool enlarged);
    bool isEnlarged() const { return m_enlarged; }

Q_SIGNALS:
    void enlargeRequested(); ///< or back: the button or a double click
    void exportRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void updateButtons();

    QString m_fileStem;
    ChartCanvas* m_canvas;
    QLabel* m_title;
    ElidedLabel* m_subtitle;
    QToolButton* m_enlarge;
    QToolButton* m_export;
    bool m_enlarged = false;
};

} // namespace normscope
