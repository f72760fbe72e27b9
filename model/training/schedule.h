// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

namespace normscope {

/// StepLR, as PyTorch's: the learning rate of `epoch` (1-based) is multiplied by gamma every stepSize epochs.
inline double stepLearningRate(const RunSpec& spec, int epoch)
{
    double rate = spec.learningRate;
    for (int e = spec.stepSize; e < epoch; e += spec.stepSize)
        rate *= spec.gamma;
    return rate;
}

} // namespace normscope
