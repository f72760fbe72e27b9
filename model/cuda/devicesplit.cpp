// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cuda/devicesplit.h"

#include <ATen/ATen.h>

namespace normscope {

namespace {

constexpr std::int64_t bytesPerImage = static_cast<std::int64_t>(imageBytes);
constexpr std::int64_t imagesPerCopy = 8'192;

at::Tensor perChannel(const std::array<float, 3>& values, at::Device device)
{
    return at::tensor({values[0], values[1], values[2]}).view({1, 3, 1, 1}).to(device);
}

} // namespace

DeviceSplit::DeviceSplit(const Split& split, const InputScale& scale, at::Device device, int staged)
    : m_images(static_cast<std::int64_t>(split.size())),
      m_pixels(at::zeros({m_images + staged, bytesPerImage}, at::TensorOptions().dtype(at::kByte).device(device))),
      m_range(perChannel({255, 255, 255}, device)), m_mean(perChannel(scale.mean, device)), m_deviation(perChannel(scale.deviation, device))
{
    for (std::int64_t first = 0; first < m_images; first += imagesPerCopy) {
        const std::int64_t count = std::min(imagesPerCopy, m_images - first);
        auto* bytes = const_cast<std::uint8_t*>(split.image(static_cast<std::size_t>(first))); // only read
        const at::Tensor pixels = at::from_blob(bytes, {count, imageSide, imageSide, imageChannels}, at::kByte).to(device);
        m_pixels.narrow(0, first, count).view({count, imageChannels, imageSide, imageSide}).copy_(pixels.permute({0, 3, 1, 2}));
    }
}

at::Tensor DeviceSplit::staged(int images) const
{
    return m_pixels.narrow(0, m_images, images);
}

at::Tensor DeviceSplit::batch(const at::Tensor& rows) const
{
    const at::Tensor bytes = m_pixels.index_select(0, rows).view({rows.size(0), imageChannels, imageSide, imageSide});
    return at::div(bytes, m_range).sub_(m_mean).div_(m_deviation);
}

} // namespace normscope
