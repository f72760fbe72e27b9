// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

/// An array of a network's state dictionary or of its optimizer, row by row, without LibTorch.
struct StateArray {
    std::string name;                 ///< "Conv1.0.weight"
    std::vector<std::int64_t> shape;  ///< empty: a single number
    std::vector<float> values;        ///< empty where it holds counts
    std::vector<std::int64_t> counts; ///< "Conv1.1.num_batches_tracked"

    friend bool operator==(const StateArray&, const StateArray&) = default;
};

} // namespace normscope
