// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/numbertext.h"
#include "ui/experiment/transferrate.h"

#include <QTest>

#include <cmath>

using namespace normscope;

class TestNumberText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsReals_data();
    void readsReals();
    void refusesReals_data();
    void refusesReals();
    void readsWholeNumbers_data();
    void readsWholeNumbers();
    void writesWhatItReads();
    void tellsSpeedOfTheLastSeconds();
    void namesDurations();
};

void TestNumberText::readsReals_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<double>("value");
    QTest::newRow("point") << QStringLiteral("0.01") << 0.01;
    QTest::newRow("exponent") << QStringLiteral("1e-3") << 0.001;
    QTest::newRow("capital exponent") << QStringLiteral("2E-2") << 0.02;
    QTest::newRow("spaces around") << QStringLiteral(" 0.9 ") << 0.9;
    QTest::newRow("plus") << QStringLiteral("+1") << 1.0;
    QTest::newRow("negative") << QStringLiteral("-0.5") << -0.5;
}

void TestNumberText::readsReals()
{
    QFETCH(QString, text);
    QFETCH(double, value);
    const auto parsed = parseReal(text);
    QVERIFY2(parsed.value, qPrintable(parsed.why));
    QCOMPARE(*parsed.value, value);
    QVERIFY(parsed.why.isEmpty());
}

void TestNumberText::refusesReals_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("reason");
    QTest::newRow("decimal comma") << QStringLiteral("1,5") << QStringLiteral("comma");
    QTest::newRow("thousands") << QStringLiteral("1,000") << QStringLiteral("comma");
    QTest::newRow("empty") << QString() << QStringLiteral("empty");
    QTest::newRow("spaces") << QStringLiteral("  ") << QStringLiteral("empty");
    QTest::newRow("word") << QStringLiteral("fast") << QStringLiteral("\"fast\" is not a number");
    QTest::newRow("trailing letters") << QStringLiteral("0.1x") << QStringLiteral("not a number");
    QTest::newRow("two points") << QStringLiteral("0.1.2") << QStringLiteral("not a number");
    QTest::newRow("too large") << QStringLiteral("1e999") << QStringLiteral("too large");
}

void TestNumberText::refusesReals()
{
    QFETCH(QString, text);
    QFETCH(QString, reason);
    const auto parsed = parseReal(text);
    QVERIFY(!parsed.value);
    QVERIFY2(parsed.why.contains(reason), qPrintable(parsed.why));
}

void TestNumberText::readsWholeNumbers_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<qulonglong>("value");
    QTest::newRow("twenty") << QStringLiteral("20") << true << 20ULL;
    QTest::newRow("largest seed") << QStringLiteral("18446744073709551615") << true << 18446744073709551615ULL;
    QTest::newRow("one more") << QStringLiteral("18446744073709551616") << false << 0ULL;
    QTest::newRow("negative") << QStringLiteral("-1") << false << 0ULL;
    QTest::newRow("fraction") << QStringLiteral("1.5") << false << 0ULL;
    QTest::newRow("comma") << QStringLiteral("1,000") << false << 0ULL;
    QTest::newRow("exponent") << QStringLiteral("1e3") << false << 0ULL;
    QTest::newRow("empty") << QString() << false << 0ULL;
}

void TestNumberText::readsWholeNumbers()
{
    QFETCH(QString, text);
    QFETCH(bool, ok);
    QFETCH(qulonglong, value);
    const auto parsed = parseWhole<std::uint64_t>(text);
    QCOMPARE(parsed.value.has_value(), ok);
    QCOMPARE(parsed.why.isEmpty(), ok);
    if (ok)
        QCOMPARE(qulonglong(*parsed.value), value);
}

void TestNumberText::writesWhatItReads()
{
    for (const double value : {0.01, 0.1, 0.25, 0.9, 1e-5, 0.02, 1.0 / 3.0, 0.0})
        QCOMPARE(*parseReal(realText(value)).value, value);
    QCOMPARE(realText(0.01), QStringLiteral("0.01"));
}

void TestNumberText::tellsSpeedOfTheLastSeconds()
{
    TransferRate rate;
    QVERIFY(!rate.bytesPerSecond());
    rate.add(0, 0);
    QVERIFY(!rate.bytesPerSecond());
    for (int second = 1; second <= 20; ++second)
        rate.add(second * 1000, std::uint64_t(second <= 10 ? second * 1000 : 10'000 + (second - 10) * 50'000));
    QVERIFY(std::abs(*rate.bytesPerSecond() - 50'000) < 1); // the slow start is forgotten
    rate.reset();
    QVERIFY(!rate.bytesPerSecond());
}

void TestNumberText::namesDurations()
{
    QCOMPARE(durationText(4.2), QStringLiteral("5 s"));
    QCOMPARE(durationText(190), QStringLiteral("3 min 10 s"));
    QCOMPARE(durationText(3900), QStringLiteral("1 h 5 min"));
}

QTEST_GUILESS_MAIN(TestNumberText)
#include "tst_numbertext.moc"
