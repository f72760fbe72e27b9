// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QMap>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

// Made-up files for the tests of bad input, and the words in which a test expects to read of them.
namespace normscope::testing {

/// A folder that is gone at the end, whatever names are in it: QTemporaryDir leaves those that are not UTF-8.
class Place {
public:
    ~Place();
    QString path() const { return m_folder.path(); }
    QString filePath(const QString& name) const { return m_folder.filePath(name); }

private:
    QTemporaryDir m_folder;
};

/// `text` with the folder in place of %DIR%.
QString inWords(const QString& text, const QString& folder);

/// Writes a file and the folders above it. Paths are bytes: names need not be UTF-8.
void writeBytes(const QByteArray& path, const QByteArray& bytes);
void makeFolders(const QByteArray& path);

/// 32x32 (or `side`) pixels of one colour, as PPM.
QByteArray picture(int red, int green, int blue, int side = 32);
/// 32x32 (or `side`) pixels as PNG. Channels: 1 grey, 3 RGB, 4 RGBA.
QByteArray png(int channels, int bitsOfAChannel = 8, quint32 side = 32);
/// FOLDER/train and /test with `perClass` pictures 0.ppm, 1.ppm, ... of each class.
void writePictures(const QString& folder, int perClass = 4, const QByteArrayList& classes = {"ant", "bee"});

/// A record of CIFAR-10's binary version.
QByteArray cifarRecord(int label);
/// CIFAR-10's binary version with two images a batch: a custom subset, but a whole one.
void writeCifar(const QString& folder);
/// The same in the official sizes, all black; takes no room on the disk.
void writeFullCifar(const QString& folder);
/// Fashion-MNIST's four files: four training images and two test images.
void writeFashion(const QString& folder);
QByteArray idxImages(quint32 count, quint32 claimed, quint32 rows = 28, quint32 columns = 28, quint32 magic = 0x803);
QByteArray idxLabels(const QByteArray& labels, quint32 claimed);

/// Every file below the folder with its content, to see that nothing changed.
QMap<QString, QByteArray> contentBelow(const QString& folder);

} // namespace normscope::testing
