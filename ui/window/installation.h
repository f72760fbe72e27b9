// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include <utility>

namespace normscope {

/// Name and value of everything that a report of a defect needs to say about this computer and this program.
using InstallationRows = QList<std::pair<QString, QString>>;
InstallationRows installationRows(const QString& storeFolder, const QString& settingsFile);
/// The same, a line each.
QString installationText(const InstallationRows& rows);

} // namespace normscope
