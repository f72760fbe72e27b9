// SPDX-License-Identifier: GPL-3.0-or-later
#define NORMSCOPE_LANES 8
#define NORMSCOPE_KERNELS avx2Kernels
#include "model/fast/kernels.inl"
