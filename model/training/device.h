// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/training/runspec.h"

#include <c10/core/Device.h>

#include <string>

namespace normscope {

/// The device that a spec means on this machine. Errors: Device, when CUDA is asked for and not there.
Result<c10::Device> resolveDevice(DeviceChoice choice);
std::string deviceText(c10::Device device, int threads); ///< "CPU, 2 threads", "CUDA: NVIDIA H100"
/// The same with what the run really trains with, where that is not LibTorch in f32: "CPU, 2 threads, fast engine, bf16".
std::string deviceText(c10::Device device, const RunSpec& spec);

/// AVX-512 F, BW, DQ and VL, in the processor and switched on by the system.
bool cpuHasAvx512();
/// Those and AVX-512 BF16.
bool cpuHasBf16();
/// The engine that trains `spec` on `device` here: LibTorch or Fast, never Auto. See checkMachine() for specs that cannot run.
Engine resolveEngine(const RunSpec& spec, c10::Device device);

/// 0 means as many as the machine has cores.
int resolveThreads(int threads);
/// Sets up the calling thread, and the workers that its parallel regions will start, for training.
void prepareTrainingThread(int threads);
/// The same, and CUDA computes as precisely as the spec says: cuDNN would take TF32 for f32 otherwise.
void prepareTrainingThread(const RunSpec& spec);

/// What went wrong inside LibTorch, in words: memory used up, device lost, or a defect.
Error errorFromException(const std::exception& exception, int batchSize);

} // namespace normscope
