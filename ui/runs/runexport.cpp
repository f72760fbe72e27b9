// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runexport.h"

#include "ui/export/textexport.h"
#include "ui/runs/runlibrary.h"
#include "ui/window/appsettings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(normscope::RunExport)
};

QString nameOf(RunFile file)
{
    switch (file) {
    case RunFile::Metrics: return u"metrics.csv"_s;
    case RunFile::Predictions: return u"predictions.csv"_s;
    case RunFile::Weights: return u"weights.pt"_s;
    }
    return {};
}

} // namespace

QString runFilePath(const Run& run, RunFile file)
{
    return QDir(QString::fromStdString(run.record.folder)).filePath(nameOf(file));
}

bool hasRunFile(const Run& run, RunFile file)
{
    return QFileInfo(runFilePath(run, file)).isFile();
}

QString exportRunFile(QWidget* parent, const Run& run, RunFile file, AppSettings& settings, bool* failed)
{
    *failed = false;
    const QFileInfo source(runFilePath(run, file));
    QFileDialog dialog(parent, Texts::tr("Export %1 of \"%2\"").arg(source.fileName(), run.displayName()),
                       exportStartFolder(settings));
    dialog.setOption(QFileDialog::DontUseNativeDialog);
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(source.suffix());
    dialog.selectFile(u"%1-%2"_s.arg(fileStem(run.displayName()), source.fileName()));
    if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty())
        return {};
    const QString target = dialog.selectedFiles().constFirst();
    settings.setExportFolder(QFileInfo(target).absolutePath());
    QFile input(source.filePath());
    QString error;
    if (!input.open(QIODevice::ReadOnly))
        error = Texts::tr("Could not read %1: %2").arg(source.filePath(), input.errorString());
    else
        error = writeWholeFile(target, input.readAll());
    *failed = !error.isEmpty();
    return *failed ? error : Texts::tr("Saved %1").arg(QDir::toNativeSeparators(target));
}

} // namespace normscope
