// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/userfolder.h"

#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

namespace normscope {

std::string userFolder(const char* variable, const std::string& belowHome)
{
    const char* const set = std::getenv(variable);
    if (set && set[0] == '/') // the specification: a relative path is to be ignored
        return set;
    const char* home = std::getenv("HOME");
    if (!home || home[0] != '/') {
        const passwd* const user = ::getpwuid(::getuid());
        home = user ? user->pw_dir : nullptr;
    }
    if (!home || home[0] != '/')
        return {};
    return std::string(home) + "/" + belowHome;
}

} // namespace normscope
