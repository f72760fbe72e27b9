// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runrecord.h"

#include <QIcon>
#include <QString>

namespace normscope {

struct Run;

QString runStateText(RunState state); ///< "finished", "training", ...
/// The same for a row of the list: also where it waits.
QString runStateText(const Run& run);
/// "7 of 20 epochs"
QString runProgressText(const RunRecord& record);
QIcon runStateIcon(RunState state);
/// Why the run is in its state, for a tool tip; the state's word where there is no more to say.
QString runStateReason(const RunRecord& record);
QString runStateReason(const Run& run);
/// "Batch norm, CIFAR-10, 20 epochs, batch 64, learning rate 0.01, seed 1"
QString runSummary(const RunRecord& record);
/// Name, summary, note and reason, one below the other.
QString runToolTip(const Run& run);

} // namespace normscope
