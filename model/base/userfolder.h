// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace normscope {

/// A folder of the XDG base directory specification: what the environment variable says ("XDG_CACHE_HOME"), else
/// `belowHome` (".cache") in the home folder. Empty where there is no home folder.
std::string userFolder(const char* variable, const std::string& belowHome);

} // namespace normscope
