// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/fixtures/testsupport.h"
#include "ui/data/datasetprovider.h"
#include "ui/window/appsettings.h"

#include <QTemporaryDir>

namespace normscope::testing {

/// A folder of its own with a small image folder, settings that point to it, and a provider.
struct FormFixture {
    QTemporaryDir folder;
    QString images = folder.filePath(QStringLiteral("colours"));
    AppSettings settings{folder.filePath(QStringLiteral("settings.ini"))};
    DatasetProvider provider{std::make_shared<DatasetCache>()};

    explicit FormFixture(int classes = 4, int perClass = 40)
    {
        writeImageFolder(images, *syntheticDataset(classes, perClass));
        settings.setDataSpec(QStringLiteral("folder:") + images);
    }
    DataSpec spec() const { return {DataKind::Folder, images.toStdString()}; }
};

} // namespace normscope::testing
