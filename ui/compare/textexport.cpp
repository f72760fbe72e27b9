// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/textexport.h"

#include "ui/window/appsettings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QSaveFile>

namespace normscope {

QString saveText(const QString& path, const QString& text)
{
    const auto failure = [&](const QFileDevice& file) {
        return QCoreApplication::translate("normscope::TextExport", "\"%1\" could not be written: %2. Choose another place.")
            .arg(path, file.errorString());
    };
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return failure(file);
    file.write(text.toUtf8());
    return file.commit() ? QString() : failure(file);
}

QString saveTextWithDialog(QWidget* parent, AppSettings& settings, const QString& title, const QString& fileName,
                           const QString& text)
{
    const QString folder = settings.exportFolder();
    const QString path = QFileDialog::getSaveFileName(parent, title, QDir(folder).filePath(fileName),
                                                      QCoreApplication::translate("normscope::TextExport", "CSV files (*.csv)"));
    if (path.isEmpty())
        return {};
    settings.setExportFolder(QFileInfo(path).absolutePath());
    if (const QString error = saveText(path, text); !error.isEmpty()) {
        QMessageBox::warning(parent, title, error);
        return {};
    }
    return path;
}

QString fileStem(const QString& name)
{
    QString stem;
    for (const QChar c : name.simplified().toLower()) {
        const bool plain = c.isLetterOrNumber() || c == QLatin1Char('_');
        if (plain)
            stem.append(c);
        else if (!stem.isEmpty() && !stem.endsWith(QLatin1Char('-')))
            stem.append(QLatin1Char('-'));
    }
    while (stem.endsWith(QLatin1Char('-')))
        stem.chop(1);
    return stem.isEmpty() ? QStringLiteral("run") : stem.left(60);
}

} // namespace normscope
