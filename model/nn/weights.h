// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/store/statearray.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace normscope {

using StateDict = std::vector<std::pair<std::string, at::Tensor>>;

/// The tensors' numbers, wherever they lie: floating ones as float, others as counts. Throws what LibTorch throws where
/// a device was lost.
std::vector<StateArray> toStateArrays(const StateDict& tensors);

/// Copies arrays into the tensors of the same names. Every tensor must be there with its shape, and no other; otherwise
/// nothing is copied, and the error says which. `what`, "The weights file PATH", begins its message.
Status copyStateArrays(const std::vector<StateArray>& arrays, const StateDict& tensors, const std::string& what);

/// Writes the tensors as Python's torch.save does: see stateDictionaryBytes(). The file is written beside, synced and
/// renamed.
Status writeStateDict(const std::string& path, const StateDict& tensors);

/// readStateDictionaryFile() and copyStateArrays().
Status readStateDict(const std::string& path, const StateDict& tensors);

} // namespace normscope
