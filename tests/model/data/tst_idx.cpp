// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::testing;

namespace {

QByteArray images(quint32 count, quint32 claimed, quint32 rows = 28, quint32 columns = 28, quint32 magic = 0x803)
{
    QByteArray bytes = bigEndian(magic) + bigEndian(claimed) + bigEndian(rows) + bigEndian(columns);
    for (quint32 i = 0; i < count * rows * columns; ++i)
        bytes.append(char(i * 7 + i / 784));
    return bytes;
}

QByteArray labels(const QByteArray& values, quint32 claimed, quint32 magic = 0x801)
{
    return bigEndian(magic) + bigEndian(claimed) + values;
}

/// A good set of 4 training and 2 test images, with one file replaced (null: left out).
void writeSet(const QString& folder, const QString& replaced = {}, const QByteArray& bytes = {})
{
    const QDir dir(folder);
    const auto write = [&](const QString& name, const QByteArray& good) {
        if (name != replaced)
            writeFile(dir.filePath(name), gzipped(good));
        else if (!bytes.isNull())
            writeFile(dir.filePath(name), bytes);
    };
    write(QStringLiteral("train-images-idx3-ubyte.gz"), images(4, 4));
    write(QStringLiteral("train-labels-idx1-ubyte.gz"), labels(QByteArray("\x09\x00\x00\x03", 4), 4));
    write(QStringLiteral("t10k-images-idx3-ubyte.gz"), images(2, 2));
    write(QStringLiteral("t10k-labels-idx1-ubyte.gz"), labels(QByteArray("\x01\x02", 2), 2));
}

DataSpec specOf(const QString& folder)
{
    return {DataKind::FashionMnist, folder.toStdString()};
}

} // namespace

class TestIdx : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void padsAndTriples();
    void readsPlainFiles();
    void refuses_data();
    void refuses();
    void fifoIsNotWaitedFor();
    void cancels();
    void debianPackage();
};

void TestIdx::padsAndTriples()
{
    QTemporaryDir folder;
    writeSet(folder.path());
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    const Dataset& data = **dataset;
    QCOMPARE(data.train.size(), std::size_t(4));
    QCOMPARE(data.test.size(), std::size_t(2));
    QCOMPARE(data.train.labels, (std::vector<std::uint16_t>{9, 0, 0, 3}));
    QCOMPARE(data.classNames.size(), std::size_t(10));
    QCOMPARE(data.classNames[0], std::string("T-shirt/top"));
    QCOMPARE(data.classNames[9], std::string("Ankle boot"));
    double sum = 0;
    double squares = 0;
    for (std::size_t n = 0; n < 4; ++n)
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x) {
                const bool inside = y >= 2 && y < 30 && x >= 2 && x < 30;
                const quint32 i = quint32(n) * 784 + quint32((y - 2) * 28 + x - 2);
                const int expected = inside ? int((i * 7 + i / 784) & 0xFF) : 0;
                for (int c = 0; c < 3; ++c)
                    QCOMPARE(int(data.train.image(n)[(y * 32 + x) * 3 + c]), expected);
                sum += expected / 255.0;
                squares += expected / 255.0 * (expected / 255.0);
            }
    const double mean = sum / 4096;
    for (std::size_t c = 0; c < 3; ++c) {
        QVERIFY(std::abs(data.mean[c] - mean) < 1e-6);
        QVERIFY(std::abs(data.deviation[c] - std::sqrt(squares / 4096 - mean * mean)) < 1e-6);
    }
    QCOMPARE(data.classCounts(data.train), (std::vector<std::size_t>{2, 0, 0, 1, 0, 0, 0, 0, 0, 1}));
    QVERIFY(data.warnings.empty());
}

void TestIdx::readsPlainFiles()
{
    QTemporaryDir packed;
    QTemporaryDir plain;
    writeSet(packed.path());
    writeFile(plain.filePath(QStringLiteral("train-images-idx3-ubyte")), images(4, 4));
    writeFile(plain.filePath(QStringLiteral("train-labels-idx1-ubyte")), labels(QByteArray("\x09\x00\x00\x03", 4), 4));
    writeFile(plain.filePath(QStringLiteral("t10k-images-idx3-ubyte")), images(2, 2));
    writeFile(plain.filePath(QStringLiteral("t10k-labels-idx1-ubyte")), labels(QByteArray("\x01\x02", 2), 2));
    const auto a = loadDataset(specOf(packed.path()));
    const auto b = loadDataset(specOf(plain.path()));
    QVERIFY(a);
    QVERIFY2(b, b ? "" : b.error().message.c_str());
    QCOMPARE((*a)->fingerprint, (*b)->fingerprint);
}

void TestIdx::refuses_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArrayList>("parts");
    const QString trainImages = QStringLiteral("train-images-idx3-ubyte.gz");
    const QString trainLabels = QStringLiteral("train-labels-idx1-ubyte.gz");
    const QString testImages = QStringLiteral("t10k-images-idx3-ubyte.gz");
    const auto row = [](const char* name, const QString& file, const QByteArray& bytes, const QByteArrayList& parts,
                        ErrorCode code = ErrorCode::BadInput) {
        QTest::addRow("%s", name) << file << bytes << int(code) << (QByteArrayList{file.toUtf8()} << parts);
    };
    row("missing file", trainImages, {}, {"is not there", "sudo apt install dataset-fashion-mnist"},
        ErrorCode::NotFound);
    row("missing test file", testImages, {}, {"is not there"}, ErrorCode::NotFound);
    row("empty file", trainImages, "", {"ends too early"});
    row("labels in place of images", trainImages, gzipped(labels("\x01\x02\x03\x04", 4)), {"starts with 2049", "2051"});
    row("only a magic number", trainImages, gzipped(bigEndian(0x803)), {"ends too early, after 4 unpacked bytes"});
    row("wrong magic", trainImages, gzipped(images(4, 4, 28, 28, 0x802)),
        {"starts with 2050", "images starts with 2051"});
    row("wrong magic of labels", trainLabels, gzipped(labels("\x01\x02\x03\x04", 4, 0x803)),
        {"starts with 2051", "labels starts with 2049"});
    row("text", trainImages, "<!DOCTYPE html><html>", {"starts with 1008813135", "2051"});
    row("32x32", trainImages, gzipped(images(4, 4, 32, 32)), {"its images are 32x32, expected 28x28"});
    row("0x0", trainImages, gzipped(images(0, 4, 0, 0)), {"its images are 0x0, expected 28x28"});
    row("no items", trainImages, gzipped(images(0, 0)), {"holds no items"});
    row("2^32-1 items", trainImages, gzipped(images(4, 0xFFFFFFFFU)), {"promises 4,294,967,295 items", "1,000,000"});
    row("a million items in a few bytes", trainImages, gzipped(images(4, 900'000)),
        {"promises 900,000 items, 705,600,016 bytes", "packed bytes cannot hold"});
    row("one item too many", trainImages, gzipped(images(4, 5)),
        {"promises 5 items, 3,936 bytes", "ends with a count of 3,152", "truncated or damaged"});
    row("one item too few", trainImages, gzipped(images(4, 3)), {"promises 3 items, 2,368 bytes", "3,152"});
    row("plain file with a lying header", trainImages, images(4, 900'000),
        {"705,600,016 bytes", "but the file has 3,152"});
    QByteArray lying = gzipped(images(4, 5));
    row("lying IDX and gzip headers", trainImages, lying.chopped(4) + littleEndian(16 + 5 * 784, 4), {"damaged"});
    row("cut in the middle", trainImages, gzipped(images(4, 4)).chopped(100), {"truncated"});
    row("cut in the middle, trailer in place", trainImages,
        gzipped(images(4, 4)).chopped(200) + littleEndian(16 + 4 * 784, 4), {"truncated"});
    QByteArray wrongSum = gzipped(images(4, 4));
    wrongSum[wrongSum.size() - 6] = char(wrongSum[wrongSum.size() - 6] ^ 1);
    row("wrong gzip checksum", trainImages, wrongSum, {"damaged"});
    QByteArray flipped = gzipped(images(4, 4));
    flipped[60] = char(flipped[60] ^ 0xFF);
    row("flipped bits", trainImages, flipped, {"damaged"});
    row("fewer labels than images", trainLabels, gzipped(labels("\x01\x02\x03", 3)),
        {"4 images", "3 labels", "do not belong together"});
    row("label above 9", trainLabels, gzipped(labels("\x01\x02\x0A\x03", 4)),
        {"label 10 of item 2, at unpacked byte 10, is above 9"});
}

void TestIdx::refuses()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    QFETCH(QByteArrayList, parts);
    QTemporaryDir folder;
    writeSet(folder.path(), file, bytes);
    const qint64 before = peakMemory();
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(errorMismatch(specOf(folder.path()), ErrorCode(code), parts), QString());
    QVERIFY(timer.elapsed() < 5000);
    QVERIFY2(peakMemory() - before < 50'000'000, "memory was taken for what a header claims");
}

void TestIdx::fifoIsNotWaitedFor()
{
    QTemporaryDir folder;
    writeSet(folder.path(), QStringLiteral("train-labels-idx1-ubyte.gz"));
    QCOMPARE(::mkfifo(qPrintable(folder.filePath(QStringLiteral("train-labels-idx1-ubyte.gz"))), 0600), 0);
    QCOMPARE(errorMismatch(specOf(folder.path()), ErrorCode::BadInput, {"train-labels", "not a regular file"}),
             QString());
}

void TestIdx::cancels()
{
    QTemporaryDir folder;
    writeSet(folder.path());
    const std::atomic<bool> cancel{true};
    LoadOptions options;
    options.cancel = &cancel;
    const auto result = loadDataset(specOf(folder.path()), options);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
}

void TestIdx::debianPackage()
{
    const QString place = QString::fromUtf8(fashionMnistFolder.data(), qsizetype(fashionMnistFolder.size()));
    if (!QDir(place).exists())
        QSKIP("Debian's dataset-fashion-mnist is not installed");
    std::size_t last = 0;
    LoadOptions options;
    options.progress = [&](std::size_t done, std::size_t total) {
        QCOMPARE(total, std::size_t(70'000));
        QVERIFY(done > last);
        last = done;
    };
    const auto dataset = loadDataset({}, options);
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    const Dataset& data = **dataset;
    QCOMPARE(last, std::size_t(70'000));
    QCOMPARE(data.title, std::string("Fashion-MNIST"));
    QCOMPARE(data.classCounts(data.train), std::vector<std::size_t>(10, 6000));
    QCOMPARE(data.classCounts(data.test), std::vector<std::size_t>(10, 1000));
    const std::vector<std::uint16_t> train{9, 0, 0, 3, 0, 2, 7, 2, 5, 5};
    const std::vector<std::uint16_t> test{9, 2, 1, 1, 6, 1, 4, 6, 5, 7};
    QVERIFY(std::equal(train.begin(), train.end(), data.train.labels.begin()));
    QVERIFY(std::equal(test.begin(), test.end(), data.test.labels.begin()));
    // Well-known 0.2860 and 0.3530 of the 28x28 images, thinned by the border: m = 0.2860 * 784 / 1024.
    for (std::size_t c = 0; c < 3; ++c) {
        QVERIFY(std::abs(data.mean[c] - 0.28604 * 784 / 1024) < 2e-5);
        const double square = (0.35302 * 0.35302 + 0.28604 * 0.28604) * 784 / 1024;
        QVERIFY(std::abs(data.deviation[c] - std::sqrt(square - std::pow(0.28604 * 784 / 1024, 2))) < 2e-5);
    }
    QCOMPARE(data.fingerprint.size(), std::size_t(64));
}

QTEST_GUILESS_MAIN(TestIdx)
#include "tst_idx.moc"
