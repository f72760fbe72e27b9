// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/chartcanvas.h"

#include "ui/curves/cursorbox.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace normscope {

namespace {

constexpr double reach = 8; // pixels beside the plot that still count as its first or last x
constexpr double curveSpacing = 8;

} // namespace

ChartCanvas::ChartCanvas(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void ChartCanvas::setContent(ChartContent content)
{
    m_content = std::move(content);
    if (m_cursorX && *m_cursorX > m_content.lastX()) // the longest run was unchecked
        m_cursorX.reset();
    invalidate();
}

void ChartCanvas::setCursorX(std::optional<int> x)
{
    if (x == m_cursorX)
        return;
    m_cursorX = x;
    update();
}

ChartStyle ChartCanvas::style() const
{
    return ChartStyle::screen(palette(), font());
}

void ChartCanvas::invalidate()
{
    m_picture = {};
    update();
}

void ChartCanvas::drawScene()
{
    const double ratio = devicePixelRatioF();
    const QSize pixels = (QSizeF(size()) * ratio).toSize();
    const auto fits = [&](const QPixmap& picture) { return picture.devicePixelRatio() == ratio && picture.size() == pixels; };
    if (!m_picture.isNull() && fits(m_picture))
        return;
    const QRectF all(QPointF(0, 0), size());
    if (m_scene.setContent(m_content, style(), size()) || !fits(m_frame)) {
        m_frame = QPixmap(pixels);
        m_frame.setDevicePixelRatio(ratio);
        QPainter painter(&m_frame);
        m_scene.renderFrame(painter, all);
    }
    m_picture = m_frame;
    QPainter painter(&m_picture);
    m_scene.renderCurves(painter, all);
    m_curves.reset();
}

const QList<QPointF>& ChartCanvas::curvePositions()
{
    if (m_curves)
        return *m_curves;
    std::vector<QList<QPointF>> lines;
    for (const ChartSeries& series : m_content.series) {
        if (!series.valueAt)
            continue;
        QList<QPointF> line;
        line.reserve(series.points.size());
        for (const QPointF& point : series.points)
            line.append(m_scene.position(point));
        lines.push_back(std::move(line));
    }
    // The note is read like a curve: better not covered.
    const QRectF note = m_scene.noteRect();
    for (double y = note.top() + 2; y < note.bottom(); y += curveSpacing / 2)
        lines.push_back({QPointF(note.left(), y), QPointF(note.right(), y)});
    m_curves = sampledLines(lines, curveSpacing);
    return *m_curves;
}

QRectF ChartCanvas::plotArea()
{
    drawScene();
    return m_scene.plotArea();
}

QPointF ChartCanvas::position(const QPointF& value)
{
    drawScene();
    return m_scene.position(value);
}

QRectF ChartCanvas::readoutRect()
{
    if (!m_cursorX)
        return {};
    drawScene();
    const ChartStyle look = style();
    CursorBox box(m_content, *m_cursorX, m_scene.plotArea(), m_scene.position({double(*m_cursorX), 0}).x(), look);
    box.place(curvePositions());
    return box.rect();
}

void ChartCanvas::paintEvent(QPaintEvent*)
{
    if (size().isEmpty())
        return;
    drawScene();
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_cursorX && !m_content.isEmpty())
        paintCursor(painter);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(palette().color(QPalette::Highlight));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void ChartCanvas::paintCursor(QPainter& painter)
{
    const ChartStyle look = style();
    const QRectF plot = m_scene.plotArea();
    const double x = m_scene.position({double(*m_cursorX), 0}).x();
    painter.setPen(QPen(look.muted, 1));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    painter.save();
    painter.setClipRect(plot.adjusted(-5, -5, 5, 5));
    for (const CursorRow& row : cursorRows(m_content, *m_cursorX)) {
        painter.setPen(QPen(look.background, 1));
        painter.setBrush(row.series->pen.color());
        painter.drawEllipse(m_scene.position({double(*m_cursorX), row.value}), 4, 4);
    }
    painter.restore();
    CursorBox box(m_content, *m_cursorX, plot, x, look);
    box.place(curvePositions());
    box.paint(painter);
}

void ChartCanvas::moveCursor(int x)
{
    Q_EMIT cursorMoved(std::clamp(x, 1, std::max(m_content.lastX(), 1)));
}

void ChartCanvas::mouseMoveEvent(QMouseEvent* event)
{
    if (m_content.isEmpty() || !plotArea().adjusted(-reach, 0, reach, 0).contains(event->position()))
        Q_EMIT cursorLeft();
    else
        moveCursor(qRound(m_scene.xAt(event->position().x())));
}

void ChartCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        Q_EMIT doubleClicked();
}

void ChartCanvas::leaveEvent(QEvent*)
{
    Q_EMIT cursorLeft();
}

void ChartCanvas::keyPressEvent(QKeyEvent* event)
{
    const bool left = event->key() == Qt::Key_Left;
    if ((!left && event->key() != Qt::Key_Right) || m_content.isEmpty())
        return QWidget::keyPressEvent(event);
    const int last = m_content.lastX();
    moveCursor(m_cursorX ? *m_cursorX + (left ? -1 : 1) : left ? last : 1);
}

void ChartCanvas::resizeEvent(QResizeEvent*)
{
    invalidate();
}

void ChartCanvas::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        invalidate();
    QWidget::changeEvent(event);
}

QSize ChartCanvas::sizeHint() const
{
    return {480, 300};
}

QSize ChartCanvas::minimumSizeHint() const
{
    return {180, 110};
}

} // namespace normscope
