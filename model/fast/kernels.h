// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace normscope::fast {

/// A bfloat16: the upper half of a float.
struct BFloat16 {
    std::uint16_t bits;
};
BFloat16 toBFloat16(float value); ///< the nearest, ties to even

/// A 3x3 convolution of one image by winograd.inl. Weights: winogradWeights() of them; bias [out] or null; scratch:
/// winogradScratch() floats. Sides 8, 16 and 32; 16 or 32 channels.
template <typename T>
using WinogradKernel = void (*)(const T* x, T* y, const T* weights, const float* bias, int inChannels, int outChannels, int side, float* scratch);
constexpr std::size_t winogradScratch(int inChannels, int outChannels) { return static_cast<std::size_t>(256 * (inChannels + outChannels)); }
constexpr std::size_t winogradWeights(int inChannels, int outChannels) { return static_cast<std::size_t>(16 * inChannels * outChannels); }
/// Kernels [out][in][3][3] -> [position][in][out], G g G^T; in bfloat16 [position][in / 2][out][2]. `mirrored`: of the
/// convolution that takes gradients back, with in and out exchanged and kernels turned by half a turn.
void transformWeights(const float* kernels, int inChannels, int outChannels, bool mirrored, float* transformed);
void transformWeights(const float* kernels, int inChannels, int outChannels, bool mirrored, BFloat16* transformed);

/// Which values dropout takes away: the counter-based mask of model/nn/dropout.h, so that both engines drop the same.
struct DropoutMask {
    std::uint32_t threshold = 0; ///< 0: nothing is dropped
    float scale = 1;             ///< 1 / (1 - p)
    std::uint32_t offset = 0;    ///< the key's lower half
    std::uint32_t salt = 0;      ///< the key's upper half
    std::uint32_t first = 0;     ///< position of the image's first value in the batch [N, C, H, W]
};

/// The passes between two convolutions, each over one image. An image of C channels and P pixels lies in blocks of
/// `lanes` channels: [C / lanes][P][lanes], oneDNN's nChw16c or nChw8c. T is float or BFloat16; sums are taken in float
/// over 32 pixels and in double beyond. Pointers are aligned to 64 bytes.
template <typename T> struct Kernels {
    /// Sums of the values and of their squares, for every channel.
    void (*statistics)(const T* y, int channels, int pixels, double* sum, double* squares);
    /// a = dropout(relu(scale y + shift)); a NaN stays one.
    void (*activate)(const T* y, T* a, int channels, int pixels, const float* scale, const float* shift, const DropoutMask& dropout);
    /// gradient of a -> gradient of scale y + shift, in place; sums of it and of it times (y - mean), for every channel.
    void (*activateBackward)(const T* a, const T* y, T* gradient, int channels, int pixels, const float* mean, float dropoutScale,
                             double* sum, double* products);
    /// gradient = p gradient + q y + r.
    void (*normalizeBackward)(const T* y, T* gradient, int channels, int pixels, const float* p, const float* q, const float* r);
    /// 2x2, the first of equal ones as PyTorch; `which` (0 to 3) remembers it for every output value.
    void (*maxPool)(const T* x, T* y, std::uint8_t* which, int channels, int side);
    void (*maxPoolBackward)(const T* gradientY, const std::uint8_t* which, T* gradientX, int channels, int side);
    /// Mean over all pixels, for every channel; and the gradient of that.
    void (*averagePool)(const T* x, float* mean, int channels, int pixels);
    void (*averagePoolBackward)(const float* gradient, T* gradientX, int channels, int pixels);
    void (*add)(T* to, const T* from, int count);
    void (*convert)(const float* from, T* to, int count);
    WinogradKernel<T> winograd; ///< null: oneDNN's convolutions are as fast
};

struct KernelSet {
    int lanes = 0; ///< channels in a block
    Kernels<float> f32;
    Kernels<BFloat16> bf16;
};

/// The widest that this processor can run.
const KernelSet& kernelSet();
extern const KernelSet avx2Kernels;   ///< needs AVX2 and FMA
extern const KernelSet avx512Kernels; ///< needs x86-64-v4: AVX-512 F, BW, DQ, VL

} // namespace normscope::fast
