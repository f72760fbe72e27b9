// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace normscope {

class AppSettings;
class RunLibrary;

/// Checks the runs that were checked last time; in a store seen for the first time the last few that have figures.
/// Does nothing where some are checked already.
void restoreCheckedRuns(RunLibrary& library, const AppSettings& settings);
void saveCheckedRuns(const RunLibrary& library, AppSettings& settings);

} // namespace normscope
