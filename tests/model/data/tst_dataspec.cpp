// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/dataspec.h"
#include "model/data/wording.h"
#include "tests/model/data/datafixtures.h"

#include <QTest>

using namespace normscope;

class TestDataSpec : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAndWrites_data();
    void readsAndWrites();
    void refuses_data();
    void refuses();
    void namesAreShownEscaped_data();
    void namesAreShownEscaped();
    void numbersAndLists();
};

void TestDataSpec::readsAndWrites_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("title");
    const auto row = [](const char* text, DataKind kind, const char* path, const char* title) {
        QTest::addRow("%s", text) << QByteArray(text) << int(kind) << QByteArray(path) << QByteArray(title);
    };
    row("fashion-mnist", DataKind::FashionMnist, "", "Fashion-MNIST");
    row("fashion-mnist:/data/fm", DataKind::FashionMnist, "/data/fm", "Fashion-MNIST");
    row("cifar10:cifar-10-batches-py", DataKind::Cifar10, "cifar-10-batches-py", "CIFAR-10");
    row("folder:/home/me/cats and dogs", DataKind::Folder, "/home/me/cats and dogs", "cats and dogs");
    row("folder:/a:b/", DataKind::Folder, "/a:b/", "a:b");
    row("folder:x/./y/..", DataKind::Folder, "x/./y/..", "x");
    row("folder:/", DataKind::Folder, "/", "Image folder");
    row("folder:/odd\nname\xE9", DataKind::Folder, "/odd\nname\xE9", "odd\\nname\\xE9");
}

void TestDataSpec::readsAndWrites()
{
    QFETCH(QByteArray, text);
    QFETCH(int, kind);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, title);
    const auto spec = DataSpec::parse(text.toStdString());
    QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
    QCOMPARE(int(spec->kind), kind);
    QCOMPARE(QByteArray::fromStdString(spec->path), path);
    QCOMPARE(QByteArray::fromStdString(spec->title()), title);
    QCOMPARE(QByteArray::fromStdString(spec->toString()), text);
    QCOMPARE(*DataSpec::parse(spec->toString()), *spec);
}

void TestDataSpec::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("part");
    QTest::addRow("empty") << QByteArray() << QByteArray("is not known");
    QTest::addRow("unknown") << QByteArray("imagenet:/x")
                             << QByteArray("\"imagenet:/x\" is not known: write fashion-mnist");
    QTest::addRow("case") << QByteArray("CIFAR10:/x") << QByteArray("is not known");
    QTest::addRow("cifar10 alone") << QByteArray("cifar10") << QByteArray("names no folder: write cifar10:DIR");
    QTest::addRow("empty folder") << QByteArray("folder:") << QByteArray("names no folder: write folder:DIR");
    QTest::addRow("fashion without folder") << QByteArray("fashion-mnist:") << QByteArray("names no folder");
    QTest::addRow("NUL") << QByteArray("folder:a\0b", 10) << QByteArray("NUL");
}

void TestDataSpec::refuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, part);
    const auto spec = DataSpec::parse(text.toStdString());
    QVERIFY(!spec);
    QCOMPARE(testing::errorMismatch(spec.error(), ErrorCode::BadUsage, {part}), QString());
}

void TestDataSpec::namesAreShownEscaped_data()
{
    QTest::addColumn<QByteArray>("raw");
    QTest::addColumn<QByteArray>("shown");
    const auto row = [](const char* name, const QByteArray& raw, const QByteArray& shown) {
        QTest::addRow("%s", name) << raw << shown;
    };
    row("plain", "cat 1.png", "cat 1.png");
    row("UTF-8", "h\xC3\xA9ron \xF0\x9F\x90\xB1", "h\xC3\xA9ron \xF0\x9F\x90\xB1");
    row("Latin 1", "h\xE9ron", "h\\xE9ron");
    row("line ends", "a\nb\rc\td", "a\\nb\\rc\\td");
    row("backslash", "a\\n", "a\\\\n");
    row("escape", "\x1B[31m", "\\x1B[31m");
    row("overlong", "\xC0\xAF", "\\xC0\\xAF");
    row("surrogate", "\xED\xA0\x80", "\\xED\\xA0\\x80");
    row("cut short", "\xE2\x82", "\\xE2\\x82");
    row("turned around", "\xE2\x80\xAEgnp", "\\xE2\\x80\\xAEgnp");
    row("beyond Unicode", "\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80");
}

void TestDataSpec::namesAreShownEscaped()
{
    QFETCH(QByteArray, raw);
    QFETCH(QByteArray, shown);
    QCOMPARE(QByteArray::fromStdString(shownName(raw.toStdString())), shown);
}

void TestDataSpec::numbersAndLists()
{
    QCOMPARE(groupedNumber(0), std::string("0"));
    QCOMPARE(groupedNumber(999), std::string("999"));
    QCOMPARE(groupedNumber(30'730'000), std::string("30,730,000"));
    QCOMPARE(counted(1, "image"), std::string("1 image"));
    QCOMPARE(counted(1000, "image"), std::string("1,000 images"));
    QCOMPARE(counted(2, "entry", "entries"), std::string("2 entries"));
    QCOMPARE(listed({"a"}), std::string("a"));
    QCOMPARE(listed({"a", "b", "c"}), std::string("a, b and c"));
    QCOMPARE(listed({"a", "b", "c", "d"}, 2), std::string("a, b and 2 more"));
}

QTEST_GUILESS_MAIN(TestDataSpec)
#include "tst_dataspec.moc"
