// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/pagefixture.h"
#include "ui/compare/comparepage.h"
#include "ui/compare/metricsexport.h"
#include "ui/compare/metricstablemodel.h"
#include "ui/export/imageexport.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTableView>

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
    QString addRun(Normalization normalization, double accuracy, bool checked = true)
    {
        return QString::fromStdString(m_fixture->addRun(*m_dataset, normalization, accuracy, checked).id);
    }
    QLabel* label(const ComparePage& page, const char* name) const { return page.findChild<QLabel*>(QLatin1String(name)); }
    QAbstractItemModel* table(const ComparePage& page) const { return page.findChild<QTableView*>()->model(); }

    std::unique_ptr<testing::PageFixture> m_fixture;
    std::shared_ptr<const Dataset> m_dataset = testing::syntheticDataset(4, 40);
};

void TestComparePage::init()
{
    m_fixture = std::make_unique<testing::PageFixture>();
}

void TestComparePage::showsTheCheckedRunsInTheirOrder()
{
    addRun(Normalization::Layer, 0.5);
    addRun(Normalization::Group, 0.6, false);
    addRun(Normalization::Batch, 0.75);
    ComparePage page(m_fixture->library, m_fixture->settings);
    testing::showPage(page);
    const auto runs = m_fixture->library.checkedRuns();
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
    ComparePage page(m_fixture->library, m_fixture->settings);
    testing::showPage(page);
    QVERIFY(label(page, "empty")->isVisible());
    QVERIFY(!page.findChild<QTableView*>()->isVisible());
}

void TestComparePage::followsALiveRun()
{
    RunSpec spec;
    spec.data = m_dataset->spec;
    const QString id = m_fixture->library.create(spec);
    ComparePage page(m_fixture->library, m_fixture->settings);
    testing::showPage(page);
    QCOMPARE(table(page)->index(0, M::Epochs).data().toString(), QStringLiteral("queued"));
    QCOMPARE(table(page)->index(0, M::TestAccuracy).data().toString(), QStringLiteral("\u2013"));
    m_fixture->library.appendEpoch(id, {1, 40, 45.5, 1.5, 1.4, 0.01, 3});
    QTRY_COMPARE_WITH_TIMEOUT(table(page)->index(0, M::TestAccuracy).data().toString(), QStringLiteral("45.50"), 2000);
}

void TestComparePage::hiddenPageDoesNoWork()
{
    const QString id = addRun(Normalization::Batch, 0.75);
    ComparePage page(m_fixture->library, m_fixture->settings);
    QSignalSpy resets(table(page), &QAbstractItemModel::modelReset);
    m_fixture->library.rename(id, QStringLiteral("Renamed"));
    QTest::qWait(250);
    QCOMPARE(resets.count(), 0);
    testing::showPage(page);
    QCOMPARE(table(page)->index(0, M::Name).data().toString(), QStringLiteral("Renamed"));
}

void TestComparePage::csvHasTheNotebooksColumns()
{
    addRun(Normalization::Batch, 0.75);
    addRun(Normalization::Layer, 0.5);
    ComparePage page(m_fixture->library, m_fixture->settings);
    testing::showPage(page);
    const QStringList lines = page.csv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].contains(QStringLiteral("Train Acc,Test Acc,Train Loss,Test Loss")));
    QVERIFY(lines[1].startsWith(QStringLiteral("Batch norm,")));
}

void TestComparePage::plainTextHasTheTableAndTheSentences()
{
    addRun(Normalization::Batch, 0.75);
    addRun(Normalization::Layer, 0.5);
    ComparePage page(m_fixture->library, m_fixture->settings);
    testing::showPage(page);
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
    ComparePage page(m_fixture->library, m_fixture->settings);
    testing::showPage(page);
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
