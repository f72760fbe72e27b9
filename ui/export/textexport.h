// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <string>

class QWidget;

namespace normscope {

class AppSettings;

/// Writes the file whole or not at all. Returns an empty text, or what a person reads when it failed:
/// the path, the system's reason and what to do next.
QString writeWholeFile(const QString& path, const QByteArray& bytes);

/// `text` as part of a file name: lower case letters and digits joined by single hyphens; "export" if nothing is left.
QString fileStem(const QString& text);

/// The folder that exports go to first: the last one used, else the user's pictures or home.
QString exportStartFolder(const AppSettings& settings);

/// Asks where to save (the folder is remembered) and writes `text`. False if the user cancelled or if writing
/// failed, which the user was told. `savedPath`, if given, gets the file's path.
bool saveTextWithDialog(QWidget* parent, const QString& title, const QString& suggestedName, const std::string& text,
                        AppSettings& settings, QString* savedPath = nullptr);

} // namespace normscope
