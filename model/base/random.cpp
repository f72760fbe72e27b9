// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"

#include <numeric>
#include <utility>

namespace normscope {

namespace {

std::uint64_t mix(std::uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

constexpr std::uint64_t goldenGamma = 0x9e3779b97f4a7c15ULL;

} // namespace

std::uint64_t RandomStream::next()
{
    ++m_counter;
    return mix(mix(m_key + goldenGamma * m_counter) ^ m_key);
}

double RandomStream::uniform()
{
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

std::uint32_t RandomStream::below(std::uint32_t n)
{
    // Lemire 2019: multiply and take the high half, reject the few values that would bias it.
    const std::uint32_t threshold = (0u - n) % n;
    for (;;) {
        const std::uint64_t product = (next() >> 32) * n;
        if (static_cast<std::uint32_t>(product) >= threshold)
            return static_cast<std::uint32_t>(product >> 32);
    }
}

std::uint64_t streamKey(std::uint64_t seed, std::string_view purpose, std::uint64_t a, std::uint64_t b)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL; // FNV-1a over the purpose
    for (const char c : purpose)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    std::uint64_t key = mix(seed + goldenGamma);
    key = mix(key ^ hash);
    key = mix(key + goldenGamma * (a + 1));
    return mix(key + goldenGamma * (b + 1));
}

std::vector<std::uint32_t> permutation(std::size_t n, std::uint64_t key)
{
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    RandomStream random(key);
    for (std::size_t i = n; i > 1; --i)
        std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    return order;
}

} // namespace normscope
