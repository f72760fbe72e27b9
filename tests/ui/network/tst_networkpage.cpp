// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"

#include "ui/network/layertablemodel.h"
#include "ui/network/networkdrawing.h"
#include "ui/network/networkpage.h"
#include "ui/network/normcube.h"
#include "ui/runs/runlibrary.h"
#include "ui/window/appsettings.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace normscope;

class TestNetworkPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tableHasEveryLayerAndTheTotal();
    void drawingFollowsTheGraph_data();
    void drawingFollowsTheGraph();
    void boxesDoNotOverlap();
    void tableAndDrawingHighlightEachOther();
    void cubeMarksWhatSharesAMean_data();
    void cubeMarksWhatSharesAMean();
    void pageShowsTheFormAndTheRuns();
    void exportIsBlackOnWhite();
};

void TestNetworkPage::tableHasEveryLayerAndTheTotal()
{
    LayerTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    const NetworkInfo network = describeNetwork(Normalization::Batch, 4, 10);
    model.setNetwork(network);
    const int total = model.rowCount() - 1;
    QCOMPARE(total, int(network.layers.size()));
    QCOMPARE(model.index(total, LayerTableModel::ParametersColumn).data(LayerTableModel::ParametersRole).toLongLong(),
             40'394LL);
    QCOMPARE(model.index(total, LayerTableModel::ParametersColumn).data().toString(), QLocale().toString(40'394));
    QVERIFY(model.index(total, 0).data(LayerTableModel::IsTotalRole).toBool());
    qint64 sum = 0;
    for (int row = 0; row < total; ++row)
        sum += model.index(row, 0).data(LayerTableModel::ParametersRole).toLongLong();
    QCOMPARE(sum, 40'394LL);
    const auto row = std::find_if(network.layers.begin(), network.layers.end(),
                                  [](const LayerInfo& layer) { return layer.name == "Conv1.0"; })
                     - network.layers.begin();
    QCOMPARE(model.index(int(row), LayerTableModel::ShapeColumn).data().toString(), QStringLiteral("16 x 32 x 32"));
    QCOMPARE(model.index(int(row), LayerTableModel::ParametersColumn).data().toString(),
             QStringLiteral("448")); // 3*16*9 + 16
    model.setNetwork(describeNetwork(Normalization::None, 4, 10));
    QVERIFY(model.rowCount() - 1 < total);
}

void TestNetworkPage::drawingFollowsTheGraph_data()
{
    QTest::addColumn<int>("normalization");
    for (const auto normalization : {Normalization::Batch, Normalization::Layer, Normalization::Group,
                                     Normalization::Instance, Normalization::None})
        QTest::newRow(std::string(toString(normalization)).c_str()) << int(normalization);
}

void TestNetworkPage::drawingFollowsTheGraph()
{
    QFETCH(int, normalization);
    const NetworkInfo network = describeNetwork(static_cast<Normalization>(normalization), 4, 10);
    const NetworkLayout layout = NetworkLayout::of(network);
    QCOMPARE(layout.layers.size(), network.layers.size());
    const auto adds =
        std::count_if(layout.stages.begin(), layout.stages.end(), [](const auto& stage) { return stage.isAdd; });
    QCOMPARE(adds, 2);
    for (const auto& stage : layout.stages) {
        if (!stage.isAdd)
            continue;
        // A branch of three convolutions on the main line and one of a single convolution below it.
        QCOMPARE(stage.inputs.size(), std::size_t(2));
        QList<int> convolutions;
        QList<int> rows;
        for (const int input : stage.inputs) {
            const auto& branch = layout.stages[std::size_t(input)];
            convolutions.append(int(std::count_if(branch.layers.begin(), branch.layers.end(), [&](int layer) {
                return network.layers[std::size_t(layer)].type.rfind("Conv2d", 0) == 0;
            })));
            rows.append(branch.row);
            QCOMPARE(branch.inputs, layout.stages[std::size_t(stage.inputs[0])].inputs); // both start at the same place
        }
        QCOMPARE(convolutions, QList<int>({3, 1}));
        QCOMPARE(rows, QList<int>({0, 1}));
    }
    const auto shortcuts =
        std::count_if(layout.arrows.begin(), layout.arrows.end(), [](const auto& arrow) { return arrow.shortcut; });
    QCOMPARE(shortcuts, 4); // into and out of either branch
}

void TestNetworkPage::boxesDoNotOverlap()
{
    const NetworkLayout layout = NetworkLayout::of(describeNetwork(Normalization::Instance, 4, 100));
    for (std::size_t i = 0; i < layout.stages.size(); ++i) {
        QVERIFY(QRectF(QPointF(0, 0), layout.size).contains(layout.stages[i].rect));
        for (std::size_t j = i + 1; j < layout.stages.size(); ++j)
            QVERIFY(!layout.stages[i].rect.intersects(layout.stages[j].rect));
    }
}

void TestNetworkPage::tableAndDrawingHighlightEachOther()
{
    const QTemporaryDir folder;
    auto store = RunStore::open(folder.path().toStdString());
    QVERIFY(store.ok());
    RunLibrary library(store.value());
    AppSettings settings(folder.filePath(QStringLiteral("settings.ini")));
    NetworkPage page(library, settings);
    page.resize(1000, 640);
    page.showSpec(RunSpec{}, 10);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    auto* drawing = page.findChild<NetworkDrawing*>();
    auto* table = page.findChild<QTableView*>(QStringLiteral("layerTable"));
    QTest::mouseMove(drawing, drawing->layerRect(3).center().toPoint());
    QTRY_COMPARE(drawing->highlighted(), 3);
    QCOMPARE(table->selectionModel()->selectedRows().value(0).row(), 3);
    table->selectRow(7);
    QCOMPARE(drawing->highlighted(), 7);
    table->scrollTo(table->model()->index(5, 0));
    QTest::mouseMove(table->viewport(), table->visualRect(table->model()->index(5, 1)).center());
    QTRY_COMPARE(drawing->highlighted(), 5);
}

void TestNetworkPage::cubeMarksWhatSharesAMean_data()
{
    QTest::addColumn<int>("normalization");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("cells"); // of images x channels
    QTest::newRow("batch") << int(Normalization::Batch) << 4 << NormCube::images;
    QTest::newRow("layer") << int(Normalization::Layer) << 4 << NormCube::channels;
    QTest::newRow("group 1") << int(Normalization::Group) << 1 << NormCube::channels;
    QTest::newRow("group 4") << int(Normalization::Group) << 4 << 4;
    QTest::newRow("group 16") << int(Normalization::Group) << 16 << 1;
    QTest::newRow("instance") << int(Normalization::Instance) << 4 << 1;
    QTest::newRow("none") << int(Normalization::None) << 4 << 0;
}

void TestNetworkPage::cubeMarksWhatSharesAMean()
{
    QFETCH(int, normalization);
    QFETCH(int, groups);
    QFETCH(int, cells);
    NormCube cube;
    cube.setNormalization(static_cast<Normalization>(normalization), groups);
    int marked = 0;
    for (int n = 0; n < NormCube::images; ++n)
        for (int c = 0; c < NormCube::channels; ++c)
            marked += cube.shares(n, c);
    QCOMPARE(marked, cells);
}

void TestNetworkPage::pageShowsTheFormAndTheRuns()
{
    const QTemporaryDir folder;
    auto store = RunStore::open(folder.path().toStdString());
    QVERIFY(store.ok());
    RunSpec spec;
    spec.normalization = Normalization::Group;
    spec.groups = 8;
    const auto dataset = testing::syntheticDataset(5, 4);
    const RunRecord run = testing::writeFinishedRun(store.value(), *dataset, spec, 0.8);
    RunLibrary library(store.value());
    library.setChecked(QString::fromStdString(run.id), true);
    AppSettings settings(folder.filePath(QStringLiteral("settings.ini")));
    NetworkPage page(library, settings);
    page.showSpec(RunSpec{}, 10);
    QCOMPARE(page.network().parameters, std::int64_t(40'394));
    auto* choice = page.findChild<QComboBox*>(QStringLiteral("networkChoice"));
    QCOMPARE(choice->count(), 2);
    choice->setCurrentIndex(1);
    QCOMPARE(page.network().parameters, std::int64_t(40'394 - 5 * 33));
    const auto* text = page.findChild<QLabel*>(QStringLiteral("networkExplanation"));
    QVERIFY2(text->text().contains(QStringLiteral("8 groups")), qPrintable(text->text()));
    library.setChecked(QString::fromStdString(run.id), false); // falls back to the form
    QCOMPARE(choice->currentIndex(), 0);
    QCOMPARE(page.network().parameters, std::int64_t(40'394));
}

void TestNetworkPage::exportIsBlackOnWhite()
{
    NetworkDrawing drawing;
    drawing.setNetwork(describeNetwork(Normalization::Batch, 4, 10));
    QPalette dark;
    dark.setColor(QPalette::Base, Qt::black);
    dark.setColor(QPalette::Text, Qt::white);
    drawing.setPalette(dark);
    QImage image(1400, 640, QImage::Format_RGB32);
    image.fill(Qt::white);
    {
        QPainter painter(&image);
        drawing.paintForExport(painter, QRectF(image.rect()), QStringLiteral("Title"));
    }
    int white = 0;
    int black = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            white += image.pixelColor(x, y).lightness() > 250;
            black += image.pixelColor(x, y).lightness() < 60;
        }
    QVERIFY(white > image.width() * image.height() / 3);
    QVERIFY(black > 500 && black < image.width() * image.height() / 10);
}

QTEST_MAIN(TestNetworkPage)
#include "tst_networkpage.moc"
