// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "ui/curves/seriesmath.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace normscope;

namespace {
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
} // namespace

class TestSeriesMath : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void smoothes_data();
    void smoothes();
    void keepsWhatMattersWhenThinning();
    void keepsShortSeriesWhole();
    void dropsWhatIsNotFinite();
    void keepsNothingOfNothing();
    void takesRoundAxes_data();
    void takesRoundAxes();
    void widensTheAxisOfOneValue();
    void takesNiceSteps_data();
    void takesNiceSteps();
    void leavesOutRareGiants();
};

// Worked out by hand: average_n = w * average_(n-1) + (1 - w) * value, divided by 1 - w^n.
void TestSeriesMath::smoothes_data()
{
    QTest::addColumn<std::vector<float>>("values");
    QTest::addColumn<double>("weight");
    QTest::addColumn<std::vector<float>>("expected");
    QTest::newRow("no smoothing") << std::vector<float>{1, 2, 4} << 0.0 << std::vector<float>{1, 2, 4};
    QTest::newRow("half") << std::vector<float>{1, 2, 4} << 0.5 << std::vector<float>{1, 5.0F / 3, 3};
    QTest::newRow("nine tenths") << std::vector<float>{10, 20} << 0.9 << std::vector<float>{10, 2.9F / 0.19F};
    QTest::newRow("a constant stays") << std::vector<float>{7, 7, 7, 7} << 0.99 << std::vector<float>{7, 7, 7, 7};
    QTest::newRow("NaN does not touch the average") << std::vector<float>{1, notANumber, 2, infinity, 4} << 0.5
                                                    << std::vector<float>{1, notANumber, 5.0F / 3, infinity, 3};
    QTest::newRow("empty") << std::vector<float>{} << 0.5 << std::vector<float>{};
}

void TestSeriesMath::smoothes()
{
    QFETCH(std::vector<float>, values);
    QFETCH(double, weight);
    QFETCH(std::vector<float>, expected);
    const auto result = smoothed(values, weight);
    QCOMPARE(result.size(), expected.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        if (std::isfinite(expected[i]))
            QVERIFY2(std::abs(result[i] - expected[i]) < 1e-5F * std::abs(expected[i]), qPrintable(QString::number(result[i])));
        else
            QCOMPARE(std::isnan(result[i]), std::isnan(expected[i]));
    }
}

void TestSeriesMath::keepsWhatMattersWhenThinning()
{
    RandomStream random(42);
    std::vector<float> values(15'640);
    for (auto& value : values)
        value = static_cast<float>(random.uniform());
    values[7'777] = 9; // each a single batch among thousands
    values[12'345] = -3;
    const auto points = decimated(values, 500);

    QVERIFY(points.size() <= 2 * 500 + 2);
    QVERIFY(points.size() > 500);
    QCOMPARE(points.constFirst(), QPointF(1, double(values.front())));
    QCOMPARE(points.constLast(), QPointF(15'640, double(values.back())));
    QVERIFY(points.contains(QPointF(7'778, 9)));
    QVERIFY(points.contains(QPointF(12'346, -3)));
    for (qsizetype i = 0; i < points.size(); ++i) {
        QCOMPARE(points[i].y(), double(values[static_cast<std::size_t>(points[i].x()) - 1]));
        QVERIFY(i == 0 || points[i - 1].x() < points[i].x());
    }
    // Every stretch of 15,640 / 500 keeps both of its extremes.
    const auto begin = values.begin() + 100 * 15'640 / 500;
    const auto end = values.begin() + 101 * 15'640 / 500;
    for (const auto extreme : {std::min_element(begin, end), std::max_element(begin, end)})
        QVERIFY(points.contains(QPointF(double(extreme - values.begin()) + 1, double(*extreme))));
}

void TestSeriesMath::keepsShortSeriesWhole()
{
    const std::vector<float> values = {3, 1, 2, 5, 4};
    const QList<QPointF> all = {{1, 3}, {2, 1}, {3, 2}, {4, 5}, {5, 4}};
    QCOMPARE(decimated(values, 3), all);
    QCOMPARE(decimated(values, 1000), all);
    QCOMPARE(decimated(std::vector<float>{6}, 10), QList<QPointF>({{1, 6}}));
}

void TestSeriesMath::dropsWhatIsNotFinite()
{
    const std::vector<float> values = {notANumber, 3, infinity, 1, -infinity, notANumber};
    QCOMPARE(decimated(values, 100), QList<QPointF>({{2, 3}, {4, 1}}));
    std::vector<float> many(1'000, notANumber);
    many[10] = 2;
    many[990] = 1;
    QCOMPARE(decimated(many, 5), QList<QPointF>({{11, 2}, {991, 1}}));
}

void TestSeriesMath::keepsNothingOfNothing()
{
    QVERIFY(decimated(std::vector<float>{}, 10).isEmpty());
    QVERIFY(decimated(std::vector<float>{notANumber, notANumber}, 10).isEmpty());
}

void TestSeriesMath::takesRoundAxes_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<int>("ticks");
    QTest::addColumn<AxisRange>("expected");
    QTest::newRow("loss") << 0.62 << 1.93 << 6 << AxisRange{0.5, 2, 0.5};
    QTest::newRow("loss, many ticks") << 0.62 << 1.93 << 10 << AxisRange{0.6, 2, 0.2};
    QTest::newRow("accuracy") << 26.5 << 75.8 << 6 << AxisRange{20, 80, 20};
    QTest::newRow("ends that are round already") << 0.0 << 100.0 << 6 << AxisRange{0, 100, 20};
    QTest::newRow("two ticks") << 0.3 << 0.9 << 2 << AxisRange{0, 1, 1};
}

void TestSeriesMath::takesRoundAxes()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(int, ticks);
    QFETCH(AxisRange, expected);
    const AxisRange range = niceAxis(low, high, ticks);
    QCOMPARE(range.min, expected.min);
    QCOMPARE(range.max, expected.max);
    QCOMPARE(range.step, expected.step);
    QVERIFY(range.min <= low && range.max >= high);
    QVERIFY(range.tickCount() <= ticks);
}

void TestSeriesMath::widensTheAxisOfOneValue()
{
    for (const double value : {0.0, 5.0, 2.3026}) {
        const AxisRange range = niceAxis(value, value, 6);
        QVERIFY(range.max > range.min);
        QVERIFY(range.min <= value && range.max >= value);
        QVERIFY(range.tickCount() >= 2 && range.tickCount() <= 6);
    }
}

void TestSeriesMath::takesNiceSteps_data()
{
    QTest::addColumn<double>("raw");
    QTest::addColumn<double>("step");
    QTest::addColumn<int>("decimals");
    QTest::newRow("0.21") << 0.21 << 0.5 << 1;
    QTest::newRow("0.2") << 0.2 << 0.2 << 1;
    QTest::newRow("0.013") << 0.013 << 0.02 << 2;
    QTest::newRow("1") << 1.0 << 1.0 << 0;
    QTest::newRow("6") << 6.0 << 10.0 << 0;
    QTest::newRow("1700") << 1'700.0 << 2'000.0 << 0;
}

void TestSeriesMath::takesNiceSteps()
{
    QFETCH(double, raw);
    QFETCH(double, step);
    QFETCH(int, decimals);
    QCOMPARE(niceStep(raw), step);
    QCOMPARE((AxisRange{0, 1, step}).decimals(), decimals);
}

void TestSeriesMath::leavesOutRareGiants()
{
    std::vector<double> values;
    for (int i = 1; i <= 20; ++i)
        values.push_back(2.0 - 0.05 * i);
    QCOMPARE(readableMaximum(values), 1.95);
    values.push_back(1e6);
    values.push_back(std::numeric_limits<double>::infinity());
    const double maximum = readableMaximum(values);
    QVERIFY(maximum >= 1.95 && maximum < 4);
    QCOMPARE(readableMaximum({2.3, 50, 1e6}), 75.0); // rank 1 of 0 to 2 is the 90th percentile
    QCOMPARE(readableMaximum({}), 0.0);
}

QTEST_GUILESS_MAIN(TestSeriesMath)
#include "tst_seriesmath.moc"
