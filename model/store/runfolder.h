// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runrecord.h"

#include <cstddef>
#include <string>

namespace normscope::storage {

// Internal to model/store: one run's folder.

inline constexpr std::size_t runJsonLimit = std::size_t(16) << 20;
inline constexpr std::size_t tableLimit = std::size_t(1) << 30;

/// run.json and metrics.csv. Never fails: what cannot be read makes the record Damaged, with the reason,
/// and with everything that could be read.
RunRecord readRunFolder(const std::string& folder);

/// When a run was made, for sorting: its `created`, or what its id or its folder's time says.
std::string sortKey(const RunRecord& record);

/// The time now, ISO 8601 in UTC with microseconds.
std::string utcNow();

} // namespace normscope::storage
