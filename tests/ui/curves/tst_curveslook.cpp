// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/curves/curvesfixture.h"
#include "ui/curves/chartexport.h"
#include "ui/curves/cursorbox.h"
#include "ui/export/exportdialog.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QPushButton>
#include <QToolButton>

#include <functional>

using namespace normscope;
using namespace normscope::testing;

namespace {

int countPixels(const QImage& image, const QRect& area, const std::function<bool(const QColor&)>& wanted)
{
    int count = 0;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            count += wanted(image.pixelColor(x, y)) ? 1 : 0;
    return count;
}

} // namespace

class TestCurvesLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void readsTheValuesUnderTheMouse();
    void sortsTheReadout();
    void forgetsACursorBeyondTheRuns();
    void keepsTheReadoutInThePlot();
    void movesTheCursorByKey();
    void exportsForPrint_data();
    void exportsForPrint();
    void exportsThroughTheDialog();
    void drawsLinesInTheTheme_data();
    void drawsLinesInTheTheme();
    void elidesLongNames();
};

void TestCurvesLook::cleanup()
{
    applyTheme(*qApp, ThemeChoice::Light);
}

void TestCurvesLook::readsTheValuesUnderTheMouse()
{
    Fixture f(3);
    auto* canvas = f.panel(u"test-accuracy"_s)->canvas();
    QTest::mouseMove(canvas, canvas->position({7, 60}).toPoint());
    QTRY_COMPARE(canvas->cursorX(), std::optional(7));
    for (int c = 0; c < 4; ++c) { // in all four charts at once
        auto* other = f.panel(stems[qsizetype(c)])->canvas();
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

void TestCurvesLook::sortsTheReadout()
{
    Fixture f(3);
    const auto highest = cursorRows(f.panel(u"test-accuracy"_s)->content(), 20);
    const auto lowest = cursorRows(f.panel(u"test-loss"_s)->content(), 20);
    QVERIFY(highest[0].value > highest[1].value && highest[1].value > highest[2].value);
    QVERIFY(lowest[0].value < lowest[1].value && lowest[1].value < lowest[2].value);
    QVERIFY(cursorRows(f.panel(u"test-loss"_s)->content(), 21).empty());
}

void TestCurvesLook::forgetsACursorBeyondTheRuns()
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

void TestCurvesLook::keepsTheReadoutInThePlot()
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

void TestCurvesLook::movesTheCursorByKey()
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

void TestCurvesLook::exportsForPrint_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("scale");
    QTest::newRow("default") << QSize(1200, 800) << 1.0;
    QTest::newRow("small, double") << QSize(480, 360) << 2.0;
    QTest::newRow("wide") << QSize(1600, 500) << 1.5;
}

void TestCurvesLook::exportsForPrint()
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

void TestCurvesLook::exportsThroughTheDialog()
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

void TestCurvesLook::drawsLinesInTheTheme_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestCurvesLook::drawsLinesInTheTheme()
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

void TestCurvesLook::elidesLongNames()
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

QTEST_MAIN(TestCurvesLook)
#include "tst_curveslook.moc"
