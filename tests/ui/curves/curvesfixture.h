// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/fixtures/testsupport.h"
#include "ui/curves/chartcanvas.h"
#include "ui/curves/chartpanel.h"
#include "ui/curves/curvecontent.h"
#include "ui/curves/curvespage.h"
#include "ui/curves/runlegend.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/runstyle.h"
#include "ui/window/appsettings.h"

#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

namespace normscope::testing {

using namespace Qt::StringLiterals;

inline const QStringList stems = {u"training-loss"_s, u"test-loss"_s, u"training-accuracy"_s, u"test-accuracy"_s};
inline constexpr double EpochMetrics::*members[] = {&EpochMetrics::trainLoss, &EpochMetrics::testLoss, &EpochMetrics::trainAccuracy,
                                             &EpochMetrics::testAccuracy};

inline RunSpec specOf(Normalization normalization, int epochs)
{
    RunSpec spec;
    spec.normalization = normalization;
    spec.epochs = epochs;
    return spec;
}

/// A store with `finished` runs, its library (all checked), and the page on the screen.
struct Fixture {
    explicit Fixture(int finished, int epochs = 20)
    {
        const auto dataset = syntheticDataset();
        const Normalization kinds[] = {Normalization::Batch, Normalization::Group, Normalization::Layer};
        for (int i = 0; i < finished; ++i)
            records.push_back(writeFinishedRun(store, *dataset, specOf(kinds[i % 3], epochs), 0.75 - 0.05 * i, i, unsigned(i + 1)));
        library = std::make_unique<RunLibrary>(store);
        for (const auto& record : records)
            library->setChecked(QString::fromStdString(record.id), true);
        page = std::make_unique<CurvesPage>(*library, settings);
        page->resize(1000, 640);
        page->show();
        QVERIFY(QTest::qWaitForWindowExposed(page.get()));
    }

    ChartPanel* panel(const QString& stem) const { return page->findChild<ChartPanel*>(stem); }
    QString id(std::size_t run) const { return QString::fromStdString(records[run].id); }

    QTemporaryDir folder;
    AppSettings settings{folder.filePath(u"settings.ini"_s)};
    RunStore store = std::move(RunStore::open(folder.filePath(u"runs"_s).toStdString()).value());
    std::vector<RunRecord> records;
    std::unique_ptr<RunLibrary> library;
    std::unique_ptr<CurvesPage> page;
};

inline EpochMetrics metrics(int epoch)
{
    return {epoch, 40.0 + epoch, 50.0 + epoch, 2.0 / epoch, 1.5 / epoch, 0.01, 1.0};
}

inline bool near(const QColor& a, const QColor& b)
{
    return std::abs(a.red() - b.red()) <= 3 && std::abs(a.green() - b.green()) <= 3 && std::abs(a.blue() - b.blue()) <= 3;
}

} // namespace normscope::testing
