// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace normscope {

/// Dropout (Srivastava et al. 2014): each value becomes 0 with probability `p`, the others are divided by
/// 1 - p. Which ones is decided by `key` and the value's place in memory, not by a generator's state: equal
/// for any number of threads, and made at a fraction of LibTorch's cost on the CPU. Differentiable.
/// `p` is rounded to a multiple of 2^-32. On CUDA LibTorch's own dropout is used, seeded by the caller.
at::Tensor counterDropout(const at::Tensor& input, double p, std::uint64_t key);

/// The same by a generator, on any device; a CUDA graph draws new numbers each time it runs.
at::Tensor generatorDropout(const at::Tensor& input, double p, const at::Generator& generator);

} // namespace normscope
