// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runrecord.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace normscope::storage {

// Internal to model/store: what run.json holds.

using Json = nlohmann::ordered_json;

/// The `schema` this version writes. A change that older versions would misread raises it.
inline constexpr int runSchema = 1;

/// A finite number, or the text "nan", "inf" or "-inf": JSON knows no such numbers.
Json jsonNumber(double value);
Json specToJson(const RunSpec& spec);
/// The text of a JSON value; bytes that are not UTF-8 become U+FFFD.
std::string jsonText(const Json& value);

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
