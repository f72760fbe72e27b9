// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <functional>
#include <string>

class QFileDialog;
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

/// Opens a save dialog and returns at once: a training run may be under way. `chosen` gets the file's path
/// unless the user cancels; the folder is remembered. The dialog deletes itself. `settings` must outlive it.
QFileDialog* openSaveDialog(QWidget* parent, const QString& title, const QString& suggestedName, AppSettings& settings,
                            std::function<void(const QString& path)> chosen);

/// Asks where to save without waiting for the answer, then writes `text`; `saved` gets the file's path. Where
/// writing failed the user is told.
void askAndSaveText(QWidget* parent, const QString& title, const QString& suggestedName, std::string text,
                    AppSettings& settings, std::function<void(const QString& path)> saved = {});

/// As askAndSaveText(), but returns with the answer: false if the user cancelled or if writing failed.
/// `savedPath`, if given, gets the file's path.
bool saveTextWithDialog(QWidget* parent, const QString& title, const QString& suggestedName, const std::string& text,
                        AppSettings& settings, QString* savedPath = nullptr);

} // namespace normscope
