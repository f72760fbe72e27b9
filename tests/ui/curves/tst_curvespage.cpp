// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "ui/curves/chartcanvas.h"
#include "ui/curves/chartexport.h"
#include "ui/curves/chartpanel.h"
#include "ui/curves/cursorbox.h"
#include "ui/curves/curvecontent.h"
#include "ui/curves/curvespage.h"
#include "ui/curves/runlegend.h"
#include "ui/export/exportdialog.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/runstyle.h"
#include "ui/theme/theme.h"
#include "ui/window/appsettings.h"

#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace normscope;
using namespace Qt::StringLiterals;

namespace {

const QStringList stems = {u"training-loss"_s, u"test-loss"_s, u"training-accuracy"_s, u"test-accuracy"_s};
constexpr double EpochMetrics::*members[] = {&EpochMetrics::trainLoss, &EpochMetrics::testLoss, &EpochMetrics::trainAccuracy,
                                             &EpochMetrics::testAccuracy};

RunSpec specOf(Normalization normalization, int epochs)
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
        const auto dataset = testing::syntheticDataset();
        const Normalization kinds[] = {Normalization::Batch, Normalization::Group, Normalization::Layer};
        for (int i = 0; i < finished; ++i)
            records.push_back(testing::writeFinishedRun(store, *dataset, specOf(kinds[i % 3], epochs), 0.75 - 0.05 * i, i, unsigned(i + 1)));
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

EpochMetrics metrics(int epoch)
{
    return {epoch, 40.0 + epoch, 50.0 + epoch, 2.0 / epoch, 1.5 / epoch, 0.01, 1.0};
}

bool near(const QColor& a, const QColor& b)
{
    return std::abs(a.red() - b.red()) <= 3 && std::abs(a.green() - b.green()) <= 3 && std::abs(a.blue() - b.blue()) <= 3;
}

int countPixels(const QImage& image, const QRect& area, const std::function<bool(const QColor&)>& wanted)
{
    int count = 0;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            count += wanted(image.pixelColor(x, y)) ? 1 : 0;
    return count;
}

} // namespace

class TestCurvesPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void showsEveryMetricOfEveryRun();
    void followsTheCheckedRuns();
    void addsLivePoints();
    void saysWhatToDoWhenEmpty();
    void waitsForTheFirstEpoch();
    void dropsWhatIsNotFinite();
    void readsTheValuesUnderTheMouse();
    void sortsTheReadout();
    void forgetsACursorBeyondTheRuns();
    void keepsTheReadoutInThePlot();
    void movesTheCursorByKey();
    void enlargesAndGoesBack();
    void showsBatches();
    void smoothesBatches();
    void marksTheTarget();
    void exportsForPrint_data();
    void exportsForPrint();
    void exportsThroughTheDialog();
    void drawsLinesInTheTheme_data();
    void drawsLinesInTheTheme();
    void elidesLongNames();
};

void TestCurvesPage::cleanup()
{
    applyTheme(*qApp, ThemeChoice::Light);
}

void TestCurvesPage::showsEveryMetricOfEveryRun()
{
    Fixture f(3);
    for (int c = 0; c < 4; ++c) {
        const ChartContent& content = f.panel(stems[c])->content();
        QCOMPARE(content.series.size(), std::size_t(3));
        for (std::size_t run = 0; run < 3; ++run) {
            const auto& epochs = f.records[run].epochs;
            const auto& series = content.series[run];
            QCOMPARE(series.points.size(), qsizetype(20));
            for (std::size_t e = 0; e < epochs.size(); ++e)
                QCOMPARE(series.points[qsizetype(e)], QPointF(epochs[e].epoch, epochs[e].*members[c]));
            QCOMPARE(series.pen, runStyle(f.records[run].colour).pen());
            QVERIFY(content.yLow <= epochs.back().*members[c] && content.yHigh >= epochs.back().*members[c]);
        }
        QCOMPARE(content.xMin, 1.0);
        QCOMPARE(content.xMax, 20.0);
        QCOMPARE(content.xTitle, u"Epoch"_s);
        QCOMPARE(content.yTitle, c < 2 ? u"Loss (negative log-likelihood)"_s : u"Accuracy (%)"_s);
    }
    const auto& test = f.records[0].epochs;
    const auto best = std::max_element(test.begin(), test.end(), [](auto& a, auto& b) { return a.testAccuracy < b.testAccuracy; });
    QCOMPARE(*f.panel(u"test-accuracy"_s)->content().series[0].best, QPointF(best->epoch, best->testAccuracy));
}

void TestCurvesPage::followsTheCheckedRuns()
{
    Fixture f(3);
    f.library->setChecked(f.id(1), false);
    QCOMPARE(f.panel(u"test-loss"_s)->content().series.size(), std::size_t(2));
    QCOMPARE(f.page->findChild<RunLegend*>()->entries().size(), std::size_t(2));
    f.library->setColour(f.id(0), 6);
    QTRY_COMPARE(f.panel(u"test-loss"_s)->content().series[0].pen, runStyle(6).pen());
    QCOMPARE(f.page->findChild<RunLegend*>()->entries()[0].pen, runStyle(6).pen());
}

void TestCurvesPage::addsLivePoints()
{
    Fixture f(1);
    const QString id = f.library->create(specOf(Normalization::Layer, 20), u"live"_s);
    const auto points = [&] { return f.panel(u"training-loss"_s)->content().series[1].points; };
    QVERIFY(points().isEmpty());
    f.library->appendEpoch(id, metrics(1));
    QTRY_COMPARE_WITH_TIMEOUT(points(), QList<QPointF>({{1, 2.0}}), 5 * History::refreshInterval);
    f.library->appendEpoch(id, metrics(2));
    QTRY_COMPARE_WITH_TIMEOUT(points(), QList<QPointF>({{1, 2.0}, {2, 1.0}}), 5 * History::refreshInterval);
}

void TestCurvesPage::saysWhatToDoWhenEmpty()
{
    Fixture f(1);
    auto* empty = f.page->findChild<QLabel*>(u"empty"_s);
    QVERIFY(!empty->isVisible());
    f.library->setChecked(f.id(0), false);
    QVERIFY(empty->isVisible());
    QVERIFY(!empty->text().isEmpty());
    f.library->setChecked(f.id(0), true);
    QVERIFY(!empty->isVisible());
}

void TestCurvesPage::waitsForTheFirstEpoch()
{
    Fixture f(0);
    const QString id = f.library->create(specOf(Normalization::Batch, 20), u"live"_s);
    auto* panel = f.panel(u"test-loss"_s);
    QVERIFY(panel->content().isEmpty());
    QVERIFY(panel->content().notice.contains(u"first epoch"_s));
    QVERIFY(f.page->findChild<RunLegend*>()->entries()[0].state.contains(u"first epoch"_s));
    QVERIFY(!panel->findChild<QToolButton*>(u"export"_s)->isEnabled());
    QVERIFY(!panel->findChild<QToolButton*>(u"export"_s)->toolTip().isEmpty());
    QVERIFY(!f.page->findChild<QPushButton*>(u"exportMetrics"_s)->isEnabled());
    f.library->appendEpoch(id, metrics(1));
    QTRY_VERIFY(!panel->content().isEmpty());
    QVERIFY(f.page->findChild<RunLegend*>()->entries()[0].state.isEmpty());
    QVERIFY(panel->findChild<QToolButton*>(u"export"_s)->isEnabled());
    // A single point is drawn as a dot.
    const QImage image = panel->canvas()->grab().toImage();
    const QPoint at = panel->canvas()->position({1, 1.5}).toPoint();
    QVERIFY(near(image.pixelColor(at), runStyle(f.library->run(id)->record.colour).colour));
}

void TestCurvesPage::dropsWhatIsNotFinite()
{
    Fixture f(1);
    const QString id = f.library->create(specOf(Normalization::None, 20), u"wild"_s);
    auto wild = metrics(3);
    wild.trainLoss = std::numeric_limits<double>::quiet_NaN();
    wild.testLoss = std::numeric_limits<double>::infinity();
    f.library->appendEpoch(id, metrics(1));
    f.library->appendEpoch(id, metrics(2));
    f.library->appendEpoch(id, wild);
    RunRecord record = f.library->run(id)->record;
    record.state = RunState::Diverged;
    f.library->applyRecord(record);
    QTRY_COMPARE(f.page->findChild<RunLegend*>()->entries()[1].state, u"diverged"_s);
    QCOMPARE(f.panel(u"training-loss"_s)->content().series[1].points, QList<QPointF>({{1, 2.0}, {2, 1.0}}));
    QCOMPARE(f.panel(u"test-loss"_s)->content().series[1].points, QList<QPointF>({{1, 1.5}, {2, 0.75}}));
    QCOMPARE(f.panel(u"test-accuracy"_s)->content().series[1].points.size(), qsizetype(3));
    QVERIFY(!f.panel(u"test-loss"_s)->content().series[1].valueAt(3));
}

void TestCurvesPage::readsTheValuesUnderTheMouse()
{
    Fixture f(3);
    auto* canvas = f.panel(u"test-accuracy"_s)->canvas();
    QTest::mouseMove(canvas, canvas->position({7, 60}).toPoint());
    QTRY_COMPARE(canvas->cursorX(), std::optional(7));
    for (int c = 0; c < 4; ++c) { // in all four charts at once
        auto* other = f.panel(stems[c])->canvas();
        QCOMPARE(other->cursorX(), std::optional(7));
        const auto rows = cursorRows(other->content(), 7);
        QCOMPARE(rows.size(), std::size_t(3));
        for (const auto& row : rows) {
            const auto run = static_cast<std::size_t>(row.series - other->content().series.data());
            QCOMPARE(row.value, f.records[run].epochs[6].*members[c]);
        }
    }
    QTest::mouseMove(canvas, canvas->position({12, 60}).toPoint());
    QTRY_COMPARE(canvas->cursorX(), std::optional(12));
    QTest::mouseMove(canvas, QPoint(2, canvas->height() - 2)); // beside the plot
    QTRY_COMPARE(canvas->cursorX(), std::nullopt);
    QCOMPARE(f.panel(u"training-loss"_s)->canvas()->cursorX(), std::nullopt);
}

void TestCurvesPage::sortsTheReadout()
{
    Fixture f(3);
    const auto highest = cursorRows(f.panel(u"test-accuracy"_s)->content(), 20);
    const auto lowest = cursorRows(f.panel(u"test-loss"_s)->content(), 20);
    QVERIFY(highest[0].value > highest[1].value && highest[1].value > highest[2].value);
    QVERIFY(lowest[0].value < lowest[1].value && lowest[1].value < lowest[2].value);
    QVERIFY(cursorRows(f.panel(u"test-loss"_s)->content(), 21).empty());
}

void TestCurvesPage::forgetsACursorBeyondTheRuns()
{
    Fixture f(1);
    const QString id = f.library->create(specOf(Normalization::Layer, 20), u"short"_s);
    f.library->appendEpoch(id, metrics(1));
    f.library->appendEpoch(id, metrics(2));
    auto* canvas = f.panel(u"test-loss"_s)->canvas();
    Q_EMIT canvas->cursorMoved(15);
    QCOMPARE(canvas->cursorX(), std::optional(15));
    f.library->setChecked(f.id(0), false);
    QTRY_COMPARE(canvas->cursorX(), std::nullopt);
}

void TestCurvesPage::keepsTheReadoutInThePlot()
{
    Fixture f(10);
    for (const auto& stem : stems) {
        auto* canvas = f.panel(stem)->canvas();
        for (int epoch = 1; epoch <= 20; ++epoch) {
            canvas->setCursorX(epoch);
            const QRectF box = canvas->readoutRect();
            const double line = canvas->position({double(epoch), 0}).x();
            QVERIFY2(canvas->plotArea().adjusted(-1, -1, 1, 1).contains(box), qPrintable(stem + QString::number(epoch)));
            QVERIFY2(box.left() > line || box.right() < line, "the read-out covers what it reads");
        }
    }
}

void TestCurvesPage::movesTheCursorByKey()
{
    Fixture f(2);
    auto* canvas = f.panel(u"training-loss"_s)->canvas();
    QTest::keyClick(canvas, Qt::Key_Left);
    QCOMPARE(canvas->cursorX(), std::optional(20));
    QTest::keyClick(canvas, Qt::Key_Right);
    QCOMPARE(canvas->cursorX(), std::optional(20));
    QTest::keyClick(canvas, Qt::Key_Left);
    QCOMPARE(f.panel(u"test-accuracy"_s)->canvas()->cursorX(), std::optional(19));
}

void TestCurvesPage::enlargesAndGoesBack()
{
    Fixture f(2);
    for (const auto& stem : stems) {
        auto* panel = f.panel(stem);
        const QSize small = panel->size();
        const auto isLarge = [&] { return panel->width() > 1.9 * small.width() && panel->height() > 1.9 * small.height(); };
        QTest::mouseDClick(panel->canvas(), Qt::LeftButton);
        QTRY_VERIFY2(isLarge(), qPrintable(stem));
        for (const auto& other : stems)
            QCOMPARE(f.panel(other)->isVisible(), other == stem);
        QTest::keyClick(f.page.get(), Qt::Key_Escape);
        QTRY_COMPARE(panel->size(), small);
        QTest::mouseClick(panel->findChild<QToolButton*>(u"enlarge"_s), Qt::LeftButton);
        QTRY_VERIFY(isLarge());
        QTest::mouseClick(panel->findChild<QToolButton*>(u"enlarge"_s), Qt::LeftButton);
        QTRY_COMPARE(panel->size(), small);
        for (const auto& other : stems)
            QVERIFY(f.panel(other)->isVisible());
    }
}

void TestCurvesPage::showsBatches()
{
    Fixture f(2);
    f.page->findChild<QTabBar*>(u"curveTabs"_s)->setCurrentIndex(1);
    auto* panel = f.panel(u"training-loss-batches"_s);
    QVERIFY(panel->isVisible());
    const ChartContent& content = panel->content();
    QCOMPARE(content.series.size(), std::size_t(4)); // raw and smoothed
    const auto& losses = f.library->batchLosses(f.id(0));
    QVERIFY(!losses.empty());
    QCOMPARE(content.series[0].points.constFirst(), QPointF(1, double(losses.front())));
    QCOMPARE(content.series[0].points.constLast(), QPointF(double(losses.size()), double(losses.back())));
    QVERIFY(content.series[0].pen.color().alpha() < 255);
    QCOMPARE(content.series[2].pen.color().alpha(), 255);

    const QString live = f.library->create(specOf(Normalization::Layer, 20), u"live"_s);
    QVERIFY(panel->content().series.back().points.isEmpty());
    f.library->appendBatchLosses(live, {2.5F, std::numeric_limits<float>::quiet_NaN(), 1.5F});
    QTRY_COMPARE(panel->content().series[2].points, QList<QPointF>({{1, 2.5}, {3, 1.5}}));
}

void TestCurvesPage::smoothesBatches()
{
    Fixture f(0);
    const QString id = f.library->create(specOf(Normalization::Layer, 20), u"live"_s);
    f.library->appendBatchLosses(id, {1, 2, 4});
    f.page->showBatches(true);
    auto* panel = f.panel(u"training-loss-batches"_s);
    QCOMPARE(f.page->smoothing(), 0.6);
    auto* slider = f.page->findChild<QSlider*>(u"smoothing"_s);
    slider->setValue(50);
    const auto& points = panel->content().series[1].points;
    QVERIFY(std::abs(points[1].y() - 5.0 / 3) < 1e-6 && std::abs(points[2].y() - 3) < 1e-6);
    QTest::mouseMove(panel->canvas(), panel->canvas()->position({3, 2}).toPoint());
    QTRY_COMPARE(panel->canvas()->cursorX(), std::optional(3));
    const auto rows = cursorRows(panel->content(), 3);
    QCOMPARE(rows.size(), std::size_t(1)); // the raw line is not read
    QVERIFY(std::abs(rows[0].value - 3) < 1e-6);
    slider->setValue(0);
    QCOMPARE(panel->content().series.size(), std::size_t(1));
    QCOMPARE(panel->content().series[0].points, QList<QPointF>({{1, 1}, {2, 2}, {3, 4}}));
}

void TestCurvesPage::marksTheTarget()
{
    Fixture f(1);
    const ChartContent& content = f.panel(u"test-accuracy"_s)->content();
    QCOMPARE(content.guide->y, 70.0);
    QVERIFY(content.yLow <= 70 && content.yHigh >= 70);
    QVERIFY(!f.panel(u"training-accuracy"_s)->content().guide);
}

void TestCurvesPage::exportsForPrint_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("scale");
    QTest::newRow("default") << QSize(1200, 800) << 1.0;
    QTest::newRow("small, double") << QSize(480, 360) << 2.0;
    QTest::newRow("wide") << QSize(1600, 500) << 1.5;
}

void TestCurvesPage::exportsForPrint()
{
    QFETCH(QSize, size);
    QFETCH(double, scale);
    applyTheme(*qApp, ThemeChoice::Dark);
    Fixture f(3);
    History history(*f.library);
    const auto item = chartExport(f.panel(u"test-accuracy"_s)->content(), legendEntries(history, false), u"test-accuracy"_s);
    QCOMPARE(item.title, u"Test accuracy"_s);
    const QImage image = renderExport(item, size, scale);
    QCOMPARE(image.size(), size * scale);

    const QRect all = image.rect();
    const int light = countPixels(image, all, [](const QColor& c) { return c.lightness() > 240; });
    QVERIFY2(light > 0.8 * all.width() * all.height(), "the export is not light");
    QCOMPARE(image.pixelColor(1, 1), QColor(Qt::white));
    const QRect title(0, 0, all.width(), all.height() / 10);
    QVERIFY(countPixels(image, title, [](const QColor& c) { return c.lightness() < 80; }) > 50);
    const QRect legend(0, all.height() * 7 / 8, all.width(), all.height() / 8);
    for (const auto& record : f.records) {
        const QColor colour = runStyle(record.colour).colour;
        const auto isRun = [&](const QColor& c) { return near(c, colour); };
        QVERIFY(countPixels(image, QRect(0, all.height() / 8, all.width(), all.height() * 5 / 8), isRun) > 50); // its line
        QVERIFY(countPixels(image, legend, isRun) > 5);
    }
}

void TestCurvesPage::exportsThroughTheDialog()
{
    Fixture f(2);
    f.settings.setExportFolder(f.folder.path());
    QTest::mouseClick(f.panel(u"test-loss"_s)->findChild<QToolButton*>(u"export"_s), Qt::LeftButton);
    auto* dialog = f.page->findChild<ExportDialog*>();
    QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
    QTest::mouseClick(dialog->findChild<QPushButton*>(u"save"_s), Qt::LeftButton);
    const QImage image(f.folder.filePath(u"test-loss.png"_s));
    QCOMPARE(image.size(), QSize(2400, 1600));
    QCOMPARE(image.text(u"Title"_s), u"Test loss"_s);
}

void TestCurvesPage::drawsLinesInTheTheme_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestCurvesPage::drawsLinesInTheTheme()
{
    QFETCH(bool, dark);
    Fixture f(3);
    applyTheme(*qApp, dark ? ThemeChoice::Dark : ThemeChoice::Light); // while the page is there
    QCoreApplication::processEvents();
    auto* canvas = f.panel(u"training-loss"_s)->canvas();
    const QImage image = canvas->grab().toImage();
    QCOMPARE(image.pixelColor(1, 1), canvas->palette().color(QPalette::Base));
    QCOMPARE(image.pixelColor(1, 1).lightness() < 100, dark);
    for (const auto& record : f.records) { // the line stands where the values say
        const auto& point = record.epochs[9];
        const QPoint at = canvas->position({double(point.epoch), point.trainLoss}).toPoint();
        const QColor colour = runStyle(record.colour).colour;
        QVERIFY(countPixels(image, QRect(at - QPoint(10, 10), QSize(21, 21)), [&](const QColor& c) { return near(c, colour); }) > 0);
    }
}

void TestCurvesPage::elidesLongNames()
{
    std::vector<LegendEntry> entries;
    for (int i = 0; i < 30; ++i)
        entries.push_back({runStyle(i).pen(), QString(300, u'n') + QString::number(i), i == 0 ? u"diverged"_s : QString()});
    const QFont font;
    const LegendLayout layout(entries, 500, font, 4, false);
    QVERIFY(layout.hiddenEntries() > 0);
    QVERIFY(layout.height() < 6 * QFontMetricsF(font).height());
    QVERIFY(layout.nameAt({10, 5}).endsWith(u"(diverged)"_s));
    QCOMPARE(LegendLayout(entries, 500, font, 100, true).hiddenEntries(), 0);
    QCOMPARE(LegendLayout({}, 500, font, 4, true).height(), 0.0);
}

QTEST_MAIN(TestCurvesPage)
#include "tst_curvespage.moc"
