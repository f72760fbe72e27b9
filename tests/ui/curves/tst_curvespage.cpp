// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/curves/curvesfixture.h"
#include "ui/curves/cursorbox.h"

#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTabBar>
#include <QToolButton>

#include <algorithm>
#include <limits>

using namespace normscope;
using namespace normscope::testing;

class TestCurvesPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsEveryMetricOfEveryRun();
    void followsTheCheckedRuns();
    void addsLivePoints();
    void saysWhatToDoWhenEmpty();
    void waitsForTheFirstEpoch();
    void dropsWhatIsNotFinite();
    void enlargesAndGoesBack();
    void showsBatches();
    void smoothesBatches();
    void marksTheTarget();
};

void TestCurvesPage::showsEveryMetricOfEveryRun()
{
    Fixture f(3);
    for (int c = 0; c < 4; ++c) {
        const ChartContent& content = f.panel(stems[qsizetype(c)])->content();
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

QTEST_MAIN(TestCurvesPage)
#include "tst_curvespage.moc"
