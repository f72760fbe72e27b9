// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace normscope {

class AppSettings;

/// Writes `text` as UTF-8, whole or not at all. Returns why it failed, or an empty text.
QString saveText(const QString& path, const QString& text);

/// Asks where to (the folder is remembered), writes, and tells of a failure in a message. Returns the path
/// that was written, or an empty text.
QString saveTextWithDialog(QWidget* parent, AppSettings& settings, const QString& title, const QString& fileName,
                           const QString& text);

/// A run's name as part of a file name: letters, digits, - and _.
QString fileStem(const QString& name);

} // namespace normscope
