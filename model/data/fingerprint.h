// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace normscope {

struct Dataset;

/// What Dataset::fingerprint holds: SHA-256 (hex) over class names, labels and pixels of both splits.
std::string fingerprintOf(const Dataset& dataset);

} // namespace normscope
