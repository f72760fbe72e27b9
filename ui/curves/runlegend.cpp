// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/runlegend.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr int screenLines = 4;
// In units of the font's height:
constexpr double sampleWidth = 2.4; // shows a whole dash and dot
constexpr double sampleGap = 0.45;
constexpr double itemGap = 1.4;
constexpr double lineHeight = 1.35;
constexpr double nameWidths[] = {48, 24, 17, 12, 9}; // the first at which all names fit in the lines there are

} // namespace

LegendLayout::LegendLayout(std::vector<LegendEntry> entries, double width, const QFont& font, int maxLines, bool centred)
    : m_entries(std::move(entries)), m_font(font)
{
    for (const double nameWidth : nameWidths) {
        place(width, maxLines, nameWidth * QFontMetricsF(m_font).height());
        if (hiddenEntries() == 0)
            break;
    }
    if (centred)
        centre(width);
}

void LegendLayout::place(double width, int maxLines, double mostName)
{
    m_items.clear();
    m_more = {};
    const QFontMetricsF metrics(m_font);
    const double em = metrics.height();
    const double sample = (sampleWidth + sampleGap) * em;
    const double moreWidth = 7 * em; // kept free at the end of the last line
    QPointF at(0, 0);
    int line = 0;
    for (const LegendEntry& entry : m_entries) {
        const QString state = entry.state.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(entry.state);
        const double stateWidth = metrics.horizontalAdvance(state);
        const double nameWidth = std::min(mostName, width - sample) - stateWidth;
        const QString text = metrics.elidedText(entry.name, Qt::ElideMiddle, std::max(nameWidth, 3 * em)) + state;
        const double itemWidth = sample + std::ceil(metrics.horizontalAdvance(text));
        const bool last = line == maxLines - 1 && m_items.size() + 1 < m_entries.size();
        if (at.x() > 0 && at.x() + itemWidth + (last ? moreWidth : 0) > width) {
            if (line == maxLines - 1) {
                m_more = QRectF(at, QSizeF(moreWidth, em));
                break;
            }
            at = QPointF(0, at.y() + lineHeight * em);
            ++line;
        }
        m_items.push_back({QRectF(at, QSizeF(itemWidth, em)), text});
        at.rx() += itemWidth + itemGap * em;
    }
    m_height = m_items.empty() ? 0 : at.y() + lineHeight * em;
}

void LegendLayout::centre(double width)
{
    for (std::size_t first = 0; first < m_items.size();) {
        std::size_t end = first;
        while (end < m_items.size() && m_items[end].rect.y() == m_items[first].rect.y())
            ++end;
        const bool more = end == m_items.size() && !m_more.isNull();
        const double shift = (width - (more ? m_more.right() : m_items[end - 1].rect.right())) / 2;
        for (; first < end; ++first)
            m_items[first].rect.translate(shift, 0);
        if (more)
            m_more.translate(shift, 0);
    }
}

QString LegendLayout::fullText(const LegendEntry& entry) const
{
    return entry.state.isEmpty() ? entry.name : QStringLiteral("%1 (%2)").arg(entry.name, entry.state);
}

QString LegendLayout::nameAt(const QPointF& position) const
{
    for (std::size_t i = 0; i < m_items.size(); ++i)
        if (m_items[i].rect.contains(position))
            return fullText(m_entries[i]);
    if (!m_more.contains(position))
        return {};
    QStringList names;
    for (std::size_t i = m_items.size(); i < m_entries.size(); ++i)
        names += fullText(m_entries[i]);
    return names.join(u'\n');
}

void LegendLayout::paint(QPainter& painter, const QPointF& topLeft, const QColor& text, double lineScale) const
{
    const double em = QFontMetricsF(m_font).height();
    painter.save();
    painter.translate(topLeft);
    painter.setFont(m_font);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const QRectF& rect = m_items[i].rect;
        QPen pen = m_entries[i].pen;
        pen.setWidthF(pen.widthF() * lineScale);
        pen.setCapStyle(Qt::FlatCap);
        painter.setPen(pen);
        painter.drawLine(QPointF(rect.left(), rect.center().y()), QPointF(rect.left() + sampleWidth * em, rect.center().y()));
        painter.setPen(text);
        painter.drawText(rect.adjusted((sampleWidth + sampleGap) * em, 0, em, 0), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                         m_items[i].text);
    }
    if (hiddenEntries() > 0) {
        painter.setPen(text);
        painter.drawText(m_more, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                         QCoreApplication::translate("normscope::RunLegend", "and %1 more").arg(hiddenEntries()));
    }
    painter.restore();
}

RunLegend::RunLegend(QWidget* parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void RunLegend::setEntries(std::vector<LegendEntry> entries)
{
    m_entries = std::move(entries);
    updateGeometry();
    update();
}

LegendLayout RunLegend::legendLayout(int width) const
{
    return {m_entries, double(width), font(), screenLines, false};
}

int RunLegend::heightForWidth(int width) const
{
    return static_cast<int>(std::ceil(legendLayout(width).height()));
}

QSize RunLegend::sizeHint() const
{
    return {400, heightForWidth(400)};
}

QSize RunLegend::minimumSizeHint() const
{
    return {100, heightForWidth(std::max(width(), 100))};
}

bool RunLegend::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString name = legendLayout(width()).nameAt(help->pos());
    if (name.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), name.toHtmlEscaped().replace(u'\n', QStringLiteral("<br>")), this);
    return true;
}

void RunLegend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    legendLayout(width()).paint(painter, QPointF(0, 0), palette().color(QPalette::WindowText));
}

} // namespace normscope
