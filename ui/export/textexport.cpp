// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/textexport.h"

#include "ui/window/appsettings.h"

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QSaveFile>
#include <QStandardPaths>

#include <utility>

namespace normscope {

namespace {

constexpr int maxStemLength = 80; // file systems take 255 bytes; leave room for a suffix and a long folder

QString translated(const char* text)
{
    return QCoreApplication::translate("normscope::Export", text);
}

} // namespace

QString writeWholeFile(const QString& path, const QByteArray& bytes)
{
    const QString shown = QDir::toNativeSeparators(path);
    if (QFileInfo(path).isDir())
        return translated("Could not write %1: it is a folder. Give a file name.").arg(shown);
    if (const QFileInfo info(path); info.exists() && !info.isFile()) // a device or pipe would be replaced by a file
        return translated("Could not write %1: it is not an ordinary file. Choose another file name.").arg(shown);
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return {};
    return translated("Could not write %1: %2. Choose another folder or file name.").arg(shown, file.errorString());
}

QString fileStem(const QString& text)
{
    QString stem;
    for (const QChar c : text.toLower()) {
        if (c.isLetterOrNumber())
            stem += c;
        else if (!stem.isEmpty() && !stem.endsWith(u'-'))
            stem += u'-';
    }
    stem.truncate(maxStemLength);
    while (stem.endsWith(u'-'))
        stem.chop(1);
    return stem.isEmpty() ? QStringLiteral("export") : stem;
}

QString exportStartFolder(const AppSettings& settings)
{
    const QString last = settings.exportFolder();
    if (!last.isEmpty() && QFileInfo(last).isDir())
        return last;
    const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    return QFileInfo(pictures).isDir() ? pictures : QDir::homePath();
}

QFileDialog* openSaveDialog(QWidget* parent, const QString& title, const QString& suggestedName, AppSettings& settings,
                            std::function<void(const QString& path)> chosen)
{
    auto* dialog = new QFileDialog(parent, title, exportStartFolder(settings));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    const QString suffix = QFileInfo(suggestedName).suffix();
    dialog->setDefaultSuffix(suffix);
    dialog->setNameFilters({translated("%1 files (*.%2)").arg(suffix.toUpper(), suffix), translated("All files (*)")});
    dialog->selectFile(suggestedName);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog, [&settings, chosen = std::move(chosen)](const QString& path) {
        settings.setExportFolder(QFileInfo(path).absolutePath());
        chosen(path);
    });
    dialog->open();
    return dialog;
}

namespace {

QFileDialog* openTextDialog(QWidget* parent, const QString& title, const QString& suggestedName, std::string text,
                            AppSettings& settings, std::function<void(const QString& path)> saved)
{
    return openSaveDialog(parent, title, suggestedName, settings,
                          [parent, title, text = std::move(text), saved = std::move(saved)](const QString& path) {
        const QString error = writeWholeFile(path, QByteArray(text.data(), static_cast<qsizetype>(text.size())));
        if (error.isEmpty()) {
            if (saved)
                saved(path);
            return;
        }
        auto* box = new QMessageBox(QMessageBox::Warning, title, error, QMessageBox::Ok, parent);
        box->setTextFormat(Qt::PlainText);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->open();
    });
}

} // namespace

void askAndSaveText(QWidget* parent, const QString& title, const QString& suggestedName, std::string text,
                    AppSettings& settings, std::function<void(const QString& path)> saved)
{
    openTextDialog(parent, title, suggestedName, std::move(text), settings, std::move(saved));
}

bool saveTextWithDialog(QWidget* parent, const QString& title, const QString& suggestedName, const std::string& text,
                        AppSettings& settings, QString* savedPath)
{
    QString written;
    QEventLoop loop;
    const auto* dialog = openTextDialog(parent, title, suggestedName, text, settings,
                                        [&written](const QString& path) { written = path; });
    QObject::connect(dialog, &QObject::destroyed, &loop, &QEventLoop::quit); // after the answer, or with the window
    loop.exec();
    if (savedPath && !written.isEmpty())
        *savedPath = written;
    return !written.isEmpty();
}

} // namespace normscope
