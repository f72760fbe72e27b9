// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/fixtures/testsupport.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/theme.h"
#include "ui/window/appsettings.h"

#include <QApplication>
#include <QTemporaryDir>
#include <QTest>

namespace normscope::testing {

/// What a page of comparisons stands on: settings and an empty store of their own, and the light theme.
struct PageFixture {
    PageFixture() { applyTheme(*qApp, ThemeChoice::Light); }

    /// A finished run in the list of runs.
    RunRecord addRun(const Dataset& dataset, Normalization normalization, double accuracy, bool checked = true,
                     unsigned seed = 1)
    {
        RunSpec spec;
        spec.data = dataset.spec;
        spec.normalization = normalization;
        spec.epochs = 3;
        RunRecord record = writeFinishedRun(library.store(), dataset, spec, accuracy, int(seed) - 1, seed);
        library.refresh();
        library.setChecked(QString::fromStdString(record.id), checked);
        return record;
    }

    QTemporaryDir folder;
    AppSettings settings{folder.filePath(QStringLiteral("settings.ini"))};
    RunLibrary library{RunStore::open(folder.filePath(QStringLiteral("runs")).toStdString()).value()};
};

inline void showPage(QWidget& page, const QSize& size = {1000, 600})
{
    page.resize(size);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
}

} // namespace normscope::testing
