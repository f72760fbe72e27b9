// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace normscope::storage {

// Internal to model/store: text that comes from people, folders and damaged files.

bool isValidUtf8(std::string_view text);
/// A run's name as it is kept: one line of valid UTF-8, trimmed, at most 200 characters.
std::string cleanName(std::string_view text);
/// A note as it is kept: valid UTF-8 whose only control characters are line ends and tabs.
std::string cleanNote(std::string_view text);
/// A found value inside a message: quoted, control characters escaped, cut where it is long.
std::string shown(std::string_view text);

} // namespace normscope::storage
