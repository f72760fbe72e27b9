// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/chartscene.h"

#include "ui/curves/curvelayers.h"
#include "ui/curves/seriesmath.h"

#include <QChart>
#include <QFontInfo>
#include <QGraphicsLayout>
#include <QGraphicsScene>
#include <QImage>
#include <QLineSeries>
#include <QPainter>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

constexpr double titleRoom = 3.6; // heights of a line: the other axis with its labels and title, and the margins
constexpr double leastTitleShare = 0.65;

constexpr int noteFlags = Qt::AlignRight | Qt::AlignTop | Qt::TextWordWrap;

QRectF textArea(const QRectF& plot, const ChartStyle& style)
{
    const double gap = QFontMetricsF(style.font).height() * 0.4;
    return plot.adjusted(gap, gap, -gap, -gap);
}

void styleAxis(QValueAxis* axis, const ChartStyle& style)
{
    axis->setLabelsFont(style.font);
    axis->setLabelsBrush(style.text);
    axis->setTitleFont(style.font);
    axis->setTitleBrush(style.text);
    axis->setGridLinePen(QPen(style.grid, style.lineScale));
    axis->setLinePen(QPen(style.muted, style.lineScale));
}

/// All that the axes are made from.
struct Frame {
    ChartStyle style;
    QSizeF size;
    QString xTitle;
    QString yTitle;
    double xMin = 0;
    double xMax = 1;
    AxisRange vertical;

    friend bool operator==(const Frame&, const Frame&) = default;
};

} // namespace

struct ChartScene::Private {
    ChartContent content;
    ChartStyle style;
    QGraphicsScene scene;
    QChart* chart = new QChart;
    QValueAxis* x = new QValueAxis;
    QValueAxis* y = new QValueAxis;
    Frame frame;
    CurveLayers layers;

    void fitAxes();
    void fitTitle();
    void fitStyle();
    QPointF position(const QPointF& value) const;
    void paintCurves(QPainter& painter, const QRectF& plot);
    void paintGuide(QPainter& painter, const QRectF& plot) const;
    void paintMarks(QPainter& painter) const;
    void paintTexts(QPainter& painter, const QRectF& plot) const;
};

ChartScene::ChartScene() : d(std::make_unique<Private>())
{
    d->scene.addItem(d->chart);
    d->chart->legend()->hide();
    d->chart->setBackgroundVisible(false);
    d->chart->setMargins({});
    d->chart->layout()->setContentsMargins(0, 0, 0, 0);
    d->x->setTickType(QValueAxis::TicksDynamic);
    d->x->setTickAnchor(0);
    d->x->setLabelFormat(u"%d"_s);
    d->chart->addAxis(d->x, Qt::AlignBottom);
    d->chart->addAxis(d->y, Qt::AlignLeft);
    auto* none = new QLineSeries; // axes without any series have no scale
    d->chart->addSeries(none);
    none->attachAxis(d->x);
    none->attachAxis(d->y);
}

ChartScene::~ChartScene() = default;

bool ChartScene::setContent(const ChartContent& content, const ChartStyle& style, const QSizeF& size)
{
    d->content = content;
    d->style = style;
    const QFontMetricsF metrics(style.font);
    const int ticks = std::clamp(static_cast<int>((size.height() - 3 * metrics.height()) / (1.8 * metrics.height())), 3, 11);
    Frame frame{style,        size,         content.xTitle, content.yTitle,
                content.xMin, content.xMax, niceAxis(content.yLow, content.yHigh, ticks)};
    if (frame == d->frame)
        return false;
    d->frame = std::move(frame);
    d->fitStyle();
    d->fitAxes();
    d->chart->resize(size);
    d->scene.setSceneRect(QRectF(QPointF(0, 0), size));
    d->chart->layout()->invalidate();
    d->chart->layout()->activate(); // now, not when the event loop comes round
    return true;
}

void ChartScene::Private::fitStyle()
{
    styleAxis(x, style);
    styleAxis(y, style);
    x->setTitleText(content.xTitle);
    y->setTitleText(content.yTitle);
}

void ChartScene::Private::fitAxes()
{
    const QFontMetricsF metrics(style.font);
    y->setLabelFormat(u"%.%1f"_s.arg(frame.vertical.decimals()));
    y->setRange(frame.vertical.min, frame.vertical.max);
    y->setTickCount(frame.vertical.tickCount());

    fitTitle();
    const double labelWidth = metrics.horizontalAdvance(QString::number(qRound64(content.xMax))) + 1.6 * metrics.height();
    const double labels = std::max(2.0, std::floor((frame.size.width() - 5 * metrics.height()) / labelWidth));
    const double span = content.xMax - content.xMin;
    // One tick while the range changes: a step for 20 epochs would make thousands of ticks for 15,640 batches.
    x->setTickInterval(std::max(span, x->max() - x->min()) + 1);
    x->setRange(content.xMin, content.xMax);
    x->setTickInterval(std::max(1.0, niceStep(span / labels)));
}

/// Qt Charts cuts a title that is longer than its axis; a small chart gets a smaller one.
void ChartScene::Private::fitTitle()
{
    const QFontMetricsF metrics(style.font);
    const double room = frame.size.height() - titleRoom * metrics.height();
    const double share = room / metrics.horizontalAdvance(content.yTitle);
    QFont font = style.font;
    font.setPixelSize(std::max(1, static_cast<int>(QFontInfo(font).pixelSize() * std::clamp(share, leastTitleShare, 1.0))));
    y->setTitleFont(share < 1 ? font : style.font);
}

QPointF ChartScene::Private::position(const QPointF& value) const
{
    const QRectF plot = chart->plotArea();
    return {plot.left() + (value.x() - x->min()) / (x->max() - x->min()) * plot.width(),
            plot.bottom() - (value.y() - y->min()) / (y->max() - y->min()) * plot.height()};
}

void ChartScene::render(QPainter& painter, const QRectF& target) const
{
    renderFrame(painter, target);
    renderCurves(painter, target);
}

void ChartScene::renderFrame(QPainter& painter, const QRectF& target) const
{
    painter.save();
    painter.fillRect(target, d->style.background);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    d->scene.render(&painter, target, QRectF(QPointF(0, 0), target.size()), Qt::IgnoreAspectRatio);
    painter.restore();
}

void ChartScene::renderCurves(QPainter& painter, const QRectF& target) const
{
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.translate(target.topLeft());
    const QRectF plot = plotArea();
    d->paintCurves(painter, plot);
    painter.setFont(d->style.font);
    d->paintGuide(painter, plot);
    d->paintTexts(painter, plot);
    painter.setClipRect(plot.adjusted(-6, -6, 6, 6), Qt::IntersectClip);
    d->paintMarks(painter);
    painter.restore();
}

/// All curves as one picture in pixels of the device, which is then laid over the frame.
void ChartScene::Private::paintCurves(QPainter& painter, const QRectF& plot)
{
    const double overhang = style.lineScale; // half a line
    const QTransform toDevice = painter.deviceTransform();
    const QRect area = toDevice.mapRect(plot.adjusted(-overhang, -overhang, overhang, overhang)).toAlignedRect();
    if (area.isEmpty() || content.isEmpty())
        return;
    const QPointF origin = toDevice.map(position({0, 0})) - area.topLeft();
    const QPointF unit = toDevice.map(position({1, 1})) - area.topLeft() - origin;
    const QImage& picture = layers.paint(content.series, area.size(), {origin, unit, style.lineScale * toDevice.m11()});
    painter.drawImage(toDevice.inverted().mapRect(QRectF(area)), picture);
}

void ChartScene::Private::paintGuide(QPainter& painter, const QRectF& plot) const
{
    if (!content.guide)
        return;
    const double level = position({0, content.guide->y}).y();
    if (level < plot.top() - 1 || level > plot.bottom() + 1)
        return;
    painter.setPen(QPen(style.muted, 1.2 * style.lineScale, Qt::CustomDashLine));
    QPen pen = painter.pen();
    pen.setDashPattern({6, 4});
    painter.setPen(pen);
    painter.drawLine(QPointF(plot.left(), level), QPointF(plot.right(), level));
    painter.setPen(style.muted);
    const double gap = painter.fontMetrics().height() * 0.25;
    const double baseline = level - gap - painter.fontMetrics().ascent() < plot.top()
                                ? level + gap + painter.fontMetrics().ascent()
                                : level - gap;
    painter.drawText(QPointF(plot.left() + 2 * gap, baseline), content.guide->label);
}

void ChartScene::Private::paintMarks(QPainter& painter) const
{
    for (const ChartSeries& series : content.series) {
        QPen pen(series.pen.color(), 1.8 * style.lineScale);
        painter.setPen(pen);
        if (series.points.size() == 1) { // a line of one point cannot be seen
            painter.setBrush(series.pen.color());
            painter.drawEllipse(position(series.points.constFirst()), 3.5 * style.lineScale, 3.5 * style.lineScale);
        } else if (series.best) {
            painter.setBrush(style.background);
            painter.drawEllipse(position(*series.best), 4 * style.lineScale, 4 * style.lineScale);
        }
    }
}

void ChartScene::Private::paintTexts(QPainter& painter, const QRectF& plot) const
{
    painter.setPen(style.muted);
    const QRectF inner = textArea(plot, style);
    if (!content.note.isEmpty())
        painter.drawText(inner, noteFlags, content.note);
    if (content.isEmpty() && !content.notice.isEmpty())
        painter.drawText(inner, Qt::AlignCenter | Qt::TextWordWrap, content.notice);
}

QRectF ChartScene::plotArea() const
{
    return d->chart->plotArea();
}

QRectF ChartScene::noteRect() const
{
    if (d->content.note.isEmpty())
        return {};
    return QFontMetricsF(d->style.font).boundingRect(textArea(plotArea(), d->style), noteFlags, d->content.note);
}

QPointF ChartScene::position(const QPointF& value) const
{
    return d->position(value);
}

double ChartScene::xAt(double position) const
{
    const QRectF plot = plotArea();
    return d->x->min() + (position - plot.left()) / plot.width() * (d->x->max() - d->x->min());
}

} // namespace normscope
