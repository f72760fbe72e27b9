// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace normscope {

/// What a pickle of CIFAR-10's Python version is expected to hold.
enum class PickleContent {
    Images, ///< data_batch_1 to _5, test_batch: `data` (n x 3,072 bytes) and `labels`
    Names,  ///< batches.meta: `label_names`
};

/// One of its files, read.
struct CifarPickle {
    std::vector<std::uint8_t> bytes; ///< the file, or the array alone where it had to be decoded
    std::size_t dataOffset = 0;      ///< where the array starts in `bytes`
    std::vector<std::int64_t> labels;
    std::vector<std::string> labelNames;

    /// labels.size() images of three planes each.
    const std::uint8_t* planes() const { return bytes.data() + dataOffset; }
};

/// Reads one file of cifar-10-batches-py: pickle protocols 2 to 4, as Python 2 wrote the official files
/// and as Python 3 writes them again. Nothing in a pickle is ever executed: the reader knows the few
/// opcodes and the names of numpy that such a file needs, bounds every length by the file's size, and
/// refuses the rest, naming file, opcode or name, and offset.
Result<CifarPickle> readCifarPickle(const std::string& path, PickleContent content);

} // namespace normscope
