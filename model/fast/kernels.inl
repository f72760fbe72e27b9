// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of kernels.h, compiled once for each width of vectors: NORMSCOPE_LANES floats, into NORMSCOPE_KERNELS.
// Only plain C++ in here: an inline function of the standard library compiled for AVX-512 could be the one that the
// linker keeps for the whole program.
#include "model/fast/kernels.h"

#include <immintrin.h>

namespace normscope::fast {

namespace {

constexpr int lanes = NORMSCOPE_LANES;
constexpr int run = 32; ///< pixels summed in float before the sum goes on in double

using F = float __attribute__((vector_size(lanes * 4), may_alias));
using D = double __attribute__((vector_size(lanes * 8), may_alias));
using U = std::uint32_t __attribute__((vector_size(lanes * 4), may_alias));
using H = std::uint16_t __attribute__((vector_size(lanes * 2), may_alias));
using Pair = int __attribute__((may_alias)); ///< two neighbours in bfloat16
using B = std::uint8_t __attribute__((vector_size(lanes), may_alias));

inline F load(const float* p) { return *reinterpret_cast<const F*>(p); }
inline void store(float* p, F v) { *reinterpret_cast<F*>(p) = v; }

inline F load(const BFloat16* p)
{
    const H half = *reinterpret_cast<const H*>(p);
    return reinterpret_cast<F>(__builtin_convertvector(half, U) << 16);
}

/// To the nearest, ties to even; a NaN must not round to infinity.
inline void store(BFloat16* p, F v)
{
#ifdef __AVX512BF16__ // these kernels run only where the processor has it, see FastEngine::bfloat16Available()
    *reinterpret_cast<H*>(p) = reinterpret_cast<H>(_mm512_cvtneps_pbh(reinterpret_cast<__m512>(v)));
#else
    const U bits = reinterpret_cast<U>(v);
    const U rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
    const U kept = reinterpret_cast<U>(v != v) & ((bits >> 16) | 0x40U);
    *reinterpret_cast<H*>(p) = __builtin_convertvector(rounded | kept, H);
#endif
}

inline D widen(F v) { return __builtin_convertvector(v, D); }

inline U counters()
{
    U v{};
    for (unsigned i = 0; i < lanes; ++i)
        v[i] = i;
    return v;
}

template <typename T> void statistics(const T* y, int channels, int pixels, double* sum, double* squares)
{
    for (int c = 0; c < channels; c += lanes, y += pixels * lanes) {
        D total{}, totalSquares{};
        for (int p = 0; p < pixels; p += run) {
            F s0{}, s1{}, q0{}, q1{};
            const int end = p + run < pixels ? p + run : pixels;
            for (int i = p; i < end; i += 2) {
                const F a = load(y + i * lanes), b = load(y + (i + 1) * lanes);
                s0 += a;
                s1 += b;
                q0 += a * a;
                q1 += b * b;
            }
            total += widen(s0 + s1);
            totalSquares += widen(q0 + q1);
        }
        for (int l = 0; l < lanes; ++l) {
            sum[c + l] = total[l];
            squares[c + l] = totalSquares[l];
        }
    }
}

/// NaN goes through, as in PyTorch.
inline F relu(F v) { return v <= 0.0F ? F{} : v; }

template <typename T, bool Drop>
void activateWith(const T* y, T* a, int channels, int pixels, const float* scale, const float* shift, const DropoutMask& dropout)
{
    const float keep = dropout.scale;
    for (int c = 0; c < channels; c += lanes) {
        const F s = load(scale + c), t = load(shift + c);
        U position = counters() * std::uint32_t(pixels) + (dropout.first + dropout.offset + std::uint32_t(c * pixels));
        for (int p = 0; p < pixels; ++p, y += lanes, a += lanes) {
            F v = relu(load(y) * s + t);
            if constexpr (Drop) {
                U h = position ^ dropout.salt;
                h ^= h >> 16;
                h *= 0x7feb352dU;
                h ^= h >> 15;
                h *= 0x846ca68bU;
                h ^= h >> 16;
                v = h < dropout.threshold ? F{} : v * keep;
                position += 1U;
            }
            store(a, v);
        }
    }
}

template <typename T>
void activate(const T* y, T* a, int channels, int pixels, const float* scale, const float* shift, const DropoutMask& dropout)
{
    if (dropout.threshold)
        activateWith<T, true>(y, a, channels, pixels, scale, shift, dropout);
    else
        activateWith<T, false>(y, a, channels, pixels, scale, shift, dropout);
}

template <typename T>
void activateBackward(const T* a, const T* y, T* gradient, int channels, int pixels, const float* mean, float dropoutScale,
                      double* sum, double* products)
{
    for (int c = 0; c < channels; c += lanes) {
        const F m = load(mean + c);
        D total{}, totalProducts{};
        for (int p = 0; p < pixels; p += run) {
            F s0{}, s1{}, q0{}, q1{};
            const int end = p + run < pixels ? p + run : pixels;
            for (int i = p; i < end; i += 2, a += 2 * lanes, y += 2 * lanes, gradient += 2 * lanes) {
                // Where a is 0, ReLU or dropout took the value away.
                const F g0 = load(a) <= 0.0F ? F{} : load(gradient) * dropoutScale;
                const F g1 = load(a + lanes) <= 0.0F ? F{} : load(gradient + lanes) * dropoutScale;
                s0 += g0;
                s1 += g1;
                q0 += g0 * (load(y) - m);
                q1 += g1 * (load(y + lanes) - m);
                store(gradient, g0);
                store(gradient + lanes, g1);
            }
            total += widen(s0 + s1);
            totalProducts += widen(q0 + q1);
        }
        for (int l = 0; l < lanes; ++l) {
            sum[c + l] = total[l];
            products[c + l] = totalProducts[l];
        }
    }
}

template <typename T>
void normalizeBackward(const T* y, T* gradient, int channels, int pixels, const float* p, const float* q, const float* r)
{
    for (int c = 0; c < channels; c += lanes) {
        const F a = load(p + c), b = load(q + c), d = load(r + c);
        for (int i = 0; i < pixels; ++i, y += lanes, gradient += lanes)
            store(gradient, a * load(gradient) + (b * load(y) + d));
    }
}

template <typename T> void maxPool(const T* x, T* y, std::uint8_t* which, int channels, int side)
{
    const int half = side / 2;
    for (int c = 0; c < channels; c += lanes, x += side * side * lanes)
        for (int row = 0; row < half; ++row)
            for (int column = 0; column < half; ++column, y += lanes, which += lanes) {
                const T* corner = x + (2 * row * side + 2 * column) * lanes;
                F best = load(corner);
                U index{};
                const T* others[3] = {corner + lanes, corner + side * lanes, corner + (side + 1) * lanes};
                for (std::uint32_t i = 0; i < 3; ++i) {
                    const F v = load(others[i]);
                    const auto larger = (v > best) | (v != v);
                    best = larger ? v : best;
                    index = larger ? U{} + (i + 1) : index;
                }
                store(y, best);
                *reinterpret_cast<B*>(which) = __builtin_convertvector(index, B);
            }
}

template <typename T>
void maxPoolBackward(const T* gradientY, const std::uint8_t* which, T* gradientX, int channels, int side)
{
    const int half = side / 2;
    for (int c = 0; c < channels; c += lanes, gradientX += side * side * lanes)
        for (int row = 0; row < half; ++row)
            for (int column = 0; column < half; ++column, gradientY += lanes, which += lanes) {
                T* corner = gradientX + (2 * row * side + 2 * column) * lanes;
                T* places[4] = {corner, corner + lanes, corner + side * lanes, corner + (side + 1) * lanes};
                const F g = load(gradientY);
                const U index = __builtin_convertvector(*reinterpret_cast<const B*>(which), U);
                for (std::uint32_t i = 0; i < 4; ++i)
                    store(places[i], index == i ? g : F{});
            }
}

template <typename T> void averagePool(const T* x, float* mean, int channels, int pixels)
{
    for (int c = 0; c < channels; c += lanes) {
        F sum{};
        for (int p = 0; p < pixels; ++p, x += lanes)
            sum += load(x);
        store(mean + c, sum / float(pixels));
    }
}

template <typename T> void averagePoolBackward(const float* gradient, T* gradientX, int channels, int pixels)
{
    for (int c = 0; c < channels; c += lanes) {
        const F share = load(gradient + c) / float(pixels);
        for (int p = 0; p < pixels; ++p, gradientX += lanes)
            store(gradientX, share);
    }
}

template <typename T> void add(T* to, const T* from, int count)
{
    for (int i = 0; i < count; i += lanes)
        store(to + i, load(to + i) + load(from + i));
}

template <typename T> void convert(const float* from, T* to, int count)
{
    for (int i = 0; i < count; i += lanes)
        store(to + i, load(from + i));
}

#if NORMSCOPE_LANES == 16
#include "model/fast/winograd.inl"
#else
template <typename T> constexpr WinogradKernel<T> winograd = nullptr; // 8 lanes and 16 registers: oneDNN's is as fast
#endif

template <typename T> constexpr Kernels<T> kernelsOf()
{
    return {statistics<T>, activate<T>, activateBackward<T>, normalizeBackward<T>, maxPool<T>, maxPoolBackward<T>,
            averagePool<T>, averagePoolBackward<T>, add<T>, convert<T>, winograd<T>};
}

} // namespace

extern const KernelSet NORMSCOPE_KERNELS;
const KernelSet NORMSCOPE_KERNELS = {lanes, kernelsOf<float>(), kernelsOf<BFloat16>()};

} // namespace normscope::fast
