// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/statearray.h"

#include <cstdint>
#include <vector>

namespace normscope {

/// How far a run is: `epoch - 1` whole epochs, and of `epoch` the first `batches` batches with these sums.
struct TrainingPosition {
    int epoch = 1; ///< 1-based; RunSpec::epochs + 1 at the end
    int batches = 0;
    double lossSum = 0; ///< of the batches' mean losses
    std::int64_t correct = 0;
    double seconds = 0; ///< spent on these batches

    friend bool operator==(const TrainingPosition&, const TrainingPosition&) = default;
};

/// All that training needs to go on as if it had never stopped. The learning rate follows from the epoch, and every
/// random choice from the seed with the epoch, step and image (base/random.h), so no generator has a state to keep.
struct TrainingState {
    TrainingPosition position;
    std::vector<StateArray> weights;  ///< the state dictionary, running statistics too
    std::vector<StateArray> momentum; ///< SGD's, of every trained array; none: zeros, before the first step
};

} // namespace normscope
