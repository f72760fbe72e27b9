// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <vector>

namespace normscope {

/// `recipe` on the data, seed and machine (device, threads, engine, precision) of `place`.
RunSpec recipeOn(const RunSpec& place, RunSpec recipe);
/// Position in presets() of the one whose recipe `spec` follows, whatever its data, seed and machine; -1: none.
int matchingPreset(const RunSpec& spec);
/// The position of the same seed recipe, as a quick look or not.
int presetWithQuickLook(int preset, bool quick);
/// The seed's three recipes on the data, seed and machine of `place`; quick looks if `place` is one.
std::vector<RunSpec> seedComparison(const RunSpec& place);

} // namespace normscope
