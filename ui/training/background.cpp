// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/background.h"

#include <algorithm>

#include <sys/resource.h>

namespace normscope {

namespace {

constexpr int niceness = 10; // a ninth of the window's share where both want the same core

} // namespace

void giveWayToTheWindow()
{
    // QThread's priorities do nothing under Linux' usual scheduling. There 0 means this thread, not the process.
    ::setpriority(PRIO_PROCESS, 0, std::max(::getpriority(PRIO_PROCESS, 0), niceness));
}

} // namespace normscope
