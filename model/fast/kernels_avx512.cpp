// SPDX-License-Identifier: GPL-3.0-or-later
#define NORMSCOPE_LANES 16
#define NORMSCOPE_KERNELS avx512Kernels
#include "model/fast/kernels.inl"
