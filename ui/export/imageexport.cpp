// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/imageexport.h"

#include "ui/export/exportdialog.h"

#include <QPainter>

#include <cmath>

namespace normscope {

QImage renderExport(const ExportItem& item, const QSize& size, double scale)
{
    if (size.isEmpty() || !std::isfinite(scale) || scale <= 0)
        return {};
    const QSize pixels(qRound(size.width() * scale), qRound(size.height() * scale));
    QImage image(pixels, QImage::Format_RGB32);
    if (image.isNull()) // empty after rounding, or no memory for it
        return {};
    image.fill(Qt::white);
    image.setDevicePixelRatio(scale);
    image.setText(QStringLiteral("Title"), item.title);
    image.setText(QStringLiteral("Software"), QStringLiteral("Normscope"));
    QPainter painter(&image);
    if (scale < 1) // QPainter follows a device ratio only upwards
        painter.scale(scale, scale);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing | QPainter::SmoothPixmapTransform);
    if (item.paint)
        item.paint(painter, QRectF(QPointF(0, 0), QSizeF(size)));
    return image;
}

void exportPngWithDialog(QWidget* parent, const ExportItem& item, AppSettings& settings)
{
    // Not modal: a training run may be under way, and the window stays usable.
    auto* dialog = new ExportDialog(item, settings, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
}

} // namespace normscope
