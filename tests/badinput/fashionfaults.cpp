// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/badinput/datafaults.h"
#include "tests/badinput/places.h"
#include "tests/model/data/datafixtures.h"

#include <QFile>

#include <sys/stat.h>

namespace normscope::testing {

namespace {

const QString again = QStringLiteral(" Install the package dataset-fashion-mnist again or choose another folder.");
const QString images = QStringLiteral("/train-images-idx3-ubyte.gz");
const QString labels = QStringLiteral("/train-labels-idx1-ubyte.gz");

DataFault fault(const char* row, const QString& file, const QByteArray& bytes, const QString& said, const QString& advice = again)
{
    return {row, DataKind::FashionMnist,
            [file, bytes](const QString& folder) {
                writeFashion(folder);
                writeFile(folder + file, bytes);
            },
            ErrorCode::BadInput, QStringLiteral("%DIR%") + file + said + advice};
}

void addHeaders(std::vector<DataFault>& all)
{
    const QString row = QStringLiteral("wrong magic, wrong dimensions, lying header sizes: ");
    const auto add = [&](const char* what, const QByteArray& bytes, const char* said, const QString& file = images) {
        all.push_back(fault(qPrintable(row + QLatin1String(what)), file, bytes, QString::fromUtf8(said)));
    };
    add("a web page", "<!DOCTYPE html><html>",
        ": it starts with 1008813135 where an IDX file of images starts with 2051, so it is not such a file.");
    add("magic of another type", gzipped(idxImages(4, 4, 28, 28, 0x802)),
        ": it starts with 2050 where an IDX file of images starts with 2051, so it is not such a file.");
    add("images in place of labels", gzipped(idxImages(4, 4)),
        ": it starts with 2051 where an IDX file of labels starts with 2049, so it is not such a file.", labels);
    add("32x32", gzipped(idxImages(4, 4, 32, 32)), ": its images are 32x32, expected 28x28.");
    add("no images", gzipped(idxImages(0, 0)), ": it holds no items.");
    add("2^32-1 images", gzipped(idxImages(4, 0xFFFFFFFFU)),
        ": its header promises 4,294,967,295 items, 3,367,254,359,296 bytes, more than the 1,000,000 items that are accepted.");
    add("900,000 images in a few bytes", idxImages(4, 900'000),
        ": its header promises 900,000 items, 705,600,016 bytes, but the file has 3,152.");
    const QByteArray packed = gzipped(idxImages(4, 900'000));
    all.push_back(fault(qPrintable(row + QStringLiteral("900,000 images in a few packed bytes")), images, packed,
                        QStringLiteral(": its header promises 900,000 items, 705,600,016 bytes, which %1 packed bytes cannot hold.")
                            .arg(QString::fromLatin1(packed.size() < 1000 ? QByteArray::number(packed.size())
                                                                          : QByteArray::number(packed.size()).insert(1, ',')))));
    add("one image too many", gzipped(idxImages(4, 5)),
        ": its header promises 5 items, 3,936 bytes, but the gzip file ends with a count of 3,152: it is truncated or damaged.");
    add("half a header", gzipped(bigEndian(0x803)), ": it ends too early, after 4 unpacked bytes: it is truncated.");
    add("an empty file", {}, ": it ends too early, after 0 unpacked bytes: it is truncated.");
}

} // namespace

std::vector<DataFault> fashionFaults()
{
    std::vector<DataFault> all;
    addHeaders(all);
    all.push_back(fault("label above 9: in an IDX file", labels, gzipped(idxLabels("\x01\x02\x0A\x03", 4)),
                        QStringLiteral(": label 10 of item 2, at unpacked byte 10, is above 9.")));
    all.push_back(fault("label count and image count differ (IDX)", labels, gzipped(idxLabels("\x01\x02\x03", 3)), {}, {}));
    all.back().message = QStringLiteral("%DIR%") + images + QStringLiteral(" holds 4 images but %DIR%") + labels
        + QStringLiteral(" holds 3 labels: they do not belong together.") + again;
    all.push_back(fault("link loop, FIFO, device: an IDX file is a FIFO", labels, {},
                        QStringLiteral(" is not a regular file. Put the data file in its place."), {}));
    all.back().make = [](const QString& folder) {
        writeFashion(folder);
        QFile::remove(folder + labels);
        ::mkfifo(QFile::encodeName(folder + labels).constData(), 0644);
    };
    all.push_back({"no data set: no IDX file", DataKind::FashionMnist, [](const QString&) {}, ErrorCode::NotFound,
                   QStringLiteral("Cannot open %DIR%/train-images-idx3-ubyte.gz: it is not there. Install it with: sudo apt install "
                                  "dataset-fashion-mnist, or choose another folder.")});
    return all;
}

} // namespace normscope::testing
