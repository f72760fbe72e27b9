// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace normscope {

/// Lets the calling thread, and all threads that it starts from here on, give way to the window's thread wherever both
/// want a core. It still gets all the time that nobody else wants.
void giveWayToTheWindow();

} // namespace normscope
