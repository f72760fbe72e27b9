// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr qint64 recordBytes = 3073;
constexpr qint64 batchBytes = 10'000 * recordBytes;
const QByteArray names("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");

/// Records of these labels; a pixel's value tells its channel, row and column.
QByteArray records(const QByteArray& labels)
{
    QByteArray bytes;
    for (const char label : labels) {
        bytes.append(label);
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x)
                    bytes.append(char(c * 80 + y + x * 2 + label));
    }
    return bytes;
}

QString batchName(int i)
{
    return i <= 5 ? QStringLiteral("data_batch_%1.bin").arg(i) : QStringLiteral("test_batch.bin");
}

void writeSmall(const QString& folder)
{
    for (int i = 1; i <= 6; ++i)
        writeFile(QDir(folder).filePath(batchName(i)), records(QByteArray(1, char(i)) + QByteArray(1, '\x09')));
    writeFile(QDir(folder).filePath(QStringLiteral("batches.meta.txt")), names);
}

/// The real sizes, all black airplanes; takes no room on the disk.
void writeFull(const QString& folder)
{
    for (int i = 1; i <= 6; ++i)
        writeSparse(QDir(folder).filePath(batchName(i)), batchBytes);
    writeFile(QDir(folder).filePath(QStringLiteral("batches.meta.txt")), names);
}

DataSpec specOf(const QString& folder)
{
    return {DataKind::Cifar10, folder.toStdString()};
}

} // namespace

class TestCifar10 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void turnsPlanesIntoPixels();
    void fullSizeGivesNoWarning();
    void findsTheFolderWithin();
    void refuses_data();
    void refuses();
    void refusesMissingBatches_data();
    void refusesMissingBatches();
    void badNamesOnlyWarn_data();
    void badNamesOnlyWarn();
    void refusesOtherPlaces();
};

void TestCifar10::turnsPlanesIntoPixels()
{
    QTemporaryDir folder;
    writeSmall(folder.path());
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    const Dataset& data = **dataset;
    QCOMPARE(data.train.labels, (std::vector<std::uint16_t>{1, 9, 2, 9, 3, 9, 4, 9, 5, 9}));
    QCOMPARE(data.test.labels, (std::vector<std::uint16_t>{6, 9}));
    for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 32; ++x)
            for (int c = 0; c < 3; ++c)
                QCOMPARE(int(data.test.image(0)[(y * 32 + x) * 3 + c]), (c * 80 + y + x * 2 + 6) & 0xFF);
    QCOMPARE(data.classNames[6], std::string("frog"));
    QCOMPARE(data.mean, (std::array<float, 3>{0.4914F, 0.4822F, 0.4465F}));
    QCOMPARE(data.deviation, (std::array<float, 3>{0.247F, 0.243F, 0.261F}));
    QCOMPARE(data.warnings.size(), std::size_t(6));
    QVERIFY(hasWarning(data, {"data_batch_3.bin", "holds 2 images instead of 10,000", "custom subset"}));
}

void TestCifar10::fullSizeGivesNoWarning()
{
    QTemporaryDir folder;
    writeFull(folder.path());
    std::size_t done = 0;
    LoadOptions options;
    options.progress = [&](std::size_t now, std::size_t) { done = now; };
    const auto dataset = loadDataset(specOf(folder.path()), options);
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QCOMPARE((*dataset)->train.size(), std::size_t(50'000));
    QCOMPARE((*dataset)->test.size(), std::size_t(10'000));
    QVERIFY((*dataset)->warnings.empty());
    QCOMPARE(done, std::size_t(60'000));
}

void TestCifar10::findsTheFolderWithin()
{
    QTemporaryDir folder;
    QDir(folder.path()).mkdir(QStringLiteral("cifar-10-batches-bin"));
    writeSmall(folder.filePath(QStringLiteral("cifar-10-batches-bin")));
    QVERIFY(loadDataset(specOf(folder.path())));
}

void TestCifar10::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<qint64>("sparse"); // above 0: the size of a file of zeros instead
    QTest::addColumn<QByteArrayList>("parts");
    const auto row = [](const char* name, const QByteArray& bytes, qint64 sparse, const QByteArrayList& parts) {
        QTest::addRow("%s", name) << bytes << sparse << parts;
    };
    row("truncated", {}, batchBytes - 1,
        {"data_batch_2.bin is truncated", "30,729,999 bytes, expected 30,730,000", "Fetch CIFAR-10 again"});
    row("empty", "", 0, {"data_batch_2.bin is truncated", "0 bytes, expected 30,730,000"});
    row("a few bytes", "hello", 0, {"truncated", "5 bytes"});
    row("trailing bytes", {}, batchBytes + 5,
        {"data_batch_2.bin has trailing bytes", "30,730,005 bytes, expected 30,730,000"});
    row("one byte more than a record more", {}, batchBytes + recordBytes + 1, {"trailing bytes"});
    row("a terabyte of nothing", {}, recordBytes * 300'000'000, {"more than"});
    row("label above 9", records(QByteArray("\x01\x0A", 2)), 0,
        {"data_batch_2.bin", "label 10 of record 1, at byte 3,073, is above 9"});
    row("label 255", records("\xFF"), 0, {"label 255 of record 0, at byte 0"});
}

void TestCifar10::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(qint64, sparse);
    QFETCH(QByteArrayList, parts);
    QTemporaryDir folder;
    writeSmall(folder.path());
    const QString file = folder.filePath(batchName(2));
    if (sparse > 0)
        writeSparse(file, sparse);
    else
        writeFile(file, bytes);
    QCOMPARE(errorMismatch(specOf(folder.path()), ErrorCode::BadInput, parts), QString());
}

void TestCifar10::refusesMissingBatches_data()
{
    QTest::addColumn<QList<int>>("gone");
    QTest::addColumn<QByteArrayList>("parts");
    for (int i = 1; i <= 6; ++i)
        QTest::addRow("%s", qPrintable(batchName(i)))
            << QList<int>{i} << QByteArrayList{"lacks " + batchName(i).toUtf8() + ":"};
    QTest::addRow("two") << QList<int>{2, 4} << QByteArrayList{"lacks data_batch_2.bin and data_batch_4.bin:"};
}

void TestCifar10::refusesMissingBatches()
{
    QFETCH(QList<int>, gone);
    QFETCH(QByteArrayList, parts);
    QTemporaryDir folder;
    writeFull(folder.path());
    for (const int i : gone)
        QFile::remove(folder.filePath(batchName(i)));
    QCOMPARE(errorMismatch(specOf(folder.path()), ErrorCode::NotFound, parts << folder.path().toUtf8()), QString());
}

void TestCifar10::badNamesOnlyWarn_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArrayList>("parts");
    QTest::addRow("nine") << QByteArray("a\nb\nc\nd\ne\nf\ng\nh\ni\n")
                          << QByteArrayList{"batches.meta.txt holds 9 class names, expected 10", "called 0 to 9"};
    QTest::addRow("eleven") << names + "zebra\n" << QByteArrayList{"holds 11 class names"};
    QTest::addRow("empty") << QByteArray("") << QByteArrayList{"holds 0 class names"};
    QTest::addRow("missing") << QByteArray() << QByteArrayList{"batches.meta.txt: it is not there", "called 0 to 9"};
}

void TestCifar10::badNamesOnlyWarn()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArrayList, parts);
    QTemporaryDir folder;
    writeSmall(folder.path());
    const QString file = folder.filePath(QStringLiteral("batches.meta.txt"));
    if (text.isNull())
        QFile::remove(file);
    else
        writeFile(file, text);
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY(dataset);
    QVERIFY2(hasWarning(**dataset, parts), (*dataset)->warnings.front().c_str());
    QCOMPARE((*dataset)->classNames[0], std::string("0"));
    QCOMPARE((*dataset)->classNames[9], std::string("9"));
}

void TestCifar10::refusesOtherPlaces()
{
    QTemporaryDir folder;
    QCOMPARE(errorMismatch(specOf(folder.filePath(QStringLiteral("nowhere"))), ErrorCode::NotFound,
                           {"nowhere is not there"}),
             QString());
    QCOMPARE(errorMismatch(specOf(folder.path()), ErrorCode::NotFound,
                           {"holds neither", "data_batch_1.bin", "Python version"}),
             QString());
    const QString archive = folder.filePath(QStringLiteral("cifar-10-binary.tar.gz"));
    writeFile(archive, "\x1f\x8b");
    QCOMPARE(errorMismatch(specOf(archive), ErrorCode::BadInput, {"is a file", "Get CIFAR-10"}), QString());
    writeFile(folder.filePath(QStringLiteral("train.bin")), "x");
    QCOMPARE(errorMismatch(specOf(folder.path()), ErrorCode::BadInput, {"looks like CIFAR-100"}), QString());
}

QTEST_GUILESS_MAIN(TestCifar10)
#include "tst_cifar10.moc"
