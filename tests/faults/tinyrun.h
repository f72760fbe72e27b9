// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runstore.h"

#include <QProcess>
#include <QString>
#include <QStringList>

namespace normscope::testing {

/// A tiny training by the real normscope-cli on a folder of images, to be disturbed: 3 classes, 60 images, 4 epochs of
/// 4 batches with dropout and augmentation.
class TinyRun {
public:
    /// Writes the images below `folder`.
    explicit TinyRun(const QString& folder, int epochs = 4);

    QStringList trainArguments(const QString& store, const QString& norm = QStringLiteral("batch")) const;
    QStringList resumeArguments(const QString& store, const QString& run) const;
    int epochs() const { return m_epochs; }

private:
    QString m_images;
    int m_epochs;
};

/// How a call of normscope-cli ended.
struct CliEnd {
    bool crashed = false; ///< by a signal
    int code = -1;
    QString out, err;
    int epochsTold() const; ///< lines "Epoch N: ..." of stderr
};
/// Runs it to its end; `environment` is added to this process's. `killAfterMs` >= 0: SIGKILL after so many milliseconds.
CliEnd runCli(const QStringList& arguments, const QStringList& environment = {}, int killAfterMs = -1);

/// What is wrong with a run that nobody trains: it must open, have at least `epochsTold` epochs, and its files must tell of
/// the same epochs. Empty if nothing is.
QString brokenPromise(const RunStore& store, const RunRecord& run, int epochsTold);

/// The first difference between two finished runs that should be equal bit for bit, but for times, names and folders.
QString difference(const RunRecord& a, const RunRecord& b);

} // namespace normscope::testing
