// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/training/normalizer.h"
#include "model/training/runspec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace normscope {

/// One mini-batch on the CPU: images [n, 3, 32, 32] float, normalized; labels [n] int64.
struct Batch {
    at::Tensor images;
    at::Tensor labels;
};

/// Cuts a split into mini-batches, made when asked for: shuffled and augmented from (seed, epoch) for
/// training, in their own order and unchanged for testing. The last batch may be smaller.
class BatchSource {
public:
    /// `indices` are the images of the split that the run uses.
    BatchSource(const InputScale& scale, const Split& split, std::vector<std::uint32_t> indices, int batchSize,
                at::MemoryFormat format);

    /// Shuffles with (seed, epoch) and augments with probability `augment` from here on. epoch is 1-based.
    void beginEpoch(std::uint64_t seed, int epoch, double augment);

    int batches() const;
    std::size_t images() const { return m_order.size(); }
    const std::vector<std::uint32_t>& order() const { return m_order; } ///< positions in the split, batch after batch
    Batch batch(int number) const;

    // A batch in pieces; may be called from several threads at once.
    int batchImages(int number) const;
    void fillImage(int number, int image, float* planes) const; ///< [3, 32, 32], normalized
    int label(int number, int image) const;
    std::uint32_t index(int number, int image) const; ///< its position in the split
    /// Its bytes: those of the split, or where it is changed those that were put into `scratch` (3,072 bytes).
    const std::uint8_t* pixels(int number, int image, std::uint8_t* scratch) const;

    const Split& split() const { return m_split; }
    const InputScale& scale() const { return m_scale; }
    int batchSize() const { return m_batchSize; }

private:
    void fillPixels(float* output, std::uint32_t index) const;
    const std::uint8_t* bytesOf(std::uint32_t index, std::uint8_t* scratch) const;

    const Split& m_split;
    std::vector<std::uint32_t> m_indices;
    std::vector<std::uint32_t> m_order;
    int m_batchSize;
    at::MemoryFormat m_format;
    InputScale m_scale;
    ImageNormalizer m_normalizer;
    std::uint64_t m_seed = 0;
    int m_epoch = 0;
    double m_augment = 0;
};

} // namespace normscope
