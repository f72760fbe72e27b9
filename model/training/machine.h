// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/trainer.h"

#include <string>
#include <vector>

namespace normscope {

/// What a machine has to say about a spec before it runs: a device, an engine or a precision that it lacks (errors),
/// more threads than it has cores (a warning). The rest of the spec is validate()'s.
std::vector<SpecIssue> machineIssues(const RunSpec& spec, const SystemInfo& machine = systemInfo());
/// The first error of machineIssues(). Errors: Device, BadUsage.
Status checkMachine(const RunSpec& spec, const SystemInfo& machine = systemInfo());

/// Whether the spec means the CUDA device, there or not.
bool meansCuda(const RunSpec& spec, const SystemInfo& machine = systemInfo());
/// What Engine::Auto stands for there; any other engine is what was asked for.
Engine engineFor(const RunSpec& spec, bool cuda, const SystemInfo& machine);

/// That CUDA was asked for and this LibTorch sees none.
std::string noCudaText(const std::string& torchVersion);

} // namespace normscope
