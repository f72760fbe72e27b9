// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace normscope {

/// Counter-based randomness: the n-th number of a stream depends on the stream's key and on n alone,
/// so a run can be continued, or its images augmented on any number of threads, with equal results.
/// Mixing function: SplitMix64's finalizer (Steele, Lea, Flood 2014), applied to key and counter.
class RandomStream {
public:
    explicit RandomStream(std::uint64_t key) : m_key(key) {}

    std::uint64_t next();
    /// Uniform in [0, 1), 53 bits.
    double uniform();
    /// Uniform in 0 .. n-1 without modulo bias; n > 0.
    std::uint32_t below(std::uint32_t n);

private:
    std::uint64_t m_key;
    std::uint64_t m_counter = 0;
};

/// Key of a stream that belongs to a purpose ("shuffle", "augment", a layer's name) and two counters
/// (epoch, image index). Different arguments give unrelated streams.
std::uint64_t streamKey(std::uint64_t seed, std::string_view purpose, std::uint64_t a = 0, std::uint64_t b = 0);

/// The numbers 0 .. n-1 in an order decided by `key` (Fisher-Yates).
std::vector<std::uint32_t> permutation(std::size_t n, std::uint64_t key);

} // namespace normscope
