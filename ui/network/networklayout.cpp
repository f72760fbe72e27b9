// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/network/networklayout.h"

#include "ui/network/layertablemodel.h"

#include <QFontMetricsF>
#include <QGuiApplication>

#include <algorithm>
#include <map>

namespace normscope {

namespace {

constexpr double boxHeight = 19;
constexpr double boxGap = 4;
constexpr double padding = 6;
constexpr double columnGap = 20;
constexpr double turn = 12; // of an arrow around a corner
constexpr double rowGap = 20;
constexpr double addSide = 28;
constexpr double margin = 6;

/// Stages of consecutive layers; each layer but the first of a stage reads the one before it and nothing else.
std::vector<NetworkLayout::Stage> findStages(const NetworkInfo& network)
{
    std::vector<NetworkLayout::Stage> stages;
    std::vector<int> stageOf;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const LayerInfo& layer = network.layers[i];
        const bool follows = i > 0 && layer.inputs == std::vector<int>{int(i) - 1}
                             && network.layers[i - 1].stage == layer.stage && layer.type != "Add";
        if (!follows) {
            NetworkLayout::Stage stage;
            stage.title = QString::fromStdString(layer.stage);
            stage.isAdd = layer.type == "Add";
            for (const int input : layer.inputs) {
                stage.inputs.push_back(stageOf[std::size_t(input)]);
                stage.column = std::max(stage.column, stages[std::size_t(stageOf[std::size_t(input)])].column + 1);
            }
            stages.push_back(stage);
        }
        stages.back().layers.push_back(int(i));
        stages.back().shape = shapeText(layer.outputShape);
        stageOf.push_back(int(stages.size()) - 1);
    }
    std::map<int, int> rows; // the longest branch of a column is told first and stays on the main line
    for (auto& stage : stages)
        stage.row = rows[stage.column]++;
    return stages;
}

QSizeF stageSize(const NetworkLayout::Stage& stage, const NetworkInfo& network, const QFontMetricsF& metrics)
{
    if (stage.isAdd)
        return {addSide, addSide};
    double width = std::max(metrics.horizontalAdvance(stage.title), metrics.horizontalAdvance(stage.shape));
    for (const int layer : stage.layers)
        width = std::max(width, metrics.horizontalAdvance(shortLayerType(network.layers[std::size_t(layer)].type)) + 8);
    const double count = double(stage.layers.size());
    return {std::ceil(width) + 2 * padding,
            2 * metrics.height() + count * boxHeight + (count - 1) * boxGap + 2 * padding};
}

void placeLayers(NetworkLayout& layout, const NetworkLayout::Stage& stage, const NetworkInfo& network,
                 double titleHeight)
{
    double y = stage.rect.top() + padding + (stage.isAdd ? 0 : titleHeight);
    for (const int index : stage.layers) {
        const LayerInfo& info = network.layers[std::size_t(index)];
        NetworkLayout::Layer layer{index, layerKind(info.type), {}, shortLayerType(info.type)};
        layer.rect = stage.isAdd ? stage.rect
                                 : QRectF(stage.rect.left() + padding, y, stage.rect.width() - 2 * padding, boxHeight);
        layout.layers.push_back(layer);
        y += boxHeight + boxGap;
    }
}

/// A curve from the right side of `from` to `to`: level on the main line, swung below for a shortcut.
NetworkLayout::Arrow connect(const NetworkLayout::Stage& from, const NetworkLayout::Stage& to)
{
    NetworkLayout::Arrow arrow;
    const QPointF start(from.rect.right(), from.rect.center().y());
    arrow.shortcut = from.row > 0 || to.row > 0;
    if (to.isAdd && from.row > 0) { // up into the sum from below
        arrow.tip = QPointF(to.rect.center().x(), to.rect.bottom());
        arrow.path.moveTo(start);
        arrow.path.lineTo(arrow.tip.x() - turn, start.y());
        arrow.path.quadTo(QPointF(arrow.tip.x(), start.y()), QPointF(arrow.tip.x(), start.y() - turn));
        arrow.path.lineTo(arrow.tip);
        arrow.angle = -90;
        return arrow;
    }
    arrow.tip = QPointF(to.rect.left(), to.rect.center().y());
    arrow.path.moveTo(start);
    if (to.row > 0) { // down in the middle of the gap, clear of the branch above
        const double x = start.x() + columnGap / 2;
        arrow.path.quadTo(QPointF(x, start.y()), QPointF(x, start.y() + turn));
        arrow.path.lineTo(x, arrow.tip.y() - turn);
        arrow.path.quadTo(QPointF(x, arrow.tip.y()), arrow.tip);
        return arrow;
    }
    const double middle = (start.x() + arrow.tip.x()) / 2;
    arrow.path.cubicTo(QPointF(middle + 4, start.y()), QPointF(middle - 4, arrow.tip.y()), arrow.tip);
    return arrow;
}

void placeStages(NetworkLayout& layout, const NetworkInfo& network, const QFontMetricsF& metrics)
{
    std::map<int, double> widths;
    double tallest = 0;
    for (auto& stage : layout.stages) {
        stage.rect.setSize(stageSize(stage, network, metrics));
        widths[stage.column] = std::max(widths[stage.column], stage.rect.width());
        if (stage.row == 0)
            tallest = std::max(tallest, stage.rect.height());
    }
    std::map<int, double> lefts;
    double x = margin;
    for (const auto& [column, width] : widths) {
        lefts[column] = x;
        x += width + columnGap;
    }
    std::map<int, double> bottoms;
    const double mainLine = margin + tallest / 2;
    double height = 0;
    for (auto& stage : layout.stages) {
        const double left = lefts[stage.column] + (widths[stage.column] - stage.rect.width()) / 2;
        const double top = stage.row == 0 ? mainLine - stage.rect.height() / 2 : bottoms[stage.column] + rowGap;
        stage.rect.moveTo(left, top);
        bottoms[stage.column] = stage.rect.bottom();
        height = std::max(height, stage.rect.bottom());
    }
    layout.size = QSizeF(x - columnGap + margin, height + margin);
}

} // namespace

LayerKind layerKind(const std::string& type)
{
    const std::pair<const char*, LayerKind> kinds[] = {
        {"Conv", LayerKind::Convolution},  {"ReLU", LayerKind::Activation}, {"Dropout", LayerKind::Activation},
        {"MaxPool", LayerKind::Pool},      {"AvgPool", LayerKind::Pool},    {"Add", LayerKind::Add},
        {"LogSoftmax", LayerKind::Softmax}};
    for (const auto& [start, kind] : kinds)
        if (type.rfind(start, 0) == 0)
            return kind;
    return type.find("Norm") != std::string::npos ? LayerKind::Normalization : LayerKind::Input;
}

QString shortLayerType(const std::string& type)
{
    QString text = QString::fromStdString(type);
    text.remove(QStringLiteral("2d"));
    if (const auto comma = text.indexOf(QLatin1Char(',')); comma >= 0)
        text = QStringLiteral("%1 (%2)").arg(text.left(comma),
                                             text.mid(comma + 1).trimmed().section(QLatin1Char(' '), 0, 0));
    return text;
}

QFont NetworkLayout::font()
{
    QFont font = QGuiApplication::font();
    font.setPixelSize(11);
    return font;
}

NetworkLayout NetworkLayout::of(const NetworkInfo& network)
{
    NetworkLayout layout;
    const QFontMetricsF metrics(font());
    layout.stages = findStages(network);
    placeStages(layout, network, metrics);
    for (const Stage& stage : layout.stages) {
        placeLayers(layout, stage, network, metrics.height());
        for (const int input : stage.inputs)
            layout.arrows.push_back(connect(layout.stages[std::size_t(input)], stage));
    }
    return layout;
}

int NetworkLayout::layerAt(const QPointF& point) const
{
    for (const Layer& layer : layers)
        if (layer.rect.contains(point))
            return layer.index;
    return -1;
}

} // namespace normscope
