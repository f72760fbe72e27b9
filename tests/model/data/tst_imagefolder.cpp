// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/imagereader.h"
#include "model/data/imagesize.h"
#include "tests/fixtures/testsupport.h"
#include "tests/model/data/datafixtures.h"

#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <archive.h>
#include <archive_entry.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <sys/stat.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;

namespace {

QByteArray encoded(const cv::Mat& image, const char* extension)
{
    std::vector<uchar> bytes;
    if (!cv::imencode(extension, image, bytes))
        qFatal("imencode");
    return {reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())};
}

/// One colour (red, green, blue) all over.
cv::Mat plain(int width, int height, int red, int green, int blue)
{
    return cv::Mat(height, width, CV_8UC3, cv::Scalar(blue, green, red));
}

QByteArray png(int red = 1, int green = 2, int blue = 3)
{
    return encoded(plain(32, 32, red, green, blue), ".png");
}

/// `perClass` good images in train and test of the classes a and b.
void writeSmall(const QString& folder, int perClass = 2)
{
    for (const auto* split : {"train", "test"})
        for (const auto* klass : {"a", "b"}) {
            const QString path = QStringLiteral("%1/%2/%3").arg(folder, QLatin1String(split), QLatin1String(klass));
            QDir().mkpath(path);
            for (int i = 0; i < perClass; ++i)
                writeFile(QStringLiteral("%1/%2.png").arg(path).arg(i), png(i, klass[0], split[1]));
        }
}

DataSpec specOf(const QString& folder)
{
    return {DataKind::Folder, folder.toStdString()};
}

QByteArray pngHeader(quint32 width, quint32 height)
{
    return QByteArray("\x89PNG\r\n\x1A\n") + bigEndian(13) + "IHDR" + bigEndian(width) + bigEndian(height)
           + QByteArray("\x08\x02\x00\x00\x00", 5) + bigEndian(0);
}

const QByteArray webp = QByteArray::fromBase64("UklGRh4AAABXRUJQVlA4TBEAAAAvA0AAAAdQiirUo/+BiOh/AAA=");

} // namespace

class TestImageFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void orderIsThatOfTheNames();
    void refusesFolders_data();
    void refusesFolders();
    void converts_data();
    void converts();
    void conversionsAreCounted();
    void brokenOnesAreSkippedAndListed_data();
    void brokenOnesAreSkippedAndListed();
    void refusedAboveFivePercent();
    void specialFilesAreSkipped();
    void oddNamesWork();
    void otherFilesAreIgnored();
    void constantColourIsNotDividedByZero();
    void sizesComeFromTheHeader_data();
    void sizesComeFromTheHeader();
    void cancels();
    void sharedJpegs();
};

void TestImageFolder::orderIsThatOfTheNames()
{
    QTemporaryDir folder;
    for (const auto* split : {"train", "test"})
        for (const auto* klass : {"Zebra", "ant", "Bee"}) {
            const QString path =
                folder.filePath(QStringLiteral("%1/%2").arg(QLatin1String(split), QLatin1String(klass)));
            QDir().mkpath(path);
            for (int i = 19; i >= 0; --i)
                writeFile(QStringLiteral("%1/%2.PNG").arg(path).arg(i), png(i, klass[0], 9));
        }
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    const Dataset& data = **dataset;
    QCOMPARE(data.classNames, (std::vector<std::string>{"Bee", "Zebra", "ant"}));
    QCOMPARE(data.classCounts(data.train), (std::vector<std::size_t>{20, 20, 20}));
    const int byName[] = {0, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 2, 3, 4, 5, 6, 7, 8, 9};
    for (std::size_t i = 0; i < 60; ++i) {
        QCOMPARE(int(data.train.labels[i]), int(i / 20));
        QCOMPARE(int(data.train.image(i)[0]), byName[i % 20]);
        QCOMPARE(int(data.train.image(i)[1]), int("BZa"[i / 20]));
        QCOMPARE(int(data.train.image(i)[3071]), 9);
    }
    QVERIFY(data.warnings.size() == 1); // blue is the same everywhere
    QVERIFY(hasWarning(data, {"same blue"}));
}

void TestImageFolder::refusesFolders_data()
{
    QTest::addColumn<QStringList>("folders");
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArrayList>("parts");
    const auto row = [](const char* name, const QStringList& folders, const QStringList& files,
                        const QByteArrayList& parts, ErrorCode code = ErrorCode::BadInput) {
        QTest::addRow("%s", name) << folders << files << int(code) << parts;
    };
    const auto names = [](const char* text) { return QString::fromUtf8(text).split(QLatin1Char(' ')); };
    row("missing", {}, {}, {"is not there", "train/CLASS/IMAGE"}, ErrorCode::NotFound);
    row("empty", names("."), {}, {"is empty", "train/CLASS/IMAGE"});
    row("no test", names("train/a train/b"), {}, {"has no test/"});
    row("val in place of test", names("train/a val/a"), {}, {"has no test/"});
    row("neither", names("cats dogs"), {}, {"has no train/ and test/"});
    row("no classes", names("train test"), {}, {"train holds no class folders"});
    row("one class", names("train/a test/a"), names("train/a/1.png test/a/1.png"),
        {"train holds one class only, \"a\"", "at least 2"});
    row("an empty class", names("train/a train/b test/a test/b"), names("train/a/1.png test/a/1.png test/b/1.png"),
        {"No images in", "train/b"});
    row("an empty class in test", names("train/a train/b test/a test/b"),
        names("train/a/1.png train/b/1.png test/a/1.png"), {"No images in", "test/b"});
    row("class of texts alone", names("train/a train/b test/a test/b"),
        names("train/a/1.png train/b/1.txt test/a/1.png test/b/1.png"), {"No images in", "train/b"});
    row("class missing in test", names("train/a train/b train/c test/a test/b"),
        names("train/a/1.png train/b/1.png train/c/1.png test/a/1.png test/b/1.png"),
        {"The classes differ", "test has no c"});
    row("classes of other names", names("train/a train/b test/a test/B"),
        names("train/a/1.png train/b/1.png test/a/1.png test/B/1.png"), {"test has no b", "train has no B"});
    QStringList many;
    QStringList files;
    for (int i = 0; i < 101; ++i)
        for (const auto* split : {"train", "test"}) {
            many << QStringLiteral("%1/%2").arg(QLatin1String(split)).arg(i);
            files << many.last() + QStringLiteral("/1.png");
        }
    row("101 classes", many, files, {"holds 101 classes; at most 100"});
}

void TestImageFolder::refusesFolders()
{
    QFETCH(QStringList, folders);
    QFETCH(QStringList, files);
    QFETCH(int, code);
    QFETCH(QByteArrayList, parts);
    QTemporaryDir folder;
    const QDir root(folder.filePath(QStringLiteral("images")));
    for (const auto& name : folders)
        root.mkpath(name);
    for (const auto& name : files)
        writeFile(root.filePath(name), png());
    QCOMPARE(errorMismatch(specOf(root.path()), ErrorCode(code), parts), QString());
}

void TestImageFolder::converts_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QList<int>>("centre"); // expected red, green, blue of pixel (16, 16)
    QTest::addColumn<int>("tolerance");
    QTest::addColumn<QByteArray>("flags"); // of ImageReading, one letter each
    const auto row = [](const char* name, const QByteArray& file, const QList<int>& centre, int tolerance,
                        const char* flags) {
        QTest::addRow("%s", name) << file << centre << tolerance << QByteArray(flags);
    };
    row("RGB", png(200, 100, 50), {200, 100, 50}, 0, "");
    row("grey", encoded(cv::Mat(32, 32, CV_8UC1, cv::Scalar(77)), ".png"), {77, 77, 77}, 0, "g");
    row("grey JPEG", encoded(cv::Mat(32, 32, CV_8UC1, cv::Scalar(77)), ".jpg"), {77, 77, 77}, 1, "g");
    row("half transparent", encoded(cv::Mat(32, 32, CV_8UC4, cv::Scalar(50, 100, 200, 128)), ".png"), {100, 50, 25}, 1,
        "a");
    row("quite transparent", encoded(cv::Mat(32, 32, CV_8UC4, cv::Scalar(50, 100, 200, 0)), ".png"), {0, 0, 0}, 0, "a");
    row("opaque RGBA", encoded(cv::Mat(32, 32, CV_8UC4, cv::Scalar(50, 100, 200, 255)), ".png"), {200, 100, 50}, 0,
        "a");
    row("16 bits", encoded(cv::Mat(32, 32, CV_16UC3, cv::Scalar(50 * 257, 100 * 257, 65535)), ".png"), {255, 100, 50},
        0, "d");
    row("16-bit grey", encoded(cv::Mat(32, 32, CV_16UC1, cv::Scalar(257 * 9 + 128)), ".png"), {9, 9, 9}, 1, "dg");
    row("16-bit TIFF", encoded(cv::Mat(32, 32, CV_16UC3, cv::Scalar(0, 257, 514)), ".tiff"), {2, 1, 0}, 0, "d");
    row("16-bit grey TIFF", encoded(cv::Mat(32, 32, CV_16UC1, cv::Scalar(257 * 9 + 128)), ".tiff"), {9, 9, 9}, 1, "dg");
    // One that does not say what its fourth channel is: its colours count as blended, which is TIFF's usual alpha.
    row("16-bit TIFF with alpha",
        encoded(cv::Mat(32, 32, CV_16UC4, cv::Scalar(50 * 257, 100 * 257, 200 * 257, 128 * 257)), ".tiff"),
        {200, 100, 50}, 0, "da");
    row("CMYK", cmykJpeg, {255, 0, 0}, 12, "cr");
    row("WebP", webp, {10, 20, 30}, 0, "r");
    row("BMP", encoded(plain(32, 32, 9, 8, 7), ".bmp"), {9, 8, 7}, 0, "");
    row("PPM", encoded(plain(32, 32, 9, 8, 7), ".ppm"), {9, 8, 7}, 0, "");
    cv::Mat wide = plain(96, 32, 255, 0, 0);
    wide(cv::Rect(32, 0, 32, 32)) = cv::Scalar(0, 255, 0);
    row("wide: the centre stays", encoded(wide, ".png"), {0, 255, 0}, 0, "r");
    cv::Mat tall = plain(64, 192, 255, 0, 0);
    tall(cv::Rect(0, 64, 64, 64)) = cv::Scalar(255, 0, 0);
    row("tall: the centre stays", encoded(tall, ".png"), {0, 0, 255}, 0, "r");
    row("enlarged", encoded(plain(7, 5, 1, 2, 3), ".png"), {1, 2, 3}, 0, "r");
    row("one pixel", encoded(plain(1, 1, 1, 2, 3), ".png"), {1, 2, 3}, 0, "r");
    cv::Mat checks(64, 64, CV_8UC3);
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x)
            checks.at<cv::Vec3b>(y, x) = (x + y) % 2 ? cv::Vec3b(255, 255, 255) : cv::Vec3b(0, 0, 0);
    row("shrunk by areas", encoded(checks, ".png"), {128, 128, 128}, 1, "r");
}

void TestImageFolder::converts()
{
    QFETCH(QByteArray, file);
    QFETCH(QList<int>, centre);
    QFETCH(int, tolerance);
    QFETCH(QByteArray, flags);
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("image"));
    writeFile(path, file);
    std::vector<std::uint8_t> rgb(imageBytes);
    const auto reading = readImage(path.toStdString(), rgb.data());
    QVERIFY2(reading.outcome == ImageReading::Outcome::Good, reading.reason.c_str());
    for (int c = 0; c < 3; ++c) {
        const int found = rgb[std::size_t((16 * 32 + 16) * 3 + c)];
        QVERIFY2(std::abs(found - centre[c]) <= tolerance,
                 qPrintable(QStringLiteral("channel %1: %2").arg(c).arg(found)));
    }
    QCOMPARE(reading.wasGrey, flags.contains('g'));
    QCOMPARE(reading.hadAlpha, flags.contains('a'));
    QCOMPARE(reading.wasDeep, flags.contains('d'));
    QCOMPARE(reading.wasCmyk, flags.contains('c'));
    QCOMPARE(reading.wasResized, flags.contains('r'));
}

void TestImageFolder::conversionsAreCounted()
{
    QTemporaryDir folder;
    writeSmall(folder.path());
    writeFile(folder.filePath(QStringLiteral("train/a/grey.png")),
              encoded(cv::Mat(32, 32, CV_8UC1, cv::Scalar(5)), ".png"));
    writeFile(folder.filePath(QStringLiteral("train/a/large.png")), encoded(plain(100, 50, 5, 6, 7), ".png"));
    writeFile(folder.filePath(QStringLiteral("test/b/large.jpg")), encoded(plain(33, 32, 5, 6, 7), ".jpg"));
    writeFile(folder.filePath(QStringLiteral("test/b/alpha.png")),
              encoded(cv::Mat(32, 32, CV_8UC4, cv::Scalar(1, 2, 3, 4)), ".png"));
    writeFile(folder.filePath(QStringLiteral("test/b/cmyk.jpeg")), cmykJpeg);
    writeFile(folder.filePath(QStringLiteral("test/b/deep.tif")),
              encoded(cv::Mat(32, 32, CV_16UC3, cv::Scalar(1, 2, 3)), ".tiff"));
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QVERIFY(hasWarning(**dataset, {"3 images converted", "not 32x32"}));
    QVERIFY(hasWarning(**dataset, {"1 image converted", "grey"}));
    QVERIFY(hasWarning(**dataset, {"1 image converted", "blended on black"}));
    QVERIFY(hasWarning(**dataset, {"1 image converted", "CMYK"}));
    QVERIFY(hasWarning(**dataset, {"1 image converted", "16 bits"}));
    QCOMPARE((*dataset)->warnings.size(), std::size_t(5));
}

void TestImageFolder::brokenOnesAreSkippedAndListed_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("reason");
    const QByteArray jpeg = encoded(plain(32, 32, 200, 100, 50), ".jpg");
    QTest::addRow("empty") << QByteArray("") << QByteArray("empty file");
    QTest::addRow("text") << QByteArray("hello") << QByteArray("damaged or of an unknown format");
    QTest::addRow("half a JPEG") << jpeg.first(jpeg.size() / 2) << QByteArray("damaged");
    QTest::addRow("JPEG without its end") << jpeg.chopped(8) << QByteArray("damaged");
    QTest::addRow("half a PNG") << png().first(png().size() / 2) << QByteArray("cannot be decoded");
    QTest::addRow("PNG header alone") << pngHeader(32, 32) << QByteArray("cannot be decoded");
    QTest::addRow("PNG of 0x0") << pngHeader(0, 0) << QByteArray("damaged");
    QTest::addRow("PNG of 100,000 x 100,000")
        << pngHeader(100'000, 100'000) << QByteArray("100,000x100,000 pixels, more than 64 million");
    QTest::addRow("PNG of 2^31") << pngHeader(0x7FFFFFFF, 0x7FFFFFFF) << QByteArray("more than 64 million");
    QTest::addRow("GIF") << QByteArray("GIF89a\x20\x00\x20\x00\x00\x00\x00;", 14) << QByteArray("unknown format");
    QTest::addRow("animated WebP") << animatedWebp << QByteArray("an animated WebP");
    QTest::addRow("floating point TIFF") << encoded(cv::Mat(32, 32, CV_32FC3, cv::Scalar(1, 2, 3)), ".tiff")
                                         << QByteArray("not supported");
}

void TestImageFolder::brokenOnesAreSkippedAndListed()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, reason);
    QTemporaryDir folder;
    writeSmall(folder.path(), 10);
    writeFile(folder.filePath(QStringLiteral("train/a/05 broken.png")), file);
    const qint64 before = peakMemory();
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QVERIFY2(hasWarning(**dataset, {"1 of 41 images cannot be read: train/a/05 broken.png (", reason, "skipped"}),
             (*dataset)->warnings.empty() ? "no warning" : (*dataset)->warnings.front().c_str());
    QCOMPARE((*dataset)->classCounts((*dataset)->train), (std::vector<std::size_t>{10, 10}));
    QCOMPARE((*dataset)->train.pixels.size(), 20 * imageBytes);
    for (std::size_t i = 0; i < 20; ++i) // the gap is closed
        QCOMPARE(int((*dataset)->train.image(i)[0]), int(i % 10));
    QVERIFY(peakMemory() - before < 50'000'000);
}

void TestImageFolder::refusedAboveFivePercent()
{
    QTemporaryDir folder;
    writeSmall(folder.path(), 9); // 36 good ones
    for (int i = 0; i < 2; ++i)
        writeFile(folder.filePath(QStringLiteral("test/a/broken%1.jpg").arg(i)), "x");
    QCOMPARE(
        errorMismatch(specOf(folder.path()), ErrorCode::BadInput,
                      {"2 of 38 images cannot be read", "test/a/broken0.jpg (damaged", "test/a/broken1.jpg", "5 %"}),
        QString());
}

void TestImageFolder::specialFilesAreSkipped()
{
    QTemporaryDir folder;
    writeSmall(folder.path());
    const auto path = [&](const char* name) { return QFile::encodeName(folder.filePath(QLatin1String(name))); };
    QCOMPARE(::mkfifo(path("train/a/fifo.png").constData(), 0600), 0);
    QCOMPARE(::symlink("loop.png", path("train/a/loop.png").constData()), 0);
    QCOMPARE(::symlink("nowhere.png", path("train/a/dangling.png").constData()), 0);
    QCOMPARE(::symlink("/dev/zero", path("train/b/device.png").constData()), 0);
    QCOMPARE(::symlink("..", path("train/up").constData()), 0);
    QCOMPARE(::symlink("../../train", path("test/a/loop").constData()), 0);
    QCOMPARE(::symlink("0.png", path("train/a/link.png").constData()), 0); // a plain link is an image
    QDir(folder.path()).mkpath(QStringLiteral("train/b/inner"));
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QCOMPARE((*dataset)->classCounts((*dataset)->train), (std::vector<std::size_t>{3, 2}));
    QVERIFY2(hasWarning(**dataset, {"5 entries skipped", "FIFOs", "train/"}), (*dataset)->warnings.front().c_str());
    QVERIFY(hasWarning(**dataset, {"2 folders inside class folders skipped", "train/b/inner"}));
}

void TestImageFolder::oddNamesWork()
{
    QTemporaryDir folder;
    const QByteArray root = QFile::encodeName(folder.path()) + "/odd \xE9\n";
    QVERIFY(::mkdir(root.constData(), 0700) == 0);
    for (const auto* split : {"/train", "/test"}) {
        ::mkdir((root + split).constData(), 0700);
        for (const auto* klass : {"/caf\xE9", "/two\nlines and \xF0\x9F\x90\xB1"}) {
            ::mkdir((root + split + klass).constData(), 0700);
            for (const auto* name : {"/\xFF\xFE.png", "/a\nb.png", "/with space.png"}) {
                FILE* file = std::fopen((root + split + klass + name).constData(), "wb");
                QVERIFY(file);
                std::fwrite(png().constData(), 1, std::size_t(png().size()), file);
                std::fclose(file);
            }
        }
    }
    FILE* broken = std::fopen((root + "/train/caf\xE9/\xFF.png").constData(), "wb");
    std::fclose(broken);
    const auto bad = loadDataset({DataKind::Folder, root.toStdString()});
    QVERIFY(!bad); // 1 of 13
    QCOMPARE(errorMismatch(bad.error(), ErrorCode::BadInput, {"odd \\xE9\\n", "train/caf\\xE9/\\xFF.png (empty file)"}),
             QString());
    std::remove((root + "/train/caf\xE9/\xFF.png").constData());
    const auto dataset = loadDataset({DataKind::Folder, root.toStdString()});
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QCOMPARE((*dataset)->classNames, (std::vector<std::string>{"caf\\xE9", "two\\nlines and \xF0\x9F\x90\xB1"}));
    QCOMPARE((*dataset)->title, std::string("odd \\xE9\\n"));
    QCOMPARE((*dataset)->train.size(), std::size_t(6));
}

void TestImageFolder::otherFilesAreIgnored()
{
    QTemporaryDir folder;
    writeSmall(folder.path());
    for (const auto* name : {"README.md", "train/README", "train/.DS_Store", "train/a/Thumbs.db", "train/a/.hidden.png",
                             "train/a/notes.txt", "labels.csv"})
        writeFile(folder.filePath(QLatin1String(name)), "x");
    QDir(folder.path()).mkpath(QStringLiteral("train/.ipynb_checkpoints"));
    QDir(folder.path()).mkpath(QStringLiteral("train/__MACOSX"));
    auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QCOMPARE((*dataset)->train.size(), std::size_t(4));
    for (const auto& warning : (*dataset)->warnings)
        QVERIFY2(warning.starts_with("Every training pixel"), warning.c_str());
    writeFile(folder.filePath(QStringLiteral("train/a/photo.HEIC")), "x");
    writeFile(folder.filePath(QStringLiteral("train/loose.png")), png());
    dataset = loadDataset(specOf(folder.path()));
    QVERIFY(dataset);
    QVERIFY(hasWarning(**dataset, {"1 file skipped, of a format that is not read: train/a/photo.HEIC"}));
    QVERIFY(hasWarning(**dataset, {"1 image skipped, outside the class folders: train/loose.png"}));
}

void TestImageFolder::constantColourIsNotDividedByZero()
{
    QTemporaryDir folder;
    writeSmall(folder.path());
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY(dataset);
    QVERIFY((*dataset)->deviation[0] > 0 && (*dataset)->deviation[0] < 1);
    QCOMPARE((*dataset)->deviation[2], 1.0F); // the same blue everywhere
    QVERIFY(hasWarning(**dataset, {"same blue"}));
}

void TestImageFolder::sizesComeFromTheHeader_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    const cv::Mat image = plain(37, 21, 1, 2, 3);
    for (const auto* extension : {".png", ".jpg", ".bmp", ".webp", ".tiff", ".ppm"})
        QTest::addRow("%s", extension + 1) << encoded(image, extension) << 37 << 21;
    QTest::addRow("pgm") << encoded(cv::Mat(21, 37, CV_8UC1, cv::Scalar(5)), ".pgm") << 37 << 21;
    QTest::addRow("PNM with comments") << QByteArray("P6 # made by hand\n# again\n 37\n21 255\nxxx") << 37 << 21;
    QTest::addRow("big-endian TIFF") << QByteArray("MM\0*\0\0\0\x08\0\x02", 10)
                                            + QByteArray("\x01\0\0\x03\0\0\0\x01\0\x25\0\0", 12)
                                            + QByteArray("\x01\x01\0\x04\0\0\0\x01\0\0\0\x15", 12)
                                     << 37 << 21;
    QTest::addRow("TIFF without its directory") << QByteArray("II*\0\xFF\xFF\xFF\xFF", 8) << 0 << 0;
    QTest::addRow("JPEG that ends in its header") << QByteArray("\xFF\xD8\xFF\xE0\x00\x10JFIF", 10) << 0 << 0;
    QTest::addRow("nothing") << QByteArray("") << 0 << 0;
}

void TestImageFolder::sizesComeFromTheHeader()
{
    QFETCH(QByteArray, file);
    QFETCH(int, width);
    QFETCH(int, height);
    const auto size =
        readImageSize({reinterpret_cast<const std::uint8_t*>(file.constData()), std::size_t(file.size())});
    QCOMPARE(size.has_value(), width > 0);
    if (size) {
        QCOMPARE(int(size->width), width);
        QCOMPARE(int(size->height), height);
    }
}

void TestImageFolder::cancels()
{
    QTemporaryDir folder;
    writeSmall(folder.path(), 50);
    std::atomic<bool> cancel = true;
    LoadOptions options;
    options.cancel = &cancel;
    const auto result = loadDataset(specOf(folder.path()), options);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
}

/// The first 20 images of every class of the shared archive; one of them as PIL decodes it.
void TestImageFolder::sharedJpegs()
{
    const QString archivePath = sharedPath(QStringLiteral("cifar10/cifar10-jpeg.tar.xz"));
    if (archivePath.isEmpty())
        QSKIP("the CIFAR-10 JPEGs are not here (NORMSCOPE_SHARED)");
    QTemporaryDir folder;
    auto* reader = archive_read_new();
    archive_read_support_filter_xz(reader);
    archive_read_support_format_tar(reader);
    QCOMPARE(archive_read_open_filename(reader, qPrintable(archivePath), 65536), ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
        const QString name = QString::fromUtf8(archive_entry_pathname(entry));
        if (!name.contains(QStringLiteral("/00")) || !name.endsWith(QStringLiteral(".jpg"))
            || name.section(QLatin1Char('/'), -1) > QStringLiteral("0019.jpg"))
            continue;
        QByteArray bytes(qsizetype(archive_entry_size(entry)), Qt::Uninitialized);
        QCOMPARE(archive_read_data(reader, bytes.data(), std::size_t(bytes.size())), la_ssize_t(bytes.size()));
        QDir(folder.path()).mkpath(name.section(QLatin1Char('/'), 0, -2));
        writeFile(folder.filePath(name), bytes);
    }
    archive_read_free(reader);
    const auto dataset = loadDataset(specOf(folder.path()));
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    const Dataset& data = **dataset;
    QCOMPARE(data.train.size(), std::size_t(200));
    QCOMPARE(data.test.size(), std::size_t(200));
    QCOMPARE(data.classNames[6], std::string("frog"));
    QVERIFY(data.warnings.empty());
    const std::uint8_t* frog = data.test.image(6 * 20 + 7); // test/frog/0007.jpg
    const QByteArrayView pixels(reinterpret_cast<const char*>(frog), qsizetype(imageBytes));
    QCOMPARE((std::array<int, 3>{frog[0], frog[1], frog[2]}), (std::array<int, 3>{64, 61, 44}));
    QCOMPARE((std::array<int, 3>{frog[3069], frog[3070], frog[3071]}), (std::array<int, 3>{131, 116, 97}));
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(pixels);
    QCOMPARE(hash.result().toHex(), QByteArray("6baf74e2fa8fae9e99b651c7c1e0d27fca4cd9fbdb52d0e88230466699ffd9d7"));
}

QTEST_GUILESS_MAIN(TestImageFolder)
#include "tst_imagefolder.moc"
