// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "ui/data/datasetprovider.h"
#include "ui/errors/errorscolumn.h"
#include "ui/errors/errorsfilterbar.h"
#include "ui/errors/errorspage.h"
#include "ui/export/imageexport.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/theme.h"
#include "ui/window/appsettings.h"

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>
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
    void missingDataSaysWhereItWas();
    void changedDataIsSaid();
    void emptyStates();
    void thumbnailSize();
    void sheetIsLightAndShowsTheImages();

private:
    RunRecord addRun(Normalization normalization, double accuracy, unsigned seed = 1);
    void show(ErrorsPage& page);
    const ErrorsColumn& column(const ErrorsPage& page, std::size_t i) const { return *page.columns()[i]; }

    QTemporaryDir m_images;
    std::shared_ptr<const Dataset> m_dataset; ///< as it lies on the disk
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppSettings> m_settings;
    std::unique_ptr<RunLibrary> m_library;
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
    m_library.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_settings = std::make_unique<AppSettings>(m_folder->filePath(QStringLiteral("settings.ini")));
    auto store = RunStore::open(m_folder->filePath(QStringLiteral("runs")).toStdString());
    QVERIFY(store.ok());
    m_library = std::make_unique<RunLibrary>(*store);
    m_cache = std::make_shared<DatasetCache>();
    m_provider = std::make_unique<DatasetProvider>(m_cache);
    applyTheme(*qApp, ThemeChoice::Light);
}

RunRecord TestErrorsPage::addRun(Normalization normalization, double accuracy, unsigned seed)
{
    RunSpec spec;
    spec.data = m_dataset->spec;
    spec.normalization = normalization;
    spec.epochs = 2;
    RunRecord record = testing::writeFinishedRun(m_library->store(), *m_dataset, spec, accuracy, int(seed) - 1, seed);
    m_library->refresh();
    m_library->setChecked(QString::fromStdString(record.id), true);
    return record;
}

void TestErrorsPage::show(ErrorsPage& page)
{
    page.resize(1000, 600);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
}

void TestErrorsPage::aColumnForEachCheckedRun()
{
    addRun(Normalization::Batch, 0.75, 1);
    addRun(Normalization::Layer, 0.5, 2);
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
    const auto runs = m_library->checkedRuns();
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
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
    page.showCell(column(page, 1).runId(), 2, 1);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto evaluation = m_library->evaluation(column(page, i).runId());
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
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    // The window calls this while the page is still hidden.
    page.showCell(m_library->checkedRuns()[0]->id(), 3, 0);
    show(page);
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
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
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
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
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
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
    QVERIFY(column(page, 0).imagesLine().startsWith(QStringLiteral("Loading images")));
    QVERIFY(!column(page, 0).model()->dataset());
    QTRY_VERIFY_WITH_TIMEOUT(column(page, 0).model()->dataset() != nullptr, 20'000);
    QVERIFY(column(page, 0).imagesLine().isEmpty());
    QVERIFY(!column(page, 0).model()->index(0).data(Qt::DecorationRole).value<QPixmap>().isNull());
}

void TestErrorsPage::missingDataSaysWhereItWas()
{
    RunSpec spec;
    spec.data = *DataSpec::parse("folder:/nowhere/at-all");
    const RunRecord record = testing::writeFinishedRun(m_library->store(), *m_dataset, spec, 0.5);
    m_library->refresh();
    m_library->setChecked(QString::fromStdString(record.id), true);
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
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
    QVERIFY(m_library->store().save(record).ok());
    m_library->refresh();
    QVERIFY(m_cache->load(m_dataset->spec).ok());
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
    QVERIFY(column(page, 0).imagesLine().contains(QStringLiteral("changed since this run")));
}

void TestErrorsPage::emptyStates()
{
    {
        ErrorsPage page(*m_library, *m_provider, *m_settings);
        show(page);
        QVERIFY(page.findChild<QLabel*>(QStringLiteral("empty"))->isVisible());
    }
    addRun(Normalization::Batch, 1.0);
    RunSpec waiting;
    waiting.data = m_dataset->spec;
    const QString queued = m_library->create(waiting);
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
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
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
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
    ErrorsPage page(*m_library, *m_provider, *m_settings);
    show(page);
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
