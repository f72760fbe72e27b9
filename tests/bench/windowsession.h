// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/data/datasetprovider.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"
#include "ui/window/appsettings.h"
#include "ui/window/mainwindow.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>

#include <functional>
#include <memory>

namespace normscope::bench {

/// The real window on a store and settings in a temporary folder, as main() puts it together.
struct WindowSession {
    WindowSession(const QString& storeFolder, std::shared_ptr<DatasetCache> cache);

    QTemporaryDir folder;
    AppSettings settings{folder.filePath(QStringLiteral("settings.ini"))};
    RunLibrary library;
    DatasetProvider provider;
    TrainingController controller;
    MainWindow window;
};

/// Lets the event loop run until the condition holds; false after `patienceMs`.
bool waitFor(const std::function<bool()>& condition, int patienceMs);
/// Lets it run until nothing was loading for `quietMs`.
void settle(const DatasetProvider& provider, int quietMs);

/// Milliseconds from before `trigger` to the end of the pass of the event loop in which `widget` was painted.
double timeToPaint(QWidget& widget, const std::function<void()>& trigger);

/// An application that sums up for how long events were being handled, sleep left out.
class BusyApplication : public QApplication {
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override;
    static double takeBusyMs(); ///< since the last call

private:
    int m_depth = 0;
    QElapsedTimer m_time;
    qint64 m_busy = 0; ///< nanoseconds
};

/// Loads `data`, or Fashion-MNIST where it is empty; ends the program where that cannot be.
std::shared_ptr<const Dataset> loadOrDie(DatasetCache& cache, const QString& data);

} // namespace normscope::bench
