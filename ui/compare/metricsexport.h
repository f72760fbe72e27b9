// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/export/imageexport.h"

#include <QString>
#include <QStringList>

class QAbstractItemModel;

namespace normscope {

/// The table as lines of text, columns lined up with spaces: for a mail, a forum, a notebook.
QString tableText(const QAbstractItemModel& table);

/// The table as a picture, with the sentences above and below it. Takes a copy of what it shows, so the table may
/// change meanwhile.
ExportItem tableExport(const QAbstractItemModel& table, const QString& title, const QStringList& above,
                       const QStringList& below);

} // namespace normscope
