// SPDX-License-Identifier: GPL-3.0-or-later
// A 3x3 convolution with padding 1 as Winograd's F(2x2, 3x3) (Lavin, Gray 2016): tiles of 4x4 inputs and the kernels
// are transformed, multiplied at each of 16 positions as small matrices [tiles, in] [in, out], and transformed back to
// 2x2 outputs. 16 multiplications for 4 outputs where the plain way takes 36, and sums and differences only, so that
// rounding stays near that of the plain way (F(4x4) is faster still, but its rounding misses our reference values).
// Included by kernels.inl; uses its types.

constexpr int positions = 16;   ///< of a 4x4 tile
constexpr int tilesAtOnce = 16; ///< what is worked on stays in the first-level cache, or nearly

/// B^T d for one column d of four values.
inline void transformColumn(const F d0, const F d1, const F d2, const F d3, F* out)
{
    out[0] = d0 - d2;
    out[1] = d1 + d2;
    out[2] = d2 - d1;
    out[3] = d1 - d3;
}

alignas(64) constexpr float outside[32 * lanes] = {}; ///< a row above or below the image, for either type

/// One row of tiles of one block of channels -> transformed [position][tile][in], from `tile` on.
template <typename T> inline void transformInput(const T* x, int side, int tileRow, T* transformed, int inChannels, int tile)
{
    const T* rows[4];
    for (int r = 0; r < 4; ++r) {
        const int y = 2 * tileRow - 1 + r;
        rows[r] = y >= 0 && y < side ? x + y * side * lanes : reinterpret_cast<const T*>(outside);
    }
    const auto column = [&](int at, F* out) {
        transformColumn(load(rows[0] + at * lanes), load(rows[1] + at * lanes), load(rows[2] + at * lanes), load(rows[3] + at * lanes), out);
    };
    // Tiles overlap by two columns.
    F c0[4] = {}, c1[4], c2[4], c3[4];
    column(0, c1);
    const int step = tilesAtOnce * inChannels;
    T* to = transformed + tile * inChannels;
    for (int t = 0; t < side / 2; ++t, to += inChannels) {
        column(2 * t + 1, c2);
        if (t + 1 < side / 2)
            column(2 * t + 2, c3);
        else
            c3[0] = c3[1] = c3[2] = c3[3] = F{};
#pragma GCC unroll 4
        for (int r = 0; r < 4; ++r) {
            F v[4];
            transformColumn(c0[r], c1[r], c2[r], c3[r], v);
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i)
                store(to + (r * 4 + i) * step, v[i]);
            c0[r] = c2[r];
            c1[r] = c3[r];
        }
    }
}

/// sum += v w for one input channel, or for two in bfloat16: the processor multiplies those in pairs.
inline void multiplyAdd(F& sum, const float* v, F w) { sum += *v * w; }
#ifdef __AVX512BF16__
inline void multiplyAdd(F& sum, const BFloat16* v, F w)
{
    const auto pair = reinterpret_cast<__m512bh>(_mm512_set1_epi32(*reinterpret_cast<const Pair*>(v)));
    sum = reinterpret_cast<F>(_mm512_dpbf16_ps(reinterpret_cast<__m512>(sum), pair, reinterpret_cast<__m512bh>(w)));
}
#endif

/// products [tile][out] = transformed [tile][in] weights [in / n][out][n], n = 1 or 2 (bfloat16); sums stay in registers.
template <typename T, int in, int out, int tiles, int blocks> inline void multiplyTiles(const T* transformed, const T* weights, float* products)
{
    constexpr int n = sizeof(float) / sizeof(T);
    F sums[tiles][blocks] = {};
    for (int c = 0; c < in; c += n) {
        F w[blocks];
        for (int b = 0; b < blocks; ++b)
            w[b] = load(reinterpret_cast<const float*>(weights + c * out) + b * lanes);
#pragma GCC unroll 16
        for (int t = 0; t < tiles; ++t)
#pragma GCC unroll 2
            for (int b = 0; b < blocks; ++b)
                multiplyAdd(sums[t][b], transformed + t * in + c, w[b]);
    }
#pragma GCC unroll 16
    for (int t = 0; t < tiles; ++t)
#pragma GCC unroll 2
        for (int b = 0; b < blocks; ++b)
            store(products + t * out + b * lanes, sums[t][b]);
}

template <typename T, int in, int out> void multiply(const T* transformed, const T* weights, float* products)
{
    constexpr int blocks = out / lanes, tiles = 16 / blocks;
    for (int p = 0; p < positions; ++p) {
        for (int t = 0; t < tilesAtOnce; t += tiles)
            multiplyTiles<T, in, out, tiles, blocks>(transformed + t * in, weights, products + t * out);
        transformed += tilesAtOnce * in;
        weights += in * out;
        products += tilesAtOnce * out;
    }
}

/// A^T m A for one row of tiles and one block of channels, plus the bias.
template <typename T> inline void transformOutput(const float* products, int tile, int outChannels, F bias, T* y, int side, int tileRow)
{
    for (int t = 0; t < side / 2; ++t) {
        const float* from = products + (tile + t) * outChannels;
        const int step = tilesAtOnce * outChannels;
        F upper[4], lower[4];
        for (int i = 0; i < 4; ++i) {
            const F m0 = load(from + i * step), m1 = load(from + (4 + i) * step), m2 = load(from + (8 + i) * step),
                    m3 = load(from + (12 + i) * step);
            upper[i] = m0 + m1 + m2;
            lower[i] = m1 - m2 - m3;
        }
        T* to = y + (2 * tileRow * side + 2 * t) * lanes;
        store(to, upper[0] + upper[1] + upper[2] + bias);
        store(to + lanes, upper[1] - upper[2] - upper[3] + bias);
        store(to + side * lanes, lower[0] + lower[1] + lower[2] + bias);
        store(to + (side + 1) * lanes, lower[1] - lower[2] - lower[3] + bias);
    }
}

template <typename T, int in, int out> void winogradOf(const T* x, T* y, const T* weights, const float* bias, int side, float* scratch)
{
    T* transformed = reinterpret_cast<T*>(scratch);
    float* products = scratch + positions * tilesAtOnce * in;
    const int tilesInRow = side / 2;
    const int rowsAtOnce = tilesAtOnce / tilesInRow;
    for (int row = 0; row < tilesInRow; row += rowsAtOnce) {
        for (int c = 0; c < in; c += lanes)
            for (int r = 0; r < rowsAtOnce; ++r)
                transformInput(x + c * side * side, side, row + r, transformed + c, in, r * tilesInRow);
        multiply<T, in, out>(transformed, weights, products);
        for (int b = 0; b < out; b += lanes)
            for (int r = 0; r < rowsAtOnce; ++r)
                transformOutput(products + b, r * tilesInRow, out, bias ? load(bias + b) : F{}, y + b * side * side, side, row + r);
    }
}

template <typename T>
void winograd(const T* x, T* y, const T* weights, const float* bias, int inChannels, int outChannels, int side, float* scratch)
{
    const auto chosen = inChannels == 16 ? (outChannels == 16 ? winogradOf<T, 16, 16> : winogradOf<T, 16, 32>)
                                         : (outChannels == 16 ? winogradOf<T, 32, 16> : winogradOf<T, 32, 32>);
    chosen(x, y, weights, bias, side, scratch);
}
