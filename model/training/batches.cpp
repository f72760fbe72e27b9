// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/batches.h"

#include "model/base/random.h"
#include "model/training/augmentation.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace normscope {

BatchSource::BatchSource(const InputScale& scale, const Split& split, std::vector<std::uint32_t> indices, int batchSize,
                         at::MemoryFormat format)
    : m_split(split), m_indices(std::move(indices)), m_order(m_indices), m_batchSize(batchSize), m_format(format),
      m_scale(scale), m_normalizer(scale)
{
}

void BatchSource::beginEpoch(std::uint64_t seed, int epoch, double augment)
{
    m_seed = seed;
    m_epoch = epoch;
    m_augment = augment;
    const auto order = permutation(m_indices.size(), streamKey(seed, "shuffle", static_cast<std::uint64_t>(epoch)));
    for (std::size_t i = 0; i < order.size(); ++i)
        m_order[i] = m_indices[order[i]];
}

int BatchSource::batches() const
{
    return static_cast<int>((m_order.size() + static_cast<std::size_t>(m_batchSize) - 1) / static_cast<std::size_t>(m_batchSize));
}

const std::uint8_t* BatchSource::bytesOf(std::uint32_t index, std::uint8_t* scratch) const
{
    const std::uint8_t* image = m_split.image(index);
    return m_augment > 0 ? augmentedImage(image, scratch, m_seed, m_epoch, index, m_augment) : image;
}

void BatchSource::fillPixels(float* output, std::uint32_t index) const
{
    std::array<std::uint8_t, imageBytes> scratch;
    const std::uint8_t* image = bytesOf(index, scratch.data());
    if (m_format == at::MemoryFormat::ChannelsLast)
        m_normalizer.toPixels(image, output);
    else
        m_normalizer.toPlanes(image, output);
}

int BatchSource::batchImages(int number) const
{
    return std::min(m_batchSize, static_cast<int>(m_order.size()) - number * m_batchSize);
}

std::uint32_t BatchSource::index(int number, int image) const
{
    return m_order[static_cast<std::size_t>(number) * static_cast<std::size_t>(m_batchSize) + static_cast<std::size_t>(image)];
}

void BatchSource::fillImage(int number, int image, float* planes) const
{
    fillPixels(planes, index(number, image));
}

int BatchSource::label(int number, int image) const
{
    return m_split.labels[index(number, image)];
}

const std::uint8_t* BatchSource::pixels(int number, int image, std::uint8_t* scratch) const
{
    return bytesOf(index(number, image), scratch);
}

Batch BatchSource::batch(int number) const
{
    const std::size_t first = static_cast<std::size_t>(number) * static_cast<std::size_t>(m_batchSize);
    const auto count = static_cast<std::size_t>(batchImages(number));
    const auto n = static_cast<std::int64_t>(count);
    Batch batch{at::empty({n, imageChannels, imageSide, imageSide}, at::TensorOptions().dtype(at::kFloat).memory_format(m_format)),
                at::empty({n}, at::kLong)};
    float* images = batch.images.data_ptr<float>();
    auto* labels = batch.labels.data_ptr<std::int64_t>();
    at::parallel_for(0, n, 8, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            const std::uint32_t index = m_order[first + i];
            fillPixels(images + i * imageBytes, index);
            labels[i] = m_split.labels[index];
        }
    });
    return batch;
}

} // namespace normscope
