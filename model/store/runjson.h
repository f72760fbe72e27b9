// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/jsonreader.h"
#include "model/store/runrecord.h"

#include <string>
#include <string_view>

namespace normscope::storage {

// Internal to model/store: what run.json holds.

/// The `schema` this version writes. A change that older versions would misread raises it.
inline constexpr int runSchema = 1;

Json specToJson(const RunSpec& spec);

/// Text of run.json. Keys that `existing`, its present text, has and this version does not know are kept.
std::string writeRunJson(const RunRecord& record, std::string_view existing);

/// What readRunJson() found.
struct RunJsonState {
    std::string problem; ///< what is wrong, naming the key; empty if nothing is
    int schema = 0;      ///< above runSchema: written by a newer version
    std::string writer;  ///< "Normscope 0.1.0"
};

/// Fills `record` as far as the text can be read, even where there is a problem.
RunJsonState readRunJson(std::string_view text, RunRecord& record);
/// "written by a newer version (Normscope 2.0, schema 2)"
std::string newerVersionText(const RunJsonState& state);

} // namespace normscope::storage
