// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/device.h"

#include "model/cuda/cudainfo.h"
#include "model/fast/fastengine.h"
#include "model/training/machine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <algorithm>
#include <new>
#include <thread>

// OpenBLAS keeps a thread pool of its own beside OpenMP's; absent where LibTorch has another BLAS.
extern "C" void openblas_set_num_threads(int) __attribute__((weak));

namespace normscope {

SystemInfo systemInfo()
{
    static const SystemInfo info = [] {
        SystemInfo system;
        system.version = NORMSCOPE_VERSION;
        system.torchVersion = TORCH_VERSION;
        system.cores = resolveThreads(0);
        system.cuda = cudaInfo().present;
        system.cudaDevice = cudaInfo().name;
        system.cudaBf16 = cudaInfo().bf16;
        system.fastEngine = FastEngine::available();
        system.cpuBf16 = FastEngine::bfloat16Available();
        return system;
    }();
    return info;
}

Result<c10::Device> resolveDevice(DeviceChoice choice)
{
    if (choice == DeviceChoice::Cpu)
        return c10::Device(c10::kCPU);
    if (cudaInfo().present)
        return c10::Device(c10::kCUDA, 0);
    if (choice == DeviceChoice::Cuda)
        return Error{ErrorCode::Device, noCudaText(TORCH_VERSION), {}};
    return c10::Device(c10::kCPU);
}

std::string deviceText(c10::Device device, int threads)
{
    if (device.is_cuda())
        return "CUDA: " + cudaInfo().name;
    const int count = resolveThreads(threads);
    return "CPU, " + std::to_string(count) + (count == 1 ? " thread" : " threads");
}

std::string deviceText(c10::Device device, const RunSpec& spec)
{
    std::string text = deviceText(device, spec.threads);
    if (resolveEngine(spec, device) == Engine::Fast)
        text += ", fast engine";
    if (spec.precision != Precision::Float32)
        text += ", " + std::string(toString(spec.precision));
    return text;
}

#if defined(__x86_64__)
bool cpuHasAvx512()
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl");
}

bool cpuHasBf16()
{
    return cpuHasAvx512() && __builtin_cpu_supports("avx512bf16");
}
#else
bool cpuHasAvx512()
{
    return false;
}

bool cpuHasBf16()
{
    return false;
}
#endif

Engine resolveEngine(const RunSpec& spec, c10::Device device)
{
    return engineFor(spec, device.is_cuda(), systemInfo());
}

int resolveThreads(int threads)
{
    return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void prepareTrainingThread(int threads)
{
    // Denormals slow the end of training; worker threads inherit the setting when they are started.
    at::globalContext().setFlushDenormal(true);
    // Hundreds of threads on a few cores take minutes to wait for each other, and gain nothing.
    at::set_num_threads(std::min(resolveThreads(threads), 4 * resolveThreads(0)));
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
}

void prepareTrainingThread(const RunSpec& spec)
{
    prepareTrainingThread(spec.threads);
    at::globalContext().setAllowTF32CuDNN(spec.precision == Precision::Tf32);
    at::globalContext().setAllowTF32CuBLAS(spec.precision == Precision::Tf32);
    at::globalContext().setBenchmarkCuDNN(true); // the shapes are the same all along: its trials pay
}

Error errorFromException(const std::exception& exception, int batchSize)
{
    const auto* torchError = dynamic_cast<const c10::Error*>(&exception);
    const std::string text = torchError ? torchError->what_without_backtrace() : exception.what();
    const bool memory = dynamic_cast<const std::bad_alloc*>(&exception) || text.find("out of memory") != std::string::npos
                        || text.find("can't allocate memory") != std::string::npos;
    if (memory)
        return {ErrorCode::OutOfMemory, "Memory is used up. Try a batch smaller than " + std::to_string(batchSize) + ".", exception.what()};
    if (text.find("CUDA error") != std::string::npos)
        return {ErrorCode::Device, "The CUDA device failed: " + text.substr(0, text.find('\n')) + " Try again on the CPU.", exception.what()};
    return {ErrorCode::Internal, "Training failed: " + text.substr(0, text.find('\n')), exception.what()};
}

} // namespace normscope
