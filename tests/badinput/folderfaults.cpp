// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/badinput/datafaults.h"
#include "tests/badinput/places.h"
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

namespace normscope::testing {

namespace {

const QString layout = QStringLiteral(" Expected is train/CLASS/IMAGE and test/CLASS/IMAGE.");
const QString another = QStringLiteral(" Choose another one, with train/CLASS/IMAGE and test/CLASS/IMAGE.");

class Faults {
public:
    DataFault& add(const char* row, const std::function<void(const QString&)>& make, const QString& message,
                   ErrorCode code = ErrorCode::BadInput)
    {
        all.push_back({row, DataKind::Folder, make, code, message});
        return all.back();
    }
    std::vector<DataFault> all;
};

/// Makes folders alone, with one picture in each where `pictures`.
std::function<void(const QString&)> folders(const QByteArrayList& names, bool pictures)
{
    return [=](const QString& folder) {
        for (const auto& name : names) {
            makeFolders(QFile::encodeName(folder) + '/' + name);
            if (pictures)
                writeBytes(QFile::encodeName(folder) + '/' + name + "/1.ppm", picture(1, 2, 3));
        }
    };
}

void addEmpty(Faults& faults)
{
    faults.add("empty folder", [](const QString&) {}, QStringLiteral("The image folder %DIR% is empty.") + layout);
    faults.add("empty folder: not there", [](const QString&) {}, QStringLiteral("The image folder %DIR%/nowhere is not there.") + another,
               ErrorCode::NotFound)
        .below = QStringLiteral("/nowhere");
    faults.add("empty folder: a file", [](const QString& folder) { writeFile(folder + QStringLiteral("/list.txt"), "x"); },
               QStringLiteral("%DIR%/list.txt is not a folder.") + another)
        .below = QStringLiteral("/list.txt");
    faults.add("empty folder: of another layout", folders({"cats", "dogs"}, true),
               QStringLiteral("The image folder %DIR% has no train/ and test/.") + layout
                   + QStringLiteral(" CIFAR-10 would be data_batch_1.bin to _5.bin and test_batch.bin, Fashion-MNIST "
                                    "train-images-idx3-ubyte.gz and its three companions."));
    faults.add("empty folder: CIFAR-10 given as pictures", [](const QString& folder) { writeCifar(folder); },
               QStringLiteral("The image folder %DIR% has no train/ and test/. It holds CIFAR-10: give it as cifar10:%DIR%."));
    faults.add("empty folder: CIFAR-10 one folder below",
               [](const QString& folder) { writeCifar(folder + QStringLiteral("/cifar-10-batches-bin")); },
               QStringLiteral("The image folder %DIR% has no train/ and test/. It holds CIFAR-10: give it as "
                              "cifar10:%DIR%/cifar-10-batches-bin."));
    faults.add("empty folder: Fashion-MNIST given as pictures", [](const QString& folder) { writeFashion(folder); },
               QStringLiteral("The image folder %DIR% has no train/ and test/. It holds Fashion-MNIST's files: give it as "
                              "fashion-mnist:%DIR%."));
    faults.add("empty folder: no test", folders({"train/ant", "train/bee"}, true),
               QStringLiteral("The image folder %DIR% has no test/.") + layout);
    faults.add("empty folder: no classes", folders({"train", "test"}, false), QStringLiteral("%DIR%/train holds no class folders.") + layout);
}

void addClasses(Faults& faults)
{
    const QString everyClass = QStringLiteral(". Every class needs some (jpg, png, bmp, webp, tiff or pnm) in train and in test.");
    faults.add("one class", folders({"train/ant", "test/ant"}, true),
               QStringLiteral("%DIR%/train holds one class only, \"ant\"; at least 2 are needed. Add a folder for each class."));
    const auto without = [](const char* klass) {
        return [klass](const QString& folder) {
            writePictures(folder);
            QDir(folder + QLatin1String(klass)).removeRecursively();
            makeFolders(QFile::encodeName(folder) + klass);
        };
    };
    faults.add("an empty class: in train", without("/train/bee"), QStringLiteral("No images in %DIR%/train/bee") + everyClass);
    faults.add("an empty class: in test", without("/test/ant"), QStringLiteral("No images in %DIR%/test/ant") + everyClass);
    faults.add("uneven class names in train and test: one is missing", folders({"train/ant", "train/bee", "train/cat", "test/ant", "test/bee"}, true),
               QStringLiteral("The classes differ: %DIR%/test has no cat; both must hold the same class folders."));
    faults.add("uneven class names in train and test: spelling", folders({"train/ant", "train/bee", "test/ant", "test/Bee"}, true),
               QStringLiteral("The classes differ: %DIR%/test has no bee; %DIR%/train has no Bee; both must hold the same class folders."));
    QByteArrayList many;
    for (int i = 0; i < 101; ++i)
        many << "train/" + QByteArray::number(i) << "test/" + QByteArray::number(i);
    faults.add("one class: or 101", folders(many, true),
               QStringLiteral("%DIR%/train holds 101 classes; at most 100 are possible. Leave some out."));
}

void addLinks(Faults& faults)
{
    faults.add("link loop, FIFO, device: the folder is a link to itself",
               [](const QString& folder) { static_cast<void>(::symlink("loop", QFile::encodeName(folder + QStringLiteral("/loop")).constData())); },
               QStringLiteral("Cannot list the folder %DIR%/loop: Too many levels of symbolic links. The link leads to itself: choose another place."),
               ErrorCode::Io)
        .below = QStringLiteral("/loop");
    faults.add("link loop, FIFO, device: the folder is a FIFO",
               [](const QString& folder) { ::mkfifo(QFile::encodeName(folder + QStringLiteral("/pipe")).constData(), 0644); },
               QStringLiteral("%DIR%/pipe is not a folder.") + another)
        .below = QStringLiteral("/pipe");
    faults.add("link loop, FIFO, device: among the pictures",
               [](const QString& folder) {
                   writePictures(folder);
                   const QByteArray place = QFile::encodeName(folder) + "/train/ant/";
                   ::mkfifo((place + "pipe.png").constData(), 0644);
                   const std::pair<const char*, const char*> links[] = {{"loop.png", "loop.png"}, {"nowhere.png", "gone.png"},
                                                                        {"/dev/zero", "zero.png"}, {"../../train", "up"}};
                   for (const auto& [target, name] : links)
                       static_cast<void>(::symlink(target, (place + name).constData()));
                   writeBytes(place + "inner/1.ppm", picture(1, 2, 3));
               },
               QStringLiteral("5 entries skipped, neither files nor folders (link loops, FIFOs, devices): train/ant/gone.png, "
                              "train/ant/loop.png, train/ant/pipe.png, train/ant/up and train/ant/zero.png."))
        .isRefused = false;
}

} // namespace

std::vector<DataFault> folderFaults()
{
    Faults faults;
    addEmpty(faults);
    addClasses(faults);
    addLinks(faults);
    return faults.all;
}

std::vector<DataFault> dataFaults()
{
    std::vector<DataFault> all;
    for (const auto& some : {cifarFaults(), fashionFaults(), folderFaults(), pictureFaults()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace normscope::testing
