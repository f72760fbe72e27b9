// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/csv.h"
#include "model/store/runstore.h"
#include "model/store/storetext.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

using namespace normscope;
using namespace normscope::storage;

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;
Q_DECLARE_METATYPE(Rows)
Q_DECLARE_METATYPE(std::string)

class TestCsv : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsRows_data();
    void readsRows();
    void saysWhereARowBegins();
    void dropsARowThatIsNotWhole_data();
    void dropsARowThatIsNotWhole();
    void quotesAndNeutralizes_data();
    void quotesAndNeutralizes();
    void fieldsReadBack_data() { quotesAndNeutralizes_data(); }
    void fieldsReadBack();
    void numbersReadBackExactly();
    void refusesWhatIsNoNumber_data();
    void refusesWhatIsNoNumber();
    void cleansNames_data();
    void cleansNames();
    void cutsAVeryLongName();
};

namespace {

Rows readAll(CsvReader& reader)
{
    Rows rows;
    while (reader.next())
        rows.emplace_back(reader.fields().begin(), reader.fields().end());
    return rows;
}

} // namespace

void TestCsv::readsRows_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<Rows>("rows");
    using namespace std::string_literals;
    QTest::newRow("nothing") << ""s << Rows{};
    QTest::newRow("plain") << "a,b\nc,d\n"s << Rows{{"a", "b"}, {"c", "d"}};
    QTest::newRow("CRLF") << "a,b\r\nc,d\r\n"s << Rows{{"a", "b"}, {"c", "d"}};
    QTest::newRow("empty fields") << ",\n,,\n"s << Rows{{"", ""}, {"", "", ""}};
    QTest::newRow("quoted") << "\"a,b\",c\n"s << Rows{{"a,b", "c"}};
    QTest::newRow("doubled quotes") << "\"say \"\"hi\"\"\",c\n"s << Rows{{"say \"hi\"", "c"}};
    QTest::newRow("newline inside") << "\"a\nb\",c\r\n"s << Rows{{"a\nb", "c"}};
    QTest::newRow("quoted, CRLF") << "a,\"b\"\r\n"s << Rows{{"a", "b"}};
    QTest::newRow("many quoted") << "\"1\",\"2\",\"3\",\"4\"\n"s << Rows{{"1", "2", "3", "4"}};
    QTest::newRow("text after a quote") << "\"a\"b,c\n"s << Rows{{"ab", "c"}};
    QTest::newRow("byte order mark") << "\xEF\xBB\xBF"s + "a,b\n" << Rows{{"a", "b"}};
}

void TestCsv::readsRows()
{
    QFETCH(std::string, text);
    QFETCH(Rows, rows);
    CsvReader reader(text);
    QCOMPARE(readAll(reader), rows);
    QVERIFY(!reader.cutShort());
}

void TestCsv::saysWhereARowBegins()
{
    CsvReader reader("a\n\"b\nc\nd\"\ne\n");
    std::vector<std::size_t> lines;
    while (reader.next())
        lines.push_back(reader.line());
    QCOMPARE(lines, (std::vector<std::size_t>{1, 2, 5}));
}

void TestCsv::dropsARowThatIsNotWhole_data()
{
    QTest::addColumn<std::string>("text");
    QTest::newRow("no line end") << std::string("a,b\nc,d");
    QTest::newRow("after a comma") << std::string("a,b\nc,");
    QTest::newRow("inside quotes") << std::string("a,b\nc,\"d\n");
    QTest::newRow("after quotes") << std::string("a,b\nc,\"d\"");
}

void TestCsv::dropsARowThatIsNotWhole()
{
    QFETCH(std::string, text);
    CsvReader reader(text);
    QCOMPARE(readAll(reader), (Rows{{"a", "b"}}));
    QVERIFY(reader.cutShort());
    QVERIFY(!reader.next());
}

void TestCsv::quotesAndNeutralizes_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("field");
    QTest::addColumn<std::string>("value");
    const auto row = [](const char* tag, std::string text, std::string field, std::string value) {
        QTest::newRow(tag) << std::move(text) << std::move(field) << std::move(value);
    };
    row("plain", "cat", "cat", "cat");
    row("empty", "", "", "");
    row("comma", "cat, dog", "\"cat, dog\"", "cat, dog");
    row("quotes", "a \"cat\"", "\"a \"\"cat\"\"\"", "a \"cat\"");
    row("newline", "cat\ndog", "\"cat\ndog\"", "cat\ndog");
    row("UTF-8", "Kätzchen", "Kätzchen", "Kätzchen");
    row("formula", "=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0");
    row("formula, quoted", "=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"", "'=HYPERLINK(\"x\",\"y\")");
    row("plus", "+1", "'+1", "'+1");
    row("minus", "-1", "'-1", "'-1");
    row("at", "@SUM(A1)", "'@SUM(A1)", "'@SUM(A1)");
    row("tab", "\t=1", "'\t=1", "'\t=1");
    row("carriage return", "\r=1", "\"'\r=1\"", "'\r=1");
    row("equals inside", "a=b", "a=b", "a=b");
}

void TestCsv::quotesAndNeutralizes()
{
    QFETCH(std::string, text);
    QFETCH(std::string, field);
    QCOMPARE(csvField(text), field);
}

void TestCsv::fieldsReadBack()
{
    QFETCH(std::string, text);
    QFETCH(std::string, value);
    const std::string row = csvField(text) + "," + csvField(text) + "\n";
    CsvReader reader(row);
    QCOMPARE(readAll(reader), (Rows{{value, value}}));
}

void TestCsv::numbersReadBackExactly()
{
    for (const double value : {0.0, -0.0, 0.1, 1.0 / 3, 75.84, 1e-300, 5e-324, 1.7976931348623157e308, -2.5,
                               std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
        double back = 42;
        QVERIFY(parseNumber(numberText(value), back));
        QCOMPARE(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value));
    }
    double back = 42;
    QVERIFY(parseNumber(numberText(-std::numeric_limits<double>::quiet_NaN()), back));
    QVERIFY(std::isnan(back));
    QCOMPARE(numberText(std::numeric_limits<double>::quiet_NaN()), std::string("nan"));
    QCOMPARE(numberText(std::numeric_limits<double>::infinity()), std::string("inf"));
}

void TestCsv::refusesWhatIsNoNumber_data()
{
    QTest::addColumn<std::string>("text");
    for (const char* text : {"", "abc", "1,5", "1.5x", " 1", "1 ", "0x10", "--1", "'1"})
        QTest::newRow(text[0] == '\0' ? "empty" : text) << std::string(text);
}

void TestCsv::refusesWhatIsNoNumber()
{
    QFETCH(std::string, text);
    double number = 0;
    QVERIFY(!parseNumber(text, number));
}

void TestCsv::cleansNames_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("name");
    const auto row = [](const char* tag, std::string text, std::string name) {
        QTest::newRow(tag) << std::move(text) << std::move(name);
    };
    row("plain", "Batch norm, second try", "Batch norm, second try");
    row("newlines", "one\ntwo\r\nthree", "one two  three");
    row("spaces around", " \t name \n", "name");
    row("only spaces", " \n\t ", "");
    row("control characters", "a\x01\x1B[31mb", "a  [31mb");
    row("separator", "a\xE2\x80\xA8z", "a z");
    row("UTF-8", "Größe 4 × 4 🐈", "Größe 4 × 4 🐈");
    row("Latin-1", "Gr\xF6\xDF" "e", "Gr\xEF\xBF\xBD\xEF\xBF\xBD" "e");
    row("cut off UTF-8", "a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD");
    row("surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

void TestCsv::cleansNames()
{
    QFETCH(std::string, text);
    QFETCH(std::string, name);
    QCOMPARE(cleanName(text), name);
    QVERIFY(isValidUtf8(cleanName(text)));
}

void TestCsv::cutsAVeryLongName()
{
    std::string text;
    for (int i = 0; i < 10'000; ++i)
        text += "ö";
    const std::string name = cleanName(text);
    QCOMPARE(name.size(), std::size_t(400)); // 200 characters of two bytes, none cut in half
    QVERIFY(isValidUtf8(name));
}

QTEST_GUILESS_MAIN(TestCsv)
#include "tst_csv.moc"
