// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/screenshots.h"

#include "ui/data/datasetprovider.h"
#include "ui/experiment/experimentform.h"
#include "ui/runs/runlibrary.h"
#include "ui/window/mainwindow.h"
#include "ui/window/pagearea.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QPixmap>

namespace normscope {

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(normscope::Screenshots)
};

constexpr qint64 quietMs = 700;       // pages refresh by timers of their own, well below this
constexpr qint64 patienceMs = 180'000; // a data set on a slow disk
constexpr int sliceMs = 20;

// Until nothing was loading for a while.
void settle(const DatasetProvider& datasets)
{
    QElapsedTimer whole;
    QElapsedTimer quiet;
    whole.start();
    quiet.start();
    while (quiet.elapsed() < quietMs && whole.elapsed() < patienceMs) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, sliceMs);
        if (datasets.isBusy())
            quiet.restart();
    }
}

QStringList finishedRuns(const RunLibrary& library)
{
    QStringList ids;
    for (const Run* run : library.runs())
        if (run->record.state == RunState::Finished)
            ids.append(run->id());
    return ids;
}

} // namespace

QString saveScreenshots(MainWindow& window, RunLibrary& library, const DatasetProvider& datasets, const QString& folder,
                        const QSize& size)
{
    const QDir target(folder);
    if (!target.mkpath(QStringLiteral(".")))
        return Texts::tr("The folder %1 cannot be made: choose another one.").arg(folder);
    QStringList others;
    for (const Run* run : library.runs())
        others.append(run->id());
    const QStringList finished = finishedRuns(library);
    library.setChecked(others, false);
    library.setChecked(finished, true);
    if (finished.isEmpty())
        return Texts::tr("%1 has no finished run to show: train one first, or name another store with --store.")
            .arg(QString::fromStdString(library.store().folder()));
    window.form()->setSpec(library.run(finished.constFirst())->record.spec);
    window.resize(size);
    window.show();
    for (int index = 0; index < window.pages()->count(); ++index) {
        window.pages()->showPage(index);
        settle(datasets);
        const QString file = target.filePath(window.pages()->title(index).toLower() + QStringLiteral(".png"));
        if (!window.grab().save(file))
            return Texts::tr("%1 cannot be written: is the folder writable, is the disk full?").arg(file);
    }
    return {};
}

} // namespace normscope
