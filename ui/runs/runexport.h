// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QString;
class QWidget;

namespace normscope {

class AppSettings;
struct Run;

/// A file of a run's folder that a user takes elsewhere.
enum class RunFile { Metrics, Predictions, Weights };

QString runFilePath(const Run& run, RunFile file);
bool hasRunFile(const Run& run, RunFile file);
/// Asks where to (the folder is remembered) and copies it. Returns what to tell the user, or an empty text
/// when they cancelled; `failed` says whether it is bad news.
QString exportRunFile(QWidget* parent, const Run& run, RunFile file, AppSettings& settings, bool* failed);

} // namespace normscope
