// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

class QString;
class QWidget;

namespace normscope {

class AppSettings;
struct Run;

/// A file of a run's folder that a user takes elsewhere.
enum class RunFile { Metrics, Predictions, Weights };

QString runFilePath(const Run& run, RunFile file);
bool hasRunFile(const Run& run, RunFile file);
/// Asks where to (the folder is remembered) without waiting for the answer, then copies it. `tell` gets what to
/// tell the user and whether it is bad news; it is not called when they cancel.
void exportRunFile(QWidget* parent, const Run& run, RunFile file, AppSettings& settings,
                   std::function<void(const QString& news, bool failed)> tell);

} // namespace normscope
