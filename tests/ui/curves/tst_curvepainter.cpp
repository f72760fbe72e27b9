// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "ui/curves/curvelayers.h"
#include "ui/curves/curvepainter.h"

#include <QPainter>
#include <QTest>

#include <cmath>

using namespace normscope;

namespace {

constexpr QSize size{200, 100};

QImage blank()
{
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    return image;
}

QImage crowded(const std::vector<QPointF>& points, const QPen& pen)
{
    QImage image = blank();
    CurvePainter(image).draw(points, pen);
    return image;
}

QImage stroked(const std::vector<QPointF>& points, const QPen& pen)
{
    QImage image = blank();
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(pen);
    painter.drawPolyline(points.data(), int(points.size()));
    return image;
}

double ink(const QImage& image)
{
    double sum = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            sum += qAlpha(image.pixel(x, y)) / 255.0;
    return sum;
}

/// The share of the ink of `b` that lies elsewhere in `a`.
double difference(const QImage& a, const QImage& b)
{
    double sum = 0;
    for (int y = 0; y < b.height(); ++y)
        for (int x = 0; x < b.width(); ++x)
            sum += std::abs(qAlpha(a.pixel(x, y)) - qAlpha(b.pixel(x, y))) / 255.0;
    return sum / ink(b);
}

/// But for the rounding of what is blended in another order.
bool alike(const QImage& a, const QImage& b)
{
    constexpr int most = 5;
    for (int y = 0; y < b.height(); ++y)
        for (int x = 0; x < b.width(); ++x) {
            const QRgb p = qPremultiply(a.pixel(x, y));
            const QRgb q = qPremultiply(b.pixel(x, y));
            if (std::abs(qAlpha(p) - qAlpha(q)) > most || std::abs(qRed(p) - qRed(q)) > most
                || std::abs(qGreen(p) - qGreen(q)) > most || std::abs(qBlue(p) - qBlue(q)) > most)
                return false;
        }
    return true;
}

std::vector<QPointF> wave(double step, double height, double noise)
{
    std::vector<QPointF> points;
    RandomStream random(streamKey(1, "wave"));
    for (double x = 4; x <= 196; x += step)
        points.emplace_back(x, 50 + height * std::sin(x / 20) + noise * (random.uniform() - 0.5));
    return points;
}

ChartSeries seriesOf(const std::vector<QPointF>& points, const QPen& pen)
{
    ChartSeries series;
    series.points = QList<QPointF>(points.begin(), points.end());
    series.pen = pen;
    return series;
}

} // namespace

class TestCurvePainter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void drawsAsQPainterDoes_data()
    {
        QTest::addColumn<double>("step");
        QTest::addColumn<double>("height");
        QTest::addColumn<double>("noise");
        QTest::addColumn<double>("width");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("level") << 1.0 << 0.0 << 0.0 << 2.0 << 0.02;
        QTest::newRow("hill") << 1.0 << 20.0 << 0.0 << 2.0 << 0.12;
        QTest::newRow("steep") << 1.0 << 45.0 << 0.0 << 2.0 << 0.12;
        QTest::newRow("thin") << 1.0 << 45.0 << 0.0 << 1.05 << 0.2; // QPainter draws lines of 1 pixel another way
        QTest::newRow("noisy") << 0.5 << 10.0 << 30.0 << 2.0 << 0.25; // its joins are fatter
        QTest::newRow("thin and noisy") << 0.5 << 10.0 << 30.0 << 1.05 << 0.25;
    }
    void drawsAsQPainterDoes()
    {
        QFETCH(double, step);
        QFETCH(double, height);
        QFETCH(double, noise);
        QFETCH(double, width);
        QFETCH(double, tolerance);
        const QPen pen(Qt::red, width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
        const auto points = wave(step, height, noise);
        QVERIFY(CurvePainter::isCrowded(points));
        const QImage ours = crowded(points, pen);
        const QImage theirs = stroked(points, pen);
        const double wrong = difference(ours, theirs);
        QVERIFY2(wrong < tolerance, qPrintable(QString::number(wrong)));
        QVERIFY2(std::abs(ink(ours) / ink(theirs) - 1) < 0.8 * tolerance, qPrintable(QString::number(ink(ours) / ink(theirs))));
    }

    void blends()
    {
        const auto points = wave(1, 0, 0);
        QImage image = blank();
        image.fill(Qt::white);
        CurvePainter painter(image);
        painter.draw(points, QPen(QColor(255, 0, 0, 51), 4));
        QCOMPARE(image.pixelColor(100, 50), QColor(255, 204, 204));
        painter.draw(points, QPen(Qt::blue, 4));
        QCOMPARE(image.pixelColor(100, 50), QColor(Qt::blue));
        QCOMPARE(image.pixelColor(100, 40), QColor(Qt::white));
    }

    void dashesAlongTheAxis()
    {
        const auto points = wave(0.5, 0, 40);
        const double solid = ink(crowded(points, QPen(Qt::red, 2, Qt::SolidLine)));
        QPen pen(Qt::red, 2);
        pen.setDashPattern({5, 5}); // 10 pixels of line, 10 of gap
        const QImage image = crowded(points, pen);
        QVERIFY(std::abs(ink(image) / solid - 0.5) < 0.06);
        for (int y = 0; y < size.height(); ++y)
            QCOMPARE(qAlpha(image.pixel(4 + 15, y)), 0); // the middle of the first gap
    }

    void cutsWhatLiesOutside()
    {
        std::vector<QPointF> points;
        for (int i = -500; i < 700; ++i)
            points.emplace_back(i, i % 2 == 0 ? -1e7 : 1e7);
        const QImage image = crowded(points, QPen(Qt::red, 2));
        QCOMPARE(qAlpha(image.pixel(0, 0)), 255);
        QCOMPARE(qAlpha(image.pixel(199, 99)), 255);
        QCOMPARE(ink(crowded({{-20, 5}, {-10, 5}, {-5, 5}}, QPen(Qt::red, 2))), 0.0);
        QCOMPARE(ink(crowded({{300, 5}, {301, 5}, {302, 5}}, QPen(Qt::red, 2))), 0.0);
        QCOMPARE(ink(crowded({{10, -50}, {11, -50}, {12, -50}}, QPen(Qt::red, 2))), 0.0);
        QCOMPARE(ink(crowded({}, QPen(Qt::red, 2))), 0.0);
    }

    void layersLookLikeOnePicture()
    {
        const CurveScale scale{{0, 0}, {1, 1}, 1};
        std::vector<ChartSeries> series;
        for (int i = 0; i < 5; ++i)
            series.push_back(seriesOf(wave(0.5, 8.0 * i, 10), QPen(QColor::fromHsv(60 * i, 255, 200, 120), 2)));
        CurveLayers kept;
        for (int time = 0; time < 4; ++time) { // one of them moves on, the others stand still
            series[3] = seriesOf(wave(0.5, 8.0, 10 + time), series[3].pen);
            const QImage picture = kept.paint(series, size, scale);
            const QImage anew = CurveLayers().paint(series, size, scale);
            QVERIFY(alike(picture, anew));
        }
        series[0].pen.setColor(Qt::black); // a new colour shows at once
        QVERIFY(alike(kept.paint(series, size, scale), CurveLayers().paint(series, size, scale)));
        series.pop_back();
        QVERIFY(alike(kept.paint(series, size, scale), CurveLayers().paint(series, size, scale)));
    }
};

QTEST_MAIN(TestCurvePainter)
#include "tst_curvepainter.moc"
