// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "ui/compare/comparepage.h"
#include "ui/compare/metricsexport.h"
#include "ui/compare/metricstablemodel.h"
#include "ui/export/imageexport.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/theme.h"
#include "ui/window/appsettings.h"

#include <QApplication>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using M = MetricsTableModel;

class TestComparePage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void showsTheCheckedRunsInTheirOrder();
    void nothingChecked();
    void followsALiveRun();
    void hiddenPageDoesNoWork();
    void csvHasTheNotebooksColumns();
    void plainTextHasTheTableAndTheSentences();
    void pngIsBlackOnWhiteInTheDarkTheme();

private:
    QString addRun(Normalization normalization, double accuracy, bool checked = true);
    QLabel* label(const ComparePage& page, const char* name) const { return page.findChild<QLabel*>(QLatin1String(name)); }
    QAbstractItemModel* table(const ComparePage& page) const { return page.findChild<QTableView*>()->model(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppSettings> m_settings;
    std::unique_ptr<RunLibrary> m_library;
    std::shared_ptr<const Dataset> m_dataset = testing::syntheticDataset(4, 40);
};

void TestComparePage::init()
{
    m_library.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_settings = std::make_unique<AppSettings>(m_folder->filePath(QStringLiteral("settings.ini")));
    auto store = RunStore::open(m_folder->filePath(QStringLiteral("runs")).toStdString());
    QVERIFY(store.ok());
    m_library = std::make_unique<RunLibrary>(*store);
    applyTheme(*qApp, ThemeChoice::Light);
}

QString TestComparePage::addRun(Normalization normalization, double accuracy, bool checked)
{
    RunSpec spec;
    spec.data = m_dataset->spec;
    spec.normalization = normalization;
    spec.epochs = 3;
    const RunRecord record = testing::writeFinishedRun(m_library->store(), *m_dataset, spec, accuracy);
    m_library->refresh();
    const QString id = QString::fromStdString(record.id);
    m_library->setChecked(id, checked);
    return id;
}

void TestComparePage::showsTheCheckedRunsInTheirOrder()
{
    addRun(Normalization::Layer, 0.5);
    addRun(Normalization::Group, 0.6, false);
    addRun(Normalization::Batch, 0.75);
    ComparePage page(*m_library, *m_settings);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const auto runs = m_library->checkedRuns();
    QCOMPARE(table(page)->rowCount(), 2);
    for (int row = 0; row < 2; ++row)
        QCOMPARE(table(page)->index(row, M::Name).data().toString(), runs[std::size_t(row)]->displayName());
    QCOMPARE(label(page, "differences")->text(), QStringLiteral("These runs differ only in: normalization (LN, BN)."));
    QVERIFY(label(page, "dataWarning")->isHidden());
    QVERIFY(label(page, "reading")->text().contains(QStringLiteral("75.00 %, 25.00 points above Layer norm (50.00 %)")));
    QVERIFY(label(page, "targets")->text().startsWith(QStringLiteral("Test accuracy above 70 %: not met by Layer norm\n")));
}

void TestComparePage::nothingChecked()
{
    addRun(Normalization::Batch, 0.75, false);
    ComparePage page(*m_library, *m_settings);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    QVERIFY(label(page, "empty")->isVisible());
    QVERIFY(!page.findChild<QTableView*>()->isVisible());
}

void TestComparePage::followsALiveRun()
{
    RunSpec spec;
    spec.data = m_dataset->spec;
    const QString id = m_library->create(spec);
    ComparePage page(*m_library, *m_settings);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    QCOMPARE(table(page)->index(0, M::Epochs).data().toString(), QStringLiteral("queued"));
    QCOMPARE(table(page)->index(0, M::TestAccuracy).data().toString(), QStringLiteral("\u2013"));
    m_library->appendEpoch(id, {1, 40, 45.5, 1.5, 1.4, 0.01, 3});
    QTRY_COMPARE_WITH_TIMEOUT(table(page)->index(0, M::TestAccuracy).data().toString(), QStringLiteral("45.50"), 2000);
}

void TestComparePage::hiddenPageDoesNoWork()
{
    const QString id = addRun(Normalization::Batch, 0.75);
    ComparePage page(*m_library, *m_settings);
    QSignalSpy resets(table(page), &QAbstractItemModel::modelReset);
    m_library->rename(id, QStringLiteral("Renamed"));
    QTest::qWait(250);
    QCOMPARE(resets.count(), 0);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    QCOMPARE(table(page)->index(0, M::Name).data().toString(), QStringLiteral("Renamed"));
}

void TestComparePage::csvHasTheNotebooksColumns()
{
    addRun(Normalization::Batch, 0.75);
    addRun(Normalization::Layer, 0.5);
    ComparePage page(*m_library, *m_settings);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const QStringList lines = page.csv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].contains(QStringLiteral("Train Acc,Test Acc,Train Loss,Test Loss")));
    QVERIFY(lines[1].startsWith(QStringLiteral("Batch norm,")));
}

void TestComparePage::plainTextHasTheTableAndTheSentences()
{
    addRun(Normalization::Batch, 0.75);
    addRun(Normalization::Layer, 0.5);
    ComparePage page(*m_library, *m_settings);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const QString text = page.plainText();
    QVERIFY(text.startsWith(QStringLiteral("These runs differ only in: normalization (BN, LN).\nRun ")));
    QVERIFY(text.contains(QStringLiteral("\u2605 75.00")));
    QVERIFY(text.contains(QStringLiteral("Batch norm has the highest test accuracy")));
}

void TestComparePage::pngIsBlackOnWhiteInTheDarkTheme()
{
    addRun(Normalization::Batch, 0.75);
    addRun(Normalization::Layer, 0.5);
    applyTheme(*qApp, ThemeChoice::Dark);
    ComparePage page(*m_library, *m_settings);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const QImage image = renderExport(tableExport(*table(page), QStringLiteral("Comparison"), {}, {}), QSize(900, 300), 2);
    QCOMPARE(image.size(), QSize(1800, 600));
    QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
    int dark = 0;
    int blue = 0; // the first run's line
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor colour = image.pixelColor(x, y);
            dark += colour.lightness() < 60;
            blue += colour == QColor(0x00, 0x72, 0xb2);
        }
    QVERIFY2(dark > 3000 && dark < image.width() * image.height() / 10, qPrintable(QString::number(dark)));
    QVERIFY(blue > 50);
}

QTEST_MAIN(TestComparePage)
#include "tst_comparepage.moc"
