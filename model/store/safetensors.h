// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/statearray.h"

#include <string_view>
#include <vector>

namespace normscope::storage {

// Internal to model/store: the format of github.com/huggingface/safetensors. Eight bytes with the header's length, the
// header in JSON ({"NAME": {"dtype": "F32", "shape": [16, 3], "data_offsets": [begin, end]}, ...}), the numbers.

bool looksLikeSafetensors(std::string_view bytes);

/// Sorted by name. Throws ArrayRefusal.
std::vector<StateArray> readSafetensors(std::string_view bytes);

} // namespace normscope::storage
