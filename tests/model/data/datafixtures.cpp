// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/data/datafixtures.h"

#include <QFile>

#include <algorithm>
#include <sys/resource.h>
#include <zlib.h>

namespace normscope::testing {

const QByteArray cmykJpeg = QByteArray::fromBase64(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBK"
    "UVJP/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAE"
    "EQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6"
    "g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkA"
    "SwAAPwD06vMK8wr06v/Z");
const QByteArray animatedWebp = QByteArray::fromBase64(
    "UklGRoYAAABXRUJQVlA4WAoAAAACAAAABwAABwAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAAAcAAAcAAAAAAAJWUDhMEQAAAC8HwAEAB1CF"
    "Ipei/4GI6H8AAEFOTUYoAAAAAAAAAAAABwAABwAAAAAAAFZQOEwPAAAALwfAAQAHUP2I/gciov8BAA==");

void writeFile(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(path));
}

void writeSparse(const QString& path, qint64 size)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || !file.resize(size))
        qFatal("cannot write %s", qPrintable(path));
}

QByteArray gzipped(const QByteArray& bytes)
{
    z_stream stream = {};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(qsizetype(deflateBound(&stream, uLong(bytes.size()))), Qt::Uninitialized);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = uInt(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        qFatal("deflate");
    out.truncate(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray bigEndian(quint32 number)
{
    QByteArray bytes = littleEndian(number, 4);
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

QByteArray littleEndian(quint64 number, int bytes)
{
    QByteArray out;
    for (int i = 0; i < bytes; ++i)
        out.append(char(number >> (8 * i)));
    return out;
}

QString errorMismatch(const Error& error, ErrorCode code, const QByteArrayList& parts)
{
    const auto message = QString::fromStdString(error.message);
    if (error.code != code)
        return QStringLiteral("code %1, expected %2: %3").arg(int(error.code)).arg(int(code)).arg(message);
    for (const auto& part : parts)
        if (!message.contains(QString::fromUtf8(part)))
            return QStringLiteral("no \"%1\" in: %2").arg(QString::fromUtf8(part), message);
    return {};
}

QString errorMismatch(const DataSpec& spec, ErrorCode code, const QByteArrayList& parts)
{
    const auto result = loadDataset(spec);
    return result ? QStringLiteral("no error at all") : errorMismatch(result.error(), code, parts);
}

bool hasWarning(const Dataset& dataset, const QByteArrayList& parts)
{
    return std::any_of(dataset.warnings.begin(), dataset.warnings.end(), [&](const std::string& warning) {
        return std::all_of(parts.begin(), parts.end(), [&](const QByteArray& part) {
            return warning.find(part.toStdString()) != std::string::npos;
        });
    });
}

qint64 peakMemory()
{
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return qint64(usage.ru_maxrss) * 1024;
}

} // namespace normscope::testing
