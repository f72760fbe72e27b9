// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/machine.h"

namespace normscope {

namespace {

/// Why the device cannot compute in the spec's precision, else empty.
std::string precisionProblem(const RunSpec& spec, bool cuda, const SystemInfo& machine)
{
    const std::string orBf16 = machine.cpuBf16 ? "f32 or bf16" : "f32";
    if (spec.precision == Precision::Float32 || (cuda && spec.precision == Precision::Tf32))
        return {};
    if (spec.precision == Precision::Tf32)
        return "Precision tf32 is there on CUDA devices only, and this run would train on the CPU: choose " + orBf16 + ".";
    if (cuda)
        return machine.cudaBf16 ? "" : "Precision bf16 is not there on the CUDA device: choose tf32 or f32.";
    if (!machine.cpuBf16)
        return "Precision bf16 needs a processor with AVX-512 BF16 (avx512_bf16), which this one lacks: choose f32.";
    if (spec.engine == Engine::LibTorch)
        return "On the CPU, the engine libtorch trains in f32 only: choose the engine auto or fast for bf16, or precision f32.";
    return {};
}

/// Why the spec's engine cannot run, else empty.
std::string engineProblem(const RunSpec& spec, bool cuda, const SystemInfo& machine)
{
    if (spec.engine != Engine::Fast)
        return {};
    if (cuda)
        return "The engine fast computes on the CPU only, and this run would train on CUDA: choose the engine auto or libtorch, "
               "or the device cpu.";
    if (!machine.fastEngine)
        return "The engine fast needs an x86-64 processor with AVX2 and a build with oneDNN, and one of them is missing here: choose the "
               "engine auto or libtorch.";
    return {};
}

} // namespace

std::vector<SpecIssue> machineIssues(const RunSpec& spec, const SystemInfo& machine)
{
    std::vector<SpecIssue> issues;
    const auto add = [&](const char* field, std::string message, bool isError) {
        if (!message.empty())
            issues.push_back({field, std::move(message), isError});
    };
    const bool cuda = meansCuda(spec, machine);
    if (cuda && !machine.cuda)
        add("device", noCudaText(machine.torchVersion), true);
    add("engine", engineProblem(spec, cuda, machine), true);
    add("precision", precisionProblem(spec, cuda, machine), true);
    if (!cuda && machine.cores > 0 && spec.threads > machine.cores)
        add("threads", std::to_string(spec.threads) + " threads have to share " + std::to_string(machine.cores)
                + (machine.cores == 1 ? " core" : " cores") + ": training will be slower, not faster. 0 takes one for each core.", false);
    return issues;
}

Status checkMachine(const RunSpec& spec, const SystemInfo& machine)
{
    for (const auto& issue : machineIssues(spec, machine))
        if (issue.isError)
            return Error{issue.field == "device" ? ErrorCode::Device : ErrorCode::BadUsage, issue.message, "--" + issue.field};
    return {};
}

bool meansCuda(const RunSpec& spec, const SystemInfo& machine)
{
    return spec.device == DeviceChoice::Cuda || (spec.device == DeviceChoice::Auto && machine.cuda);
}

Engine engineFor(const RunSpec& spec, bool cuda, const SystemInfo& machine)
{
    if (spec.engine != Engine::Auto)
        return spec.engine;
    return !cuda && machine.fastEngine ? Engine::Fast : Engine::LibTorch;
}

std::string noCudaText(const std::string& torchVersion)
{
    return "CUDA was asked for, but LibTorch " + torchVersion + " sees no CUDA device here. Choose the device auto or cpu, or build "
           "with a CUDA LibTorch (see README).";
}

} // namespace normscope
