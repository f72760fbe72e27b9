// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runexport.h"

#include "ui/export/textexport.h"
#include "ui/runs/runlibrary.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <utility>

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

void exportRunFile(QWidget* parent, const Run& run, RunFile file, AppSettings& settings,
                   std::function<void(const QString& news, bool failed)> tell)
{
    const QFileInfo source(runFilePath(run, file));
    openSaveDialog(parent, Texts::tr("Export %1 of \"%2\"").arg(source.fileName(), run.displayName()),
                   u"%1-%2"_s.arg(fileStem(run.displayName()), source.fileName()), settings,
                   [from = source.filePath(), tell = std::move(tell)](const QString& target) {
        QFile input(from);
        QString error;
        if (!input.open(QIODevice::ReadOnly))
            error = Texts::tr("Could not read %1: %2").arg(from, input.errorString());
        else
            error = writeWholeFile(target, input.readAll());
        tell(error.isEmpty() ? Texts::tr("Saved %1").arg(QDir::toNativeSeparators(target)) : error, !error.isEmpty());
    });
}

} // namespace normscope
