// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>

namespace normscope {

class DatasetProvider;
class MainWindow;
class RunLibrary;

/// Shows every finished run on every page and writes each page, with the window around it, to `folder`:
/// curves.png, compare.png, confusion.png, errors.png, model.png, data.png. Waits until loading has ended.
/// Returns what went wrong, or an empty text.
QString saveScreenshots(MainWindow& window, RunLibrary& library, const DatasetProvider& datasets, const QString& folder,
                        const QSize& size);

} // namespace normscope
