// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cuda/cudainfo.h"

#include <torch/cuda.h>

#ifdef NORMSCOPE_CUDA
#include <ATen/cuda/CUDAContext.h>
#endif

namespace normscope {

const CudaInfo& cudaInfo()
{
    static const CudaInfo info = [] {
        CudaInfo found;
        found.present = torch::cuda::is_available();
#ifdef NORMSCOPE_CUDA
        if (found.present) {
            const auto* properties = at::cuda::getDeviceProperties(0);
            found.name = properties->name;
            found.bf16 = properties->major >= 8; // Ampere
        }
#else
        if (found.present) // a LibTorch with CUDA, but without the headers that tell the name
            found.name = "CUDA device";
#endif
        return found;
    }();
    return info;
}

} // namespace normscope
