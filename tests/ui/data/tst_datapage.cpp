// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"

#include "model/training/augmentation.h"
#include "ui/data/classbars.h"
#include "ui/data/datapage.h"
#include "ui/data/datasetprovider.h"
#include "ui/data/samplemodel.h"
#include "ui/data/samplesheet.h"
#include "ui/window/appsettings.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QSet>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;

namespace {

constexpr int timeout = 20'000;

QSet<uint> indices(const SampleModel& model)
{
    QSet<uint> all;
    for (int row = 0; row < model.rowCount(); ++row)
        all.insert(model.index(row).data(SampleModel::IndexRole).toUInt());
    return all;
}

} // namespace

class TestDataPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void samplesAreAsTrainingWillSeeThem();
    void onlyChangedImages();
    void quickLookSamplesOnlyItsImages();
    void pageShowsAFolder();
    void pageShowsNotes();
    void pageSaysWhatIsWrong();
    void barsHoldAHundredClasses();
    void sheetHoldsTheSamples();
};

void TestDataPage::samplesAreAsTrainingWillSeeThem()
{
    const auto dataset = testing::syntheticDataset(5, 40);
    SampleModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    RunSpec spec;
    spec.augment = 1;
    spec.seed = 11;
    model.setEpoch(3);
    model.setDataset(dataset, spec);
    QCOMPARE(model.rowCount(), SampleModel::sampleCount);
    QCOMPARE(indices(model).size(), SampleModel::sampleCount);
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex item = model.index(row);
        const uint index = item.data(SampleModel::IndexRole).toUInt();
        std::array<std::uint8_t, imageBytes> expected{};
        std::copy_n(dataset->train.image(index), imageBytes, expected.begin());
        augmentImage(expected.data(), 11, 3, index, 1);
        const QImage shown = item.data(SampleModel::TransformedRole).value<QImage>();
        for (int y = 0; y < imageSide; ++y)
            QVERIFY(std::equal(shown.constScanLine(y), shown.constScanLine(y) + imageSide * imageChannels,
                               expected.begin() + y * imageSide * imageChannels));
        QCOMPARE(item.data(SampleModel::LabelRole).toString(),
                 QString::fromStdString(dataset->classNames[dataset->train.labels[index]]));
        const auto ops = plannedOps(11, 3, index, 1);
        QCOMPARE(item.data(SampleModel::OperationsRole).toString(),
                 QString::fromStdString(ops[0].name() + ", " + ops[1].name()));
    }
    const QSet<uint> before = indices(model);
    model.showOthers();
    QVERIFY(indices(model) != before);
}

void TestDataPage::onlyChangedImages()
{
    const auto dataset = testing::syntheticDataset(5, 40);
    SampleModel model;
    RunSpec spec;
    spec.augment = 0.25;
    model.setDataset(dataset, spec);
    model.setOnlyChanged(true);
    QVERIFY(model.rowCount() > 0);
    for (int row = 0; row < model.rowCount(); ++row)
        QVERIFY(!model.index(row).data(SampleModel::OperationsRole).toString().isEmpty());
    spec.augment = 0;
    model.setDataset(dataset, spec);
    QCOMPARE(model.rowCount(), 0);
    model.setOnlyChanged(false);
    QCOMPARE(model.rowCount(), SampleModel::sampleCount);
    for (int row = 0; row < model.rowCount(); ++row)
        QCOMPARE(model.index(row).data(SampleModel::OriginalRole).value<QImage>(),
                 model.index(row).data(SampleModel::TransformedRole).value<QImage>());
}

void TestDataPage::quickLookSamplesOnlyItsImages()
{
    const auto dataset = testing::syntheticDataset(5, 40);
    const auto used = usedIndices(200, 0, true, "train");
    const QSet<uint> allowed(used.begin(), used.end());
    SampleModel model;
    RunSpec spec;
    spec.quickLook = true;
    model.setDataset(dataset, spec);
    QCOMPARE(indices(model), allowed); // 40 of 200: fewer than a page
}

void TestDataPage::pageShowsAFolder()
{
    const QTemporaryDir folder;
    testing::writeImageFolder(folder.path(), *testing::syntheticDataset(3, 20));
    DatasetProvider provider(std::make_shared<DatasetCache>());
    AppSettings settings(folder.filePath(QStringLiteral("settings.ini")));
    DataPage page(provider, settings);
    page.resize(900, 600);
    page.show();
    RunSpec spec;
    spec.data = {DataKind::Folder, folder.path().toStdString()};
    spec.augment = 0;
    page.showSpec(spec);
    QCOMPARE(page.state(), DataPage::State::Loading);
    QTRY_COMPARE_WITH_TIMEOUT(page.state(), DataPage::State::Shown, timeout);
    auto* view = page.findChild<QListView*>(QStringLiteral("samples"));
    QCOMPARE(view->model()->rowCount(), SampleModel::sampleCount);
    const auto* bars = page.findChild<ClassBars*>();
    QCOMPARE(bars->rows(), 3);
    QVERIFY2(bars->rowText(0).endsWith(QStringLiteral(": 20 training, 10 test")), qPrintable(bars->rowText(0)));
    const auto* facts = page.findChild<QLabel*>(QStringLiteral("dataPageFacts"));
    QVERIFY(facts->text().contains(QStringLiteral("60 training and 30 test images, 3 classes")));
    QVERIFY(facts->text().contains(QString::fromStdString(provider.peek(spec.data)->fingerprint).left(12)));

    QTest::mouseClick(page.findChild<QCheckBox*>(QStringLiteral("onlyChanged")), Qt::LeftButton, {}, QPoint(5, 8));
    QCOMPARE(view->model()->rowCount(), 0);
    QVERIFY(page.findChild<QLabel*>(QStringLiteral("samplesEmpty"))->isVisible());
    spec.augment = 1;
    page.showSpec(spec);
    QCOMPARE(view->model()->rowCount(), SampleModel::sampleCount);
    const QImage epoch1 = view->model()->index(0, 0).data(SampleModel::TransformedRole).value<QImage>();
    const QString ops1 = view->model()->index(0, 0).data(SampleModel::OperationsRole).toString();
    auto* epoch = page.findChild<QSpinBox*>(QStringLiteral("dataEpoch"));
    for (int n = 2; n <= 20 && view->model()->index(0, 0).data(SampleModel::OperationsRole).toString() == ops1; ++n)
        epoch->setValue(n);
    QVERIFY(view->model()->index(0, 0).data(SampleModel::TransformedRole).value<QImage>() != epoch1);
    spec.epochs = 5;
    page.showSpec(spec);
    QCOMPARE(epoch->maximum(), 5);
}

void TestDataPage::pageShowsNotes()
{
    const QTemporaryDir folder;
    testing::writeImageFolder(folder.path(), *testing::syntheticDataset(2, 30));
    const QDir train(folder.filePath(QStringLiteral("train")));
    const QString klass = train.entryList(QDir::Dirs | QDir::NoDotAndDotDot).constFirst();
    QFile broken(train.filePath(klass + QStringLiteral("/broken.png")));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.close();
    DatasetProvider provider(std::make_shared<DatasetCache>());
    AppSettings settings(folder.filePath(QStringLiteral("settings.ini")));
    DataPage page(provider, settings);
    page.show();
    RunSpec spec;
    spec.data = {DataKind::Folder, folder.path().toStdString()};
    page.showSpec(spec);
    QTRY_COMPARE_WITH_TIMEOUT(page.state(), DataPage::State::Shown, timeout);
    const auto* notes = page.findChild<QWidget*>(QStringLiteral("dataWarnings"));
    QVERIFY(notes->isVisible());
    QVERIFY2(notes->accessibleName().contains(QStringLiteral("broken.png")), qPrintable(notes->accessibleName()));
}

void TestDataPage::pageSaysWhatIsWrong()
{
    const QTemporaryDir folder;
    DatasetProvider provider(std::make_shared<DatasetCache>());
    AppSettings settings(folder.filePath(QStringLiteral("settings.ini")));
    DataPage page(provider, settings);
    page.show();
    RunSpec spec;
    spec.data = {DataKind::Folder, folder.filePath(QStringLiteral("absent")).toStdString()};
    page.showSpec(spec);
    QTRY_COMPARE_WITH_TIMEOUT(page.state(), DataPage::State::Failed, timeout);
    const auto* error = page.findChild<QWidget*>(QStringLiteral("dataPageError"));
    QVERIFY(error->isVisible());
    QVERIFY(error->accessibleName().contains(QStringLiteral("absent")));
    testing::writeImageFolder(folder.filePath(QStringLiteral("absent")), *testing::syntheticDataset(2, 4));
    QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("dataPageRetry")), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(page.state(), DataPage::State::Shown, timeout);
}

void TestDataPage::barsHoldAHundredClasses()
{
    ClassBars bars;
    QStringList names;
    for (int i = 0; i < 100; ++i)
        names.append(QStringLiteral("class %1").arg(i));
    bars.setCounts(names, std::vector<std::size_t>(100, 5'000), std::vector<std::size_t>(100, 0));
    QCOMPARE(bars.rows(), 100);
    QVERIFY(bars.sizeHint().height() >= 100 * 2 * bars.fontMetrics().height());
    QCOMPARE(bars.rowText(99), QStringLiteral("class 99: %1 training, 0 test").arg(QLocale().toString(5'000)));
    bars.resize(bars.sizeHint());
    QVERIFY(!bars.grab().isNull());
}

void TestDataPage::sheetHoldsTheSamples()
{
    const auto dataset = testing::syntheticDataset(2, 20);
    SampleModel model;
    model.setDataset(dataset, RunSpec{});
    const ExportItem sheet = sampleSheet(model, QStringLiteral("Title"));
    const QColor first = model.index(0).data(SampleModel::OriginalRole).value<QImage>().pixelColor(5, 5);
    model.setDataset(nullptr, RunSpec{}); // the sheet keeps its own copy
    const QImage image = renderExport(sheet, QSize(800, 600), 2);
    QCOMPARE(image.size(), QSize(1600, 1200));
    bool found = false;
    for (int y = 0; y < image.height() && !found; ++y)
        for (int x = 0; x < image.width() && !found; ++x)
            found = image.pixelColor(x, y) == first;
    QVERIFY(found);
}

QTEST_MAIN(TestDataPage)
#include "tst_datapage.moc"
