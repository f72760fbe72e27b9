// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/kernels.h"

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

} // namespace

void transformWeights(const float* kernels, int inChannels, int outChannels, bool mirrored, float* transformed)
{
    const int to = mirrored ? inChannels : outChannels; // the last index
    for (int o = 0; o < outChannels; ++o)
        for (int i = 0; i < inChannels; ++i) {
            const float* g = kernels + (o * inChannels + i) * 9;
            float columns[4][3], tile[16];
            for (int k = 0; k < 3; ++k) {
                const int a = mirrored ? 8 - k : k, step = mirrored ? -3 : 3;
                transformColumn(g[a], g[a + step], g[a + 2 * step], &columns[0][k], 3);
            }
            for (int r = 0; r < 4; ++r)
                transformColumn(columns[r][0], columns[r][1], columns[r][2], tile + r * 4, 1);
            const int place = mirrored ? o * to + i : i * to + o;
            for (int p = 0; p < 16; ++p)
                transformed[p * inChannels * outChannels + place] = tile[p];
        }
}

} // namespace normscope::fast
