// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QString>

namespace normscope::testing {

void writeFile(const QString& path, const QByteArray& bytes);
/// A file of `size` zero bytes that takes no room on the disk.
void writeSparse(const QString& path, qint64 size);
extern const QByteArray cmykJpeg;     ///< 8x8, red
extern const QByteArray animatedWebp; ///< 8x8, two frames
QByteArray gzipped(const QByteArray& bytes);
QByteArray bigEndian(quint32 number);
QByteArray littleEndian(quint64 number, int bytes);

/// Loads the folder and expects an error of this code whose message holds every part; says what differs.
/// Empty when it is so.
QString errorMismatch(const DataSpec& spec, ErrorCode code, const QByteArrayList& parts);
QString errorMismatch(const Error& error, ErrorCode code, const QByteArrayList& parts);
/// Whether one of the warnings holds every part.
bool hasWarning(const Dataset& dataset, const QByteArrayList& parts);

/// The most memory this process ever had, in bytes.
qint64 peakMemory();

} // namespace normscope::testing
