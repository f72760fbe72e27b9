// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/data/inputscale.h"

#include <ATen/core/Tensor.h>

namespace normscope {

/// A split's images in a device's memory, as bytes; batches are gathered and normalized there. Behind them are some
/// rows more for images that were changed (augmented): a batch may name those rows as any other.
class DeviceSplit {
public:
    /// Copies; the current stream is used. `staged`: rows for changed images.
    DeviceSplit(const Split& split, const InputScale& scale, at::Device device, int staged);

    std::int64_t firstStaged() const { return m_images; }
    at::Tensor staged(int images) const; ///< the first of those rows: [images, 3072], planes
    /// rows [n] int64 on the device -> [n, 3, 32, 32] as the network sees them, every step rounded as on the CPU.
    at::Tensor batch(const at::Tensor& rows) const;

private:
    std::int64_t m_images;
    at::Tensor m_pixels; ///< [images + staged, 3072] bytes, planes
    at::Tensor m_range, m_mean, m_deviation; ///< tensors: dividing by a number would be multiplying by its reciprocal
};

} // namespace normscope
