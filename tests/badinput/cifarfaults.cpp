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

constexpr qint64 recordBytes = 3073;
constexpr qint64 batchBytes = 10'000 * recordBytes;
const QString again = QStringLiteral(" Fetch CIFAR-10 again or choose another folder.");

/// Two images a batch, then `change`.
DataFault fault(const char* row, const std::function<void(const QString&)>& change, const QString& message)
{
    return {row, DataKind::Cifar10,
            [change](const QString& folder) {
                writeCifar(folder);
                change(folder);
            },
            ErrorCode::BadInput, message};
}

std::function<void(const QString&)> batch(const QByteArray& bytes)
{
    return [bytes](const QString& folder) { writeFile(folder + QStringLiteral("/data_batch_2.bin"), bytes); };
}

std::function<void(const QString&)> sparseBatch(qint64 size)
{
    return [size](const QString& folder) { writeSparse(folder + QStringLiteral("/data_batch_2.bin"), size); };
}

std::function<void(const QString&)> names(const QByteArray& text)
{
    return [text](const QString& folder) { writeFile(folder + QStringLiteral("/batches.meta.txt"), text); };
}

void addBatches(std::vector<DataFault>& all)
{
    const QString two = QStringLiteral("%DIR%/data_batch_2.bin");
    all.push_back(fault("truncated batch file: one byte short", sparseBatch(batchBytes - 1),
                        two + QStringLiteral(" is truncated: it has 30,729,999 bytes, expected 30,730,000.") + again));
    all.push_back(fault("truncated batch file: empty", batch({}),
                        two + QStringLiteral(" is truncated: it has 0 bytes, expected 30,730,000.") + again));
    all.push_back(fault("trailing bytes: five", sparseBatch(batchBytes + 5),
                        two + QStringLiteral(" has trailing bytes: 30,730,005 bytes, expected 30,730,000.") + again));
    all.push_back(fault("trailing bytes: whole records are a custom subset", batch(cifarRecord(3).repeated(3)),
                        two + QStringLiteral(" holds 3 images instead of 10,000: a custom subset, not comparable with CIFAR-10.")));
    all.back().isRefused = false;
    all.push_back(fault("label above 9: in a batch", batch(cifarRecord(1) + cifarRecord(10)),
                        two + QStringLiteral(": label 10 of record 1, at byte 3,073, is above 9.") + again));
    all.push_back(fault("truncated batch file: a terabyte of nothing", sparseBatch(recordBytes * 300'000'000),
                        two + QStringLiteral(" has 921,900,000,000 bytes, more than the 307,303,073 that such a file may have.")));
    all.push_back(fault("link loop, FIFO, device: a batch is a FIFO",
                        [](const QString& folder) {
                            const QString path = folder + QStringLiteral("/data_batch_2.bin");
                            QFile::remove(path);
                            ::mkfifo(QFile::encodeName(path).constData(), 0644);
                        },
                        two + QStringLiteral(" is not a regular file. Put the data file in its place.")));
}

void addMissing(std::vector<DataFault>& all)
{
    const QString are = QStringLiteral(": CIFAR-10 is data_batch_1 to data_batch_5 and test_batch.") + again;
    const auto without = [&](const char* row, const QStringList& gone, const QString& said) {
        all.push_back({row, DataKind::Cifar10,
                       [gone](const QString& folder) {
                           writeFullCifar(folder);
                           for (const auto& name : gone)
                               QFile::remove(folder + QLatin1Char('/') + name);
                       },
                       ErrorCode::NotFound, QStringLiteral("%DIR% lacks ") + said + are});
    };
    for (int i = 1; i <= 5; ++i) {
        const QString name = QStringLiteral("data_batch_%1.bin").arg(i);
        without(qPrintable(QStringLiteral("a batch missing: ") + name), {name}, name);
    }
    without("a batch missing: the test batch", {QStringLiteral("test_batch.bin")}, QStringLiteral("test_batch.bin"));
    without("a batch missing: two", {QStringLiteral("data_batch_2.bin"), QStringLiteral("data_batch_4.bin")},
            QStringLiteral("data_batch_2.bin and data_batch_4.bin"));
}

void addNames(std::vector<DataFault>& all)
{
    const QString meta = QStringLiteral("%DIR%/batches.meta.txt");
    const QString instead = QStringLiteral(" The classes are called 0 to 9 instead.");
    all.push_back(fault("wrong number of class names: nine", names("a\nb\nc\nd\ne\nf\ng\nh\ni\n"),
                        meta + QStringLiteral(" holds 9 class names, expected 10.") + instead));
    all.push_back(fault("wrong number of class names: none", names({}), meta + QStringLiteral(" holds 0 class names, expected 10.") + instead));
    all.push_back(fault("wrong number of class names: no file",
                        [](const QString& folder) { QFile::remove(folder + QStringLiteral("/batches.meta.txt")); },
                        QStringLiteral("Cannot open ") + meta + QStringLiteral(": it is not there.") + instead));
    for (auto fault = all.end() - 3; fault != all.end(); ++fault)
        fault->isRefused = false;
}

void addOtherPlaces(std::vector<DataFault>& all)
{
    const auto place = [&](const char* row, const std::function<void(const QString&)>& make, ErrorCode code, const QString& message) {
        all.push_back({row, DataKind::Cifar10, make, code, message});
    };
    place("empty folder: given as CIFAR-10", [](const QString&) {}, ErrorCode::NotFound,
          QStringLiteral("%DIR% holds neither CIFAR-10's binary version (data_batch_1.bin to _5.bin, test_batch.bin) nor its Python version "
                         "(data_batch_1 to _5, test_batch). Fetch CIFAR-10 or choose another folder."));
    place("empty folder: CIFAR-10 that is not there", [](const QString&) {}, ErrorCode::NotFound,
          QStringLiteral("The folder %DIR%/nowhere is not there. Fetch CIFAR-10 or choose another folder."));
    all.back().below = QStringLiteral("/nowhere");
    place("empty folder: a file given as CIFAR-10", [](const QString& folder) { writeFile(folder + QStringLiteral("/cifar.tar.gz"), "x"); },
          ErrorCode::BadInput,
          QStringLiteral("%DIR%/cifar.tar.gz is a file, expected CIFAR-10's unpacked folder. If it is the archive cifar-10-binary.tar.gz, let Get "
                         "CIFAR-10 (or normscope-cli data fetch) unpack it."));
    all.back().below = QStringLiteral("/cifar.tar.gz");
    place("empty folder: CIFAR-100 given as CIFAR-10", [](const QString& folder) { writeFile(folder + QStringLiteral("/train.bin"), "x"); },
          ErrorCode::BadInput,
          QStringLiteral("%DIR% looks like CIFAR-100; expected CIFAR-10 (data_batch_1.bin to _5.bin and test_batch.bin)."));
    place("empty folder: pictures given as CIFAR-10", [](const QString& folder) { writePictures(folder); }, ErrorCode::BadInput,
          QStringLiteral("%DIR% holds train/ and test/, not CIFAR-10's batches. If these are folders of images, give it as folder:%DIR%."));
    place("link loop, FIFO, device: CIFAR-10 is a link to itself",
          [](const QString& folder) { static_cast<void>(::symlink("loop", QFile::encodeName(folder + QStringLiteral("/loop")).constData())); },
          ErrorCode::Io,
          QStringLiteral("Cannot list the folder %DIR%/loop: Too many levels of symbolic links. The link leads to itself: choose another place."));
    all.back().below = QStringLiteral("/loop");
}

} // namespace

std::vector<DataFault> cifarFaults()
{
    std::vector<DataFault> all;
    addBatches(all);
    addMissing(all);
    addNames(all);
    addOtherPlaces(all);
    return all;
}

} // namespace normscope::testing
