// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace normscope {

using StateDict = std::vector<std::pair<std::string, at::Tensor>>;

/// Writes a dictionary of tensors as Python's torch.save does, so that torch.load(path, weights_only=True)
/// reads it. The file is written beside, synced and renamed.
Status writeStateDict(const std::string& path, const StateDict& tensors);

/// Reads what writeStateDict() or Python's torch.save(dict) wrote. Every tensor of `tensors` must be there with its
/// shape, and no other; then they are copied into. Errors name the file and the key.
Status readStateDict(const std::string& path, const StateDict& tensors);

} // namespace normscope
