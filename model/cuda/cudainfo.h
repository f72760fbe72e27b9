// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace normscope {

/// The CUDA device that runs train on (the first one), asked for once.
struct CudaInfo {
    bool present = false;
    std::string name; ///< "NVIDIA H100 80GB HBM3"; empty without one
    bool bf16 = false;
};
const CudaInfo& cudaInfo();

} // namespace normscope
