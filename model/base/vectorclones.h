// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Before a function whose loops gain from wide vectors: it is compiled for AVX-512, for AVX2 with FMA and for any
/// x86-64, and the program takes what the processor has. Compile the file with -ffp-contract=off where floating
/// point results must not depend on which.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define NORMSCOPE_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define NORMSCOPE_VECTOR_CLONES
#endif
