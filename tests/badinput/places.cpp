// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/badinput/places.h"

#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <zlib.h>

namespace normscope::testing {

Place::~Place()
{
    std::error_code ignored;
    std::filesystem::remove_all(path().toStdString(), ignored);
}

QString inWords(const QString& text, const QString& folder)
{
    return QString(text).replace(QStringLiteral("%DIR%"), folder);
}

void makeFolders(const QByteArray& path)
{
    for (qsizetype end = path.indexOf('/', 1);; end = path.indexOf('/', end + 1)) {
        const QByteArray part = end < 0 ? path : path.left(end);
        if (::mkdir(part.constData(), 0755) != 0 && errno != EEXIST)
            qFatal("cannot make %s", part.constData());
        if (end < 0)
            return;
    }
}

void writeBytes(const QByteArray& path, const QByteArray& bytes)
{
    makeFolders(path.left(path.lastIndexOf('/')));
    std::FILE* file = std::fopen(path.constData(), "wb");
    if (!file || std::fwrite(bytes.constData(), 1, std::size_t(bytes.size()), file) != std::size_t(bytes.size()) || std::fclose(file) != 0)
        qFatal("cannot write %s", path.constData());
}

QByteArray picture(int red, int green, int blue, int side)
{
    const char colour[] = {char(red), char(green), char(blue)};
    return "P6 " + QByteArray::number(side) + ' ' + QByteArray::number(side) + " 255\n" + QByteArray(colour, 3).repeated(side * side);
}

QByteArray png(int channels, int bitsOfAChannel, quint32 side)
{
    const auto chunk = [](const QByteArray& typeAndContent) {
        const auto* bytes = reinterpret_cast<const Bytef*>(typeAndContent.constData());
        return bigEndian(quint32(typeAndContent.size() - 4)) + typeAndContent + bigEndian(quint32(crc32(0, bytes, uInt(typeAndContent.size()))));
    };
    const char colourTypes[] = {0, 0, 0, 2, 6};
    const QByteArray header = bigEndian(side) + bigEndian(side) + char(bitsOfAChannel) + colourTypes[channels] + QByteArray(3, '\0');
    const QByteArray row = QByteArray(1, '\0') + QByteArray(qsizetype(side) * channels * bitsOfAChannel / 8, '\x55');
    return "\x89PNG\r\n\x1A\n" + chunk("IHDR" + header) + chunk("IDAT" + qCompress(row.repeated(side)).mid(4)) + chunk("IEND");
}

void writePictures(const QString& folder, int perClass, const QByteArrayList& classes)
{
    int made = 0;
    for (const char* split : {"/train/", "/test/"})
        for (const auto& klass : classes)
            for (int i = 0; i < perClass; ++i, ++made)
                writeBytes(QFile::encodeName(folder) + split + klass + '/' + QByteArray::number(i) + ".ppm",
                           picture(made * 9 % 256, made * 31 % 256, made * 57 % 256));
}

QByteArray cifarRecord(int label)
{
    QByteArray record(1, char(label));
    for (int i = 0; i < 3072; ++i)
        record.append(char(label * 25 + i % 7));
    return record;
}

namespace {

const QByteArray classNames("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n");

QString batchPath(const QString& folder, int i)
{
    return folder + (i <= 5 ? QStringLiteral("/data_batch_%1.bin").arg(i) : QStringLiteral("/test_batch.bin"));
}

} // namespace

void writeCifar(const QString& folder)
{
    for (int i = 1; i <= 6; ++i)
        writeBytes(QFile::encodeName(batchPath(folder, i)), cifarRecord(i) + cifarRecord(9 - i));
    writeBytes(QFile::encodeName(folder) + "/batches.meta.txt", classNames);
}

void writeFullCifar(const QString& folder)
{
    writeBytes(QFile::encodeName(folder) + "/batches.meta.txt", classNames);
    for (int i = 1; i <= 6; ++i)
        writeSparse(batchPath(folder, i), 30'730'000);
}

QByteArray idxImages(quint32 count, quint32 claimed, quint32 rows, quint32 columns, quint32 magic)
{
    QByteArray bytes = bigEndian(magic) + bigEndian(claimed) + bigEndian(rows) + bigEndian(columns);
    for (quint32 i = 0; i < count * rows * columns; ++i)
        bytes.append(char(i * 7 + i / 784));
    return bytes;
}

QByteArray idxLabels(const QByteArray& labels, quint32 claimed)
{
    return bigEndian(0x801) + bigEndian(claimed) + labels;
}

void writeFashion(const QString& folder)
{
    const QByteArray place = QFile::encodeName(folder);
    writeBytes(place + "/train-images-idx3-ubyte.gz", gzipped(idxImages(4, 4)));
    writeBytes(place + "/train-labels-idx1-ubyte.gz", gzipped(idxLabels(QByteArray("\x09\x00\x00\x03", 4), 4)));
    writeBytes(place + "/t10k-images-idx3-ubyte.gz", gzipped(idxImages(2, 2)));
    writeBytes(place + "/t10k-labels-idx1-ubyte.gz", gzipped(idxLabels("\x01\x02", 2)));
}

QMap<QString, QByteArray> contentBelow(const QString& folder)
{
    QMap<QString, QByteArray> content;
    QDirIterator it(folder, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QString path = it.next();
        QFile file(path);
        content[path] = it.fileInfo().isFile() && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    return content;
}

} // namespace normscope::testing
