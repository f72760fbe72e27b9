// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QSize>
#include <QString>

#include <functional>

class QPainter;
class QRectF;
class QWidget;

namespace normscope {

class AppSettings;

/// Something that can be drawn at any size: a chart, a matrix, a sheet of thumbnails. `paint` fills the given
/// rectangle in logical pixels, in print colours (black on white), whatever the screen's theme.
struct ExportItem {
    QString title;    ///< drawn by paint; also the PNG's Title text
    QString fileStem; ///< "test-accuracy", for the suggested file name
    QSize defaultSize{1200, 800};
    std::function<void(QPainter& painter, const QRectF& target)> paint;
};

/// The item at `size` logical pixels times `scale`; white behind it.
QImage renderExport(const ExportItem& item, const QSize& size, double scale);

/// Asks for size, scale and file (all remembered), writes the PNG and says where it is, or why not.
void exportPngWithDialog(QWidget* parent, const ExportItem& item, AppSettings& settings);

} // namespace normscope
