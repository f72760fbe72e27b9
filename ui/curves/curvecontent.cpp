// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/curvecontent.h"

#include "ui/curves/seriesmath.h"
#include "ui/theme/runstyle.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr int plannedEpochsShown = 30; // more are not kept free for a run that has just begun
constexpr int rawOpacity = 70;         // of 255
constexpr double leastAccuracySpan = 5;
constexpr double roomSteps = 10; // in which the axis of the batches grows

struct CurveTexts {
    double EpochMetrics::*value;
    const char* title;
    const char* stem;
    bool accuracy;
    bool test;
};

const CurveTexts& texts(Curve curve)
{
    static const CurveTexts all[] = {
        {&EpochMetrics::trainLoss, QT_TRANSLATE_NOOP("normscope::Curves", "Training loss"), "training-loss", false, false},
        {&EpochMetrics::testLoss, QT_TRANSLATE_NOOP("normscope::Curves", "Test loss"), "test-loss", false, true},
        {&EpochMetrics::trainAccuracy, QT_TRANSLATE_NOOP("normscope::Curves", "Training accuracy"), "training-accuracy", true, false},
        {&EpochMetrics::testAccuracy, QT_TRANSLATE_NOOP("normscope::Curves", "Test accuracy"), "test-accuracy", true, true},
    };
    return all[static_cast<std::size_t>(curve)];
}

QString translated(const char* text)
{
    return QCoreApplication::translate("normscope::Curves", text);
}

ChartSeries epochSeries(const CurveTexts& curve, const RunHistory& run)
{
    ChartSeries series;
    series.name = run.name;
    series.pen = runStyle(run.colour).pen();
    for (const EpochMetrics& row : run.epochs)
        if (std::isfinite(row.*curve.value)) // Qt Charts would hide the whole line
            series.points.append(QPointF(row.epoch, row.*curve.value));
    series.valueAt = [points = series.points](int x) -> std::optional<double> {
        const auto at = std::lower_bound(points.begin(), points.end(), x, [](const QPointF& p, int wanted) { return p.x() < wanted; });
        return at != points.end() && qRound(at->x()) == x ? std::optional(at->y()) : std::nullopt;
    };
    if (curve.test && !series.points.isEmpty()) {
        const auto lower = [](const QPointF& a, const QPointF& b) { return a.y() < b.y(); };
        series.best = curve.accuracy ? *std::max_element(series.points.begin(), series.points.end(), lower)
                                     : *std::min_element(series.points.begin(), series.points.end(), lower);
    }
    return series;
}

/// Says which run was best; the ring marks each run's best epoch.
QString bestText(const ChartContent& content)
{
    const ChartSeries* best = nullptr;
    for (const ChartSeries& s : content.series)
        if (s.best && (!best || (content.higherIsBetter ? s.best->y() > best->best->y() : s.best->y() < best->best->y())))
            best = &s;
    if (!best)
        return {};
    const QString value = QLocale::c().toString(best->best->y(), 'f', content.decimals) + content.unit;
    return translated("\u25cb best: %1 at epoch %2, %3").arg(value, QString::number(qRound(best->best->x())), best->name);
}

void setEpochRange(ChartContent& content, const std::vector<RunHistory>& runs)
{
    int last = std::max(content.lastX(), 1);
    for (const RunHistory& run : runs)
        if (run.isActive()) // the epochs to come keep their place, so that a live chart does not shift all the time
            last = std::max(last, std::min(run.plannedEpochs, std::max(plannedEpochsShown, 2 * static_cast<int>(run.epochs.size()))));
    content.xMin = last > 1 ? 1 : 0;
    content.xMax = std::max(last, 2);
}

/// The range of the values, without the few that would press all others flat.
void setValueRange(ChartContent& content)
{
    std::vector<double> values;
    for (const ChartSeries& series : content.series)
        for (const QPointF& point : series.points)
            values.push_back(point.y());
    if (content.guide)
        values.push_back(content.guide->y);
    if (values.empty()) {
        content.yHigh = content.higherIsBetter ? 100 : 2.5;
        return;
    }
    content.yLow = *std::min_element(values.begin(), values.end());
    const double largest = *std::max_element(values.begin(), values.end());
    content.yHigh = content.higherIsBetter ? largest : readableMaximum(std::move(values));
    if (content.yHigh < largest)
        content.note = translated("Values up to %1 lie above this chart").arg(QLocale::c().toString(largest, 'g', 3));
    if (content.higherIsBetter && content.yHigh - content.yLow < leastAccuracySpan) {
        content.yLow = std::max(0.0, content.yHigh - leastAccuracySpan);
        content.yHigh = content.yLow + leastAccuracySpan;
    }
}

QString stateText(const RunHistory& run, bool hasPoints, bool batches)
{
    switch (run.state) {
    case RunState::Diverged: return translated("diverged");
    case RunState::Damaged: return translated("damaged");
    case RunState::Failed: return translated("failed");
    case RunState::Queued:
    case RunState::Running:
        if (hasPoints)
            return {};
        return batches ? translated("waiting for the first batch") : translated("waiting for the first epoch");
    default: return hasPoints ? QString() : translated("no epoch was completed");
    }
}

bool anyActive(const std::vector<RunHistory>& runs)
{
    return std::any_of(runs.begin(), runs.end(), [](const RunHistory& run) { return run.isActive(); });
}

/// The end of the batches' axis: while runs go on it keeps some room, so that the axes stand still for a while.
int batchesShown(int last, bool active)
{
    const int least = std::max(last, 2);
    if (!active)
        return least;
    const double step = niceStep(std::max(least / roomSteps, 1.0));
    return int(std::ceil(least / step) * step);
}

} // namespace

ChartContent epochContent(Curve curve, const std::vector<RunHistory>& runs)
{
    const CurveTexts& text = texts(curve);
    ChartContent content;
    content.title = translated(text.title);
    content.xTitle = translated("Epoch");
    content.yTitle = text.accuracy ? translated("Accuracy (%)") : translated("Loss (negative log-likelihood)");
    content.cursorTitle = translated("Epoch %1");
    content.higherIsBetter = text.accuracy;
    content.decimals = text.accuracy ? 2 : 4;
    content.unit = text.accuracy ? QStringLiteral(" %") : QString();
    content.notice = anyActive(runs) ? translated("Waiting for the first epoch\u2026") : translated("The checked runs have no epoch to show.");
    for (const RunHistory& run : runs)
        content.series.push_back(epochSeries(text, run));
    if (curve == Curve::TestAccuracy) {
        const double target = Targets{}.testAccuracy;
        content.guide = GuideLine{target, translated("target: above %1 %").arg(target)};
    }
    content.subtitle = bestText(content);
    setEpochRange(content, runs);
    setValueRange(content);
    return content;
}

QString curveStem(Curve curve)
{
    return QString::fromLatin1(texts(curve).stem);
}

ChartContent batchContent(const History& history, double smoothing, int buckets, BatchLines& kept)
{
    ChartContent content;
    content.title = translated("Training loss, batch by batch");
    content.xTitle = translated("Batch");
    content.yTitle = translated("Loss (negative log-likelihood)");
    content.cursorTitle = smoothing > 0 ? translated("Batch %1, smoothed") : translated("Batch %1");
    content.notice = anyActive(history.runs()) ? translated("Waiting for the first batch\u2026")
                                               : translated("The checked runs have no batches to show.");
    std::vector<ChartSeries> lines;
    for (const RunHistory& run : history.runs()) {
        const BatchLine& known = kept.line(run.id, history.batchLosses(run.id), smoothing, buckets);
        ChartSeries line{run.name, runStyle(run.colour).pen(smoothing > 0 ? 2.0 : 1.0), known.smooth, {}, {}};
        if (smoothing > 0) {
            QColor faint = line.pen.color();
            faint.setAlpha(rawOpacity);
            content.series.push_back({run.name, QPen(faint, 1), known.raw, {}, {}});
        }
        line.valueAt = [values = known.values](int x) -> std::optional<double> {
            const auto index = static_cast<std::size_t>(x) - 1;
            return x >= 1 && index < values->size() && std::isfinite((*values)[index]) ? std::optional<double>((*values)[index]) : std::nullopt;
        };
        lines.push_back(std::move(line));
    }
    // All raw lines lie under all smoothed ones.
    std::move(lines.begin(), lines.end(), std::back_inserter(content.series));
    content.xMax = batchesShown(content.lastX(), anyActive(history.runs()));
    setValueRange(content);
    return content;
}

std::vector<LegendEntry> legendEntries(const History& history, bool batches)
{
    std::vector<LegendEntry> entries;
    for (const RunHistory& run : history.runs()) {
        const bool hasPoints = batches ? !history.batchLosses(run.id).empty() : !run.epochs.empty();
        entries.push_back({runStyle(run.colour).pen(), run.name, stateText(run, hasPoints, batches)});
    }
    return entries;
}

} // namespace normscope
