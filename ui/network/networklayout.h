// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/nn/networkinfo.h"

#include <QFont>
#include <QPainterPath>
#include <QRectF>
#include <QString>

#include <vector>

namespace normscope {

enum class LayerKind { Input, Convolution, Normalization, Activation, Pool, Add, Softmax };
LayerKind layerKind(const std::string& type);
/// The type in few letters: "Conv 3x3", "GroupNorm (4)".
QString shortLayerType(const std::string& type);

/// Where everything of a network's drawing lies, in units of its own; made from the recorded graph alone.
/// Consecutive layers of one stage are stacked; stages stand from left to right by their distance from the
/// input; a branch that another one goes around stands below it.
struct NetworkLayout {
    struct Layer {
        int index = 0; ///< position in NetworkInfo::layers
        LayerKind kind = LayerKind::Input;
        QRectF rect;
        QString text;
    };
    struct Stage {
        QString title;
        QString shape; ///< of its last layer
        QRectF rect;   ///< with title and shape
        std::vector<int> layers;
        std::vector<int> inputs; ///< stages
        int column = 0;
        int row = 0; ///< 0: the main line
        bool isAdd = false;
    };
    struct Arrow {
        QPainterPath path; ///< ends at its tip
        QPointF tip;
        double angle = 0;      ///< degrees, of the tip, 0: to the right
        bool shortcut = false; ///< belongs to the residual connection around a branch
    };

    std::vector<Layer> layers;
    std::vector<Stage> stages;
    std::vector<Arrow> arrows;
    QSizeF size;

    static QFont font();
    static NetworkLayout of(const NetworkInfo& network);
    /// The layer at a point, -1 if there is none.
    int layerAt(const QPointF& point) const;
};

} // namespace normscope
