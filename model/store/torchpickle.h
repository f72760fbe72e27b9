// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/arraybytes.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::storage {

// Internal to model/store: the pickle of a state dictionary, without what it describes.

/// A tensor of the dictionary. `numbers.bytes` stay empty: they lie in the archive's entry "data/STORAGE".
struct TorchTensor {
    ArrayBytes numbers;
    std::string_view storage; ///< a part of the pickle
    std::int64_t stored = 0; ///< numbers that the storage has
};

/// The tensors of a dict or an OrderedDict, in its order. Nothing is executed: see PickleMachine. Throws PickleRefusal
/// or ArrayRefusal.
std::vector<TorchTensor> readTorchPickle(std::string_view pickle);

/// The pickle of a dict of these arrays, as torch.save writes it; array N is stored as "data/N".
std::string torchPickle(const std::vector<StateArray>& arrays);

} // namespace normscope::storage
