// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace normscope::testing {

/// What the settings are tried on.
inline constexpr int trainImagesOfSettings = 80;

/// A setting as it is typed, on the command line or into the window's field, and exactly what is said about it.
struct SettingFault {
    QByteArray row;    ///< the row of BAD-INPUTS, then which case of it
    QByteArray option; ///< without its dashes, which is the window's name for the field too
    QString text;
    QString message;
    bool isWarning = false; ///< the run may start
    bool isUnreadable = false; ///< no number at all: the command line puts the option's name before it
    QByteArray norm = "batch";
    bool isOffered = true; ///< the window has a field that takes it
};

std::vector<SettingFault> settingFaults();

/// What reading the text and validate() say about it together.
QString saidOf(const SettingFault& fault);

} // namespace normscope::testing
