// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/fixtures/testsupport.h"
#include "ui/data/datasetprovider.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"
#include "ui/window/appsettings.h"
#include "ui/window/mainwindow.h"

#include <QTemporaryDir>

#include <memory>

namespace normscope::testing {

/// A window on a store and settings of its own, and a folder of tiny images to train on.
struct WindowFixture {
    explicit WindowFixture(TrainFunction train = executeRun)
        : settings(folder.filePath(QStringLiteral("settings.ini"))), cache(std::make_shared<DatasetCache>()),
          library(*RunStore::open(folder.filePath(QStringLiteral("runs")).toStdString())), provider(cache),
          controller(library, cache, std::move(train))
    {
        writeImageFolder(imageFolder(), *syntheticDataset(3, 24));
        open();
    }
    void open()
    {
        window.reset();
        window = std::make_unique<MainWindow>(library, controller, provider, settings);
        window->show();
    }
    QString imageFolder() const { return folder.filePath(QStringLiteral("images")); }
    RunSpec spec(int epochs = 1) const
    {
        RunSpec spec;
        spec.data = {DataKind::Folder, imageFolder().toStdString()};
        spec.epochs = epochs;
        spec.batchSize = 8;
        spec.threads = 1;
        return spec;
    }

    QTemporaryDir folder;
    AppSettings settings;
    std::shared_ptr<DatasetCache> cache;
    RunLibrary library;
    DatasetProvider provider;
    TrainingController controller;
    std::unique_ptr<MainWindow> window;
};

} // namespace normscope::testing
