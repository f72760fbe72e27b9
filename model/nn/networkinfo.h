// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

/// One step of the forward pass, in order, as recorded while one image went through the network itself.
struct LayerInfo {
    std::string name;             ///< the state dictionary's prefix, "Conv1.0"; of a sum, "res1 +"
    std::string type;             ///< "Conv2d 3x3", "BatchNorm2d", "ReLU", "Dropout", "MaxPool2d", "Add", ...
    std::string stage;            ///< "Conv1", "conv2", ..., "res1", "avgpool"
    std::vector<int> outputShape; ///< channels, height, width (without the batch)
    std::int64_t parameters = 0;
    std::vector<int> inputs;      ///< positions in NetworkInfo::layers; empty: the input image. An Add has two.
};

struct NetworkInfo {
    std::vector<LayerInfo> layers; ///< the first is the input image (type "Input")
    std::int64_t parameters = 0;
    std::int64_t multiplyAdds = 0; ///< of one image's forward pass, convolutions alone
};

/// Builds the network and describes it by running one image through it. 40,394 parameters for 10 classes.
NetworkInfo describeNetwork(Normalization normalization, int groups, int classes);

} // namespace normscope
