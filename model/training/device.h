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

/// 0 means as many as the machine has cores.
int resolveThreads(int threads);
/// Sets up the calling thread, and the workers that its parallel regions will start, for training.
void prepareTrainingThread(int threads);

/// What went wrong inside LibTorch, in words: memory used up, device lost, or a defect.
Error errorFromException(const std::exception& exception, int batchSize);

} // namespace normscope
