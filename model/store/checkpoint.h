// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/store/runrecord.h"
#include "model/training/trainingstate.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// A run at one moment, whole: it can be trained on from here, and every other file of its folder be written anew.
struct Checkpoint {
    RunRecord record; ///< with the epochs done; its state is not kept
    TrainingState training;
    std::vector<float> batchLosses;       ///< of every batch so far, those of an epoch under way too
    std::optional<Evaluation> evaluation; ///< after the last whole epoch; none before the first one ended
};

inline constexpr std::size_t checkpointLimit = std::size_t(2) << 30; ///< bytes

/// The file: "NORMSCOPE CHECKPOINT 1\n", the number of bytes to come (8 bytes, the lowest first), their SHA-256 (64 hex
/// digits and a line end), then those bytes: the length of a JSON header (8 bytes), the header (schema, run.json's
/// object, epochs, the best one so far, position, and of each array its name, shape and kind), and the arrays' numbers
/// in that order, the lowest byte first.
std::string checkpointBytes(const Checkpoint& checkpoint);

/// Errors: BadInput. They name `path` and what is wrong: cut short, another checksum, a newer schema, an array too many.
/// No memory is taken for more than the bytes hold.
Result<Checkpoint> readCheckpoint(std::string_view bytes, const std::string& path);

} // namespace normscope
