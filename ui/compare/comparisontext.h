// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/runlibrary.h"

#include <QCoreApplication>
#include <QString>
#include <QStringList>

#include <vector>

namespace normscope {

/// One setting in which runs differ, with its distinct values in the runs' order.
struct Difference {
    QString name;
    QStringList values;
};

/// What can be said in words about a set of runs, from their settings and figures alone.
class ComparisonText {
    Q_DECLARE_TR_FUNCTIONS(normscope::ComparisonText)
public:
    /// Everything that differs, in the order of the settings form; empty where all settings are equal.
    static std::vector<Difference> differences(const std::vector<Run>& runs);
    /// "These runs differ only in: normalization (BN, LN)."
    static QString differencesSentence(const std::vector<Run>& runs);
    /// Why the figures may not be set against one another, else empty.
    static QString dataWarning(const std::vector<Run>& runs);
    /// Which runs are not (or not yet) what they set out to be, else empty.
    static QString unfinishedSentence(const std::vector<Run>& runs);
    /// Which run has the highest test accuracy, by how much, and what that is worth.
    static QString reading(const std::vector<Run>& runs);
    /// The three targets in words, each with the runs that miss it.
    static QStringList targetLines(const std::vector<Run>& runs);
    /// The three targets for one run, one a line with a tick or a cross.
    static QString targetsToolTip(const RunRecord& record);
    static QString stateText(RunState state);
    /// Whether the runs were tested on the same data set, as far as is known.
    static bool sameData(const RunRecord& a, const RunRecord& b);

private:
    static QString spreadSentence(const std::vector<const Run*>& runs);
};

} // namespace normscope
