// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QPen>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <vector>

class QPainter;

namespace normscope {

struct LegendEntry {
    QPen pen;
    QString name;
    QString state; ///< what has to be said besides: "diverged", "waiting for the first epoch"; never elided
};

/// Where the entries of a legend stand: side by side, on as many lines as they need, long names elided, and after
/// `maxLines` lines "and 12 more".
class LegendLayout {
public:
    LegendLayout(std::vector<LegendEntry> entries, double width, const QFont& font, int maxLines, bool centred);

    double height() const { return m_height; }
    int hiddenEntries() const { return static_cast<int>(m_entries.size() - m_items.size()); }
    QString nameAt(const QPointF& position) const; ///< the whole name, state included
    void paint(QPainter& painter, const QPointF& topLeft, const QColor& text, double lineScale = 1) const;

private:
    struct Item {
        QRectF rect;
        QString text;
    };
    QString fullText(const LegendEntry& entry) const;
    void place(double width, int maxLines, double mostName);
    void centre(double width);

    std::vector<LegendEntry> m_entries;
    QFont m_font;
    std::vector<Item> m_items; ///< of the first entries
    QRectF m_more;             ///< of "and n more"
    double m_height = 0;
};

/// The one legend of the page.
class RunLegend : public QWidget {
    Q_OBJECT
public:
    explicit RunLegend(QWidget* parent = nullptr);

    void setEntries(std::vector<LegendEntry> entries);
    const std::vector<LegendEntry>& entries() const { return m_entries; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    LegendLayout legendLayout(int width) const;

    std::vector<LegendEntry> m_entries;
};

} // namespace normscope
