// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/store/statearray.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// The file of a state dictionary as torch.save(dict) writes it: a zip archive that torch.load(path, weights_only=True)
/// and LibTorch read. Names must differ, shapes must fit. Equal arrays make equal bytes.
std::string stateDictionaryBytes(const std::vector<StateArray>& arrays);

/// Reads what stateDictionaryBytes(), torch.save() of a dict, an OrderedDict or a module's state_dict(), or
/// safetensors wrote, without executing anything. Numbers of 16, 32 and 64 bits become float, whole numbers and truth
/// values counts. Errors: BadInput. They name `path`, what is wrong and how to save it. No memory is taken for more
/// than the bytes hold, or for more than 16,777,216 numbers.
Result<std::vector<StateArray>> readStateDictionary(std::string_view bytes, const std::string& path);

inline constexpr std::size_t stateDictionaryLimit = std::size_t(64) << 20; ///< bytes; ours has about 200,000

/// The same from a regular file of at most that size. Errors: NotFound, Io and BadInput.
Result<std::vector<StateArray>> readStateDictionaryFile(const std::string& path);

} // namespace normscope
