// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/pagefixture.h"
#include "ui/data/datasetprovider.h"
#include "ui/errors/errorscolumn.h"
#include "ui/errors/errorsfilterbar.h"
#include "ui/errors/errorspage.h"
#include "ui/export/imageexport.h"

#include <QComboBox>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QToolButton>

using namespace normscope;

class TestErrorsPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void aColumnForEachCheckedRun();
    void showCellFiltersToExactlyThatCell();
    void chipClearsTheFilter();
    void combosFilter();
    void clickSelectsTheSameImageElsewhere();
    void imagesAreLoadedOnDemand();
    void manyDataSetsAreLoadedOnce();
    void missingDataSaysWhereItWas();
    void changedDataIsSaid();
    void emptyStates();
    void thumbnailSize();
    void sheetIsLightAndShowsTheImages();

private:
    RunRecord addRun(Normalization normalization, double accuracy, unsigned seed = 1)
    {
        return m_fixture->addRun(*m_dataset, normalization, accuracy, true, seed);
    }
    const ErrorsColumn& column(const ErrorsPage& page, std::size_t i) const { return *page.columns()[i]; }

    QTemporaryDir m_images;
    std::shared_ptr<const Dataset> m_dataset; ///< as it lies on the disk
    std::unique_ptr<testing::PageFixture> m_fixture;
    std::shared_ptr<DatasetCache> m_cache;
    std::unique_ptr<DatasetProvider> m_provider;
};

void TestErrorsPage::initTestCase()
{
    testing::writeImageFolder(m_images.path(), *testing::syntheticDataset(4, 40));
    auto loaded = loadDataset(*DataSpec::parse("folder:" + m_images.path().toStdString()));
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().message.c_str());
    m_dataset = *loaded;
}

void TestErrorsPage::init()
{
    m_provider.reset();
    m_fixture = std::make_unique<testing::PageFixture>();
    m_cache = std::make_shared<DatasetCache>();
    m_provider = std::make_unique<DatasetProvider>(m_cache);
}

void TestErrorsPage::aColumnForEachCheckedRun()
{
    addRun(Normalization::Batch, 0.75, 1);
    addRun(Normalization::Layer, 0.5, 2);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    const auto runs = m_fixture->library.checkedRuns();
    QCOMPARE(page.columns().size(), std::size_t(2));
    QCOMPARE(column(page, 0).runId(), runs[0]->id());
    QCOMPARE(column(page, 0).totalText(), QStringLiteral("Total incorrect: 20 of 80"));
    QCOMPARE(column(page, 0).model()->rowCount(), 20);
    QCOMPARE(column(page, 1).totalText(), QStringLiteral("Total incorrect: 40 of 80"));
    QCOMPARE(column(page, 1).model()->rowCount(), 40);
}

void TestErrorsPage::showCellFiltersToExactlyThatCell()
{
    addRun(Normalization::Batch, 0.5, 1);
    addRun(Normalization::Layer, 0.25, 2);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    page.showCell(column(page, 1).runId(), 2, 1);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto evaluation = m_fixture->library.evaluation(column(page, i).runId());
        QSet<uint> expected;
        for (std::size_t n = 0; n < evaluation->size(); ++n)
            if (evaluation->label[n] == 2 && evaluation->predicted[n] == 1)
                expected.insert(evaluation->index[n]);
        QVERIFY(!expected.isEmpty());
        QSet<uint> shown;
        const ThumbnailModel* model = column(page, i).model();
        for (int row = 0; row < model->rowCount(); ++row)
            shown.insert(model->index(row).data(ThumbnailModel::TestIndexRole).toUInt());
        QCOMPARE(shown, expected);
    }
    QCOMPARE(page.findChild<QComboBox*>(QStringLiteral("trueClass"))->currentText(), QStringLiteral("class 2"));
    QCOMPARE(page.filterBar()->chipText(), QStringLiteral("class 2 predicted as class 1"));
}

void TestErrorsPage::chipClearsTheFilter()
{
    addRun(Normalization::Batch, 0.5);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    // The window calls this while the page is still hidden.
    page.showCell(m_fixture->library.checkedRuns()[0]->id(), 3, 0);
    testing::showPage(page);
    auto* chip = page.findChild<QToolButton*>(QStringLiteral("filterChip"));
    QVERIFY(chip->isVisible());
    QVERIFY(column(page, 0).model()->rowCount() < 40);
    QTest::mouseClick(chip, Qt::LeftButton);
    QVERIFY(!chip->isVisible());
    QCOMPARE(column(page, 0).model()->rowCount(), 40);
}

void TestErrorsPage::combosFilter()
{
    addRun(Normalization::Batch, 0.5);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    page.findChild<QComboBox*>(QStringLiteral("predictedClass"))->setCurrentIndex(1); // class 0
    const ThumbnailModel* model = column(page, 0).model();
    QVERIFY(model->rowCount() > 0 && model->rowCount() < 40);
    for (int row = 0; row < model->rowCount(); ++row)
        QCOMPARE(model->index(row).data(ThumbnailModel::PredictedRole).toString(), QStringLiteral("class 0"));
    QCOMPARE(page.filterBar()->chipText(), QStringLiteral("anything predicted as class 0"));
}

void TestErrorsPage::clickSelectsTheSameImageElsewhere()
{
    addRun(Normalization::Batch, 0.5, 1);
    addRun(Normalization::Layer, 0.5, 2);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    ThumbnailModel* first = column(page, 0).model();
    ThumbnailModel* second = column(page, 1).model();
    int shared = -1;
    int alone = -1;
    for (int row = 0; row < first->rowCount(); ++row)
        (second->rowOf(first->index(row).data(ThumbnailModel::TestIndexRole).toUInt()) >= 0 ? shared : alone) = row;
    QVERIFY(shared >= 0 && alone >= 0);
    QListView* view = column(page, 0).view();
    const auto click = [&](int row) {
        view->scrollTo(first->index(row));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(first->index(row)).center());
        return first->index(row).data(ThumbnailModel::TestIndexRole).toUInt();
    };
    const uint both = click(shared);
    const QModelIndex other = column(page, 1).view()->currentIndex();
    QVERIFY(other.isValid());
    QCOMPARE(other.data(ThumbnailModel::TestIndexRole).toUInt(), both);
    QVERIFY(column(page, 1).view()->selectionModel()->isSelected(other));
    click(alone);
    QVERIFY(!column(page, 1).view()->selectionModel()->hasSelection());
    QVERIFY2(column(page, 1).footText().contains(QStringLiteral("right in this run (")), qPrintable(column(page, 1).footText()));
    QVERIFY(view->selectionModel()->isSelected(first->index(alone)));
}

void TestErrorsPage::imagesAreLoadedOnDemand()
{
    addRun(Normalization::Batch, 0.5);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    QVERIFY(column(page, 0).imagesLine().startsWith(QStringLiteral("Loading images")));
    QVERIFY(!column(page, 0).model()->dataset());
    QTRY_VERIFY_WITH_TIMEOUT(column(page, 0).model()->dataset() != nullptr, 20'000);
    QVERIFY(column(page, 0).imagesLine().isEmpty());
    QVERIFY(!column(page, 0).model()->index(0).data(Qt::DecorationRole).value<QPixmap>().isNull());
}

void TestErrorsPage::manyDataSetsAreLoadedOnce()
{
    constexpr unsigned count = 3; // the cache keeps two
    QTemporaryDir folders[count];
    for (unsigned i = 0; i < count; ++i) {
        testing::writeImageFolder(folders[i].path(), *testing::syntheticDataset(2, 4, i + 1));
        const auto loaded = loadDataset(*DataSpec::parse("folder:" + folders[i].path().toStdString()));
        QVERIFY(loaded.ok());
        m_fixture->addRun(**loaded, Normalization::Batch, 0.5, true, i + 1);
    }
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    for (std::size_t i = 0; i < count; ++i)
        QTRY_VERIFY_WITH_TIMEOUT(column(page, i).model()->dataset() != nullptr, 20'000);
    QTRY_VERIFY(!m_provider->isBusy());
    QSignalSpy loads(m_provider.get(), &DatasetProvider::ready);
    Q_EMIT m_provider->ready(QString()); // any news makes the page look again
    QTest::qWait(500);
    QCOMPARE(loads.count(), 1);
    for (std::size_t i = 0; i < count; ++i)
        QVERIFY(column(page, i).model()->dataset() != nullptr);
}

void TestErrorsPage::missingDataSaysWhereItWas()
{
    RunSpec spec;
    spec.data = *DataSpec::parse("folder:/nowhere/at-all");
    const RunRecord record = testing::writeFinishedRun(m_fixture->library.store(), *m_dataset, spec, 0.5);
    m_fixture->library.refresh();
    m_fixture->library.setChecked(QString::fromStdString(record.id), true);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    QTRY_VERIFY_WITH_TIMEOUT(column(page, 0).imagesLine().contains(QStringLiteral("/nowhere/at-all")), 10'000);
    QCOMPARE(column(page, 0).model()->rowCount(), 40); // captions stay
    auto* retry = page.findChild<QPushButton*>();
    QVERIFY(retry && retry->isVisible());
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(column(page, 0).imagesLine().contains(QStringLiteral("/nowhere/at-all")), 10'000);
}

void TestErrorsPage::changedDataIsSaid()
{
    RunRecord record = addRun(Normalization::Batch, 0.5);
    record.dataFingerprint = std::string("another");
    QVERIFY(m_fixture->library.store().save(record).ok());
    m_fixture->library.refresh();
    QVERIFY(m_cache->load(m_dataset->spec).ok());
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    QVERIFY(column(page, 0).imagesLine().contains(QStringLiteral("changed since this run")));
}

void TestErrorsPage::emptyStates()
{
    {
        ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
        testing::showPage(page);
        QVERIFY(page.findChild<QLabel*>(QStringLiteral("empty"))->isVisible());
    }
    addRun(Normalization::Batch, 1.0);
    RunSpec waiting;
    waiting.data = m_dataset->spec;
    const QString queued = m_fixture->library.create(waiting);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    for (const ErrorsColumn* shown : page.columns()) {
        QVERIFY(shown->messageText().contains(shown->runId() == queued ? QStringLiteral("waits for its turn")
                                                                      : QStringLiteral("no errors to show")));
        QVERIFY(!shown->view()->isVisible());
    }
}

void TestErrorsPage::thumbnailSize()
{
    addRun(Normalization::Batch, 0.5);
    QVERIFY(m_cache->load(m_dataset->spec).ok());
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    QCOMPARE(column(page, 0).model()->thumbnailSize(), 64);
    const QSize before = column(page, 0).view()->gridSize();
    page.findChild<QSlider*>(QStringLiteral("thumbnailSize"))->setValue(4);
    QCOMPARE(column(page, 0).model()->thumbnailSize(), 128);
    QVERIFY(column(page, 0).view()->gridSize().height() >= before.height() + 64);
}

void TestErrorsPage::sheetIsLightAndShowsTheImages()
{
    addRun(Normalization::Batch, 0.5);
    QVERIFY(m_cache->load(m_dataset->spec).ok());
    applyTheme(*qApp, ThemeChoice::Dark);
    ErrorsPage page(m_fixture->library, *m_provider, m_fixture->settings);
    testing::showPage(page);
    const ExportItem item = page.sheet();
    QCOMPARE(item.title, QStringLiteral("Misclassified test images"));
    const QImage image = renderExport(item, QSize(600, 800), 1);
    QCOMPARE(image.size(), QSize(600, 800));
    QCOMPARE(image.pixelColor(1, 1), QColor(Qt::white));
    // The first picture lies on the sheet, each of its pixels twice as wide.
    const ThumbnailModel* model = column(page, 0).model();
    const QImage first = ThumbnailModel::imageOf(m_dataset.get(), model->index(0).data(ThumbnailModel::TestIndexRole).toUInt());
    bool found = false;
    for (int y = 0; y + 64 <= 300 && !found; ++y)
        for (int x = 0; x + 64 <= 300 && !found; ++x) {
            found = true;
            for (int i = 0; i < 32 && found; ++i)
                found = image.pixelColor(x + 2 * i, y + 2 * i) == first.pixelColor(i, i);
        }
    QVERIFY(found);
}

QTEST_MAIN(TestErrorsPage)
#include "tst_errorspage.moc"
