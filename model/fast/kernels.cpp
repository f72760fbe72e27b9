// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/kernels.h"

#include <cstring>

namespace normscope::fast {

namespace {

/// G g for one column g of three values.
void transformColumn(float g0, float g1, float g2, float* out, int step)
{
    out[0] = g0;
    out[step] = 0.5F * (g0 + g1 + g2);
    out[2 * step] = 0.5F * (g0 - g1 + g2);
    out[3 * step] = g2;
}

float storedAs(float value, float) { return value; }
BFloat16 storedAs(float value, BFloat16) { return toBFloat16(value); }

template <typename T> void transform(const float* kernels, int inChannels, int outChannels, bool mirrored, T* transformed)
{
    constexpr int n = sizeof(float) / sizeof(T); // inputs that lie together
    for (int o = 0; o < outChannels; ++o)
        for (int i = 0; i < inChannels; ++i) {
            const float* g = kernels + (o * inChannels + i) * 9;
            float columns[4][3], tile[16];
            for (int k = 0; k < 3; ++k) {
                const int start = mirrored ? 8 - k : k, step = mirrored ? -3 : 3;
                transformColumn(g[start], g[start + step], g[start + 2 * step], &columns[0][k], 3);
            }
            for (int r = 0; r < 4; ++r)
                transformColumn(columns[r][0], columns[r][1], columns[r][2], tile + r * 4, 1);
            const int from = mirrored ? o : i, to = mirrored ? i : o, width = mirrored ? inChannels : outChannels;
            const int place = (from / n * width + to) * n + from % n;
            for (int p = 0; p < 16; ++p)
                transformed[p * inChannels * outChannels + place] = storedAs(tile[p], T());
        }
}

} // namespace

const KernelSet& kernelSet()
{
    static const bool wideVectors = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                                    && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return wideVectors ? avx512Kernels : avx2Kernels;
}

BFloat16 toBFloat16(float value)
{
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    if (value != value)
        return {static_cast<std::uint16_t>((bits >> 16) | 0x40U)};
    return {static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16)};
}

void transformWeights(const float* kernels, int inChannels, int outChannels, bool mirrored, float* transformed)
{
    transform(kernels, inChannels, outChannels, mirrored, transformed);
}

void transformWeights(const float* kernels, int inChannels, int outChannels, bool mirrored, BFloat16* transformed)
{
    transform(kernels, inChannels, outChannels, mirrored, transformed);
}

} // namespace normscope::fast
