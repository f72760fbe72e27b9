// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/training/trainingcontroller.h"

namespace normscope {

class EpochBar;
class RunLibrary;

/// "0:42", "3:10", "1:05:00"
QString clockText(double seconds);
/// "1,950 images/s"; nothing where the run does not train just now.
QString speedText(TrainingController::State state, double imagesPerSecond);
/// "3:10 left"; nothing where the run does not train just now.
QString leftText(TrainingController::State state, double seconds);
/// Shows how far a run under way is, in figures and words.
void showProgress(EpochBar& bar, const RunLibrary& library, const TrainingController& controller, const QString& runId);

} // namespace normscope
