// SPDX-License-Identifier: GPL-3.0-or-later
// What the library says of bad images and settings, word for word.
#include "tests/badinput/datafaults.h"
#include "tests/badinput/places.h"
#include "tests/badinput/settingfaults.h"
#include "tests/model/data/datafixtures.h"

#include "model/data/dataset.h"
#include "model/data/filestamps.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <sys/stat.h>

using namespace normscope;
using namespace normscope::testing;

class TestBadInputLibrary : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void data_data();
    void data();
    void wrongNamesGiveNumbers();
    void settings_data();
    void settings();
    void filesThatChange_data();
    void filesThatChange();
    void unchangedFilesAreSaidNothingOf_data();
    void unchangedFilesAreSaidNothingOf();
    void changedDataAreReadAnew();

private:
    std::vector<DataFault> m_data = dataFaults();
    std::vector<SettingFault> m_settings = settingFaults();
};

void TestBadInputLibrary::data_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < m_data.size(); ++i)
        QTest::newRow(m_data[i].row.constData()) << int(i);
}

void TestBadInputLibrary::data()
{
    QFETCH(int, index);
    const DataFault& fault = m_data[std::size_t(index)];
    const Place folder;
    fault.make(folder.path());
    const qint64 memory = peakMemory();
    QElapsedTimer timer;
    timer.start();
    const auto result = loadDataset({fault.kind, (folder.path() + fault.below).toStdString()});
    QVERIFY2(timer.elapsed() < 10'000, "a FIFO or a device was waited for");
    const QString expected = inWords(fault.message, folder.path());
    if (fault.isRefused) {
        QVERIFY2(!result, "it was not refused");
        QCOMPARE(QString::fromStdString(result.error().message), expected);
        QCOMPARE(int(result.error().code), int(fault.code));
        QVERIFY2(peakMemory() - memory < 200'000'000, "memory was taken for what a header claims");
        return;
    }
    QVERIFY2(result, result ? "" : result.error().message.c_str());
    QStringList warnings;
    for (const auto& warning : (*result)->warnings)
        warnings.append(QString::fromStdString(warning));
    QVERIFY2(warnings.contains(expected), qPrintable(warnings.join(QLatin1Char('\n'))));
}

void TestBadInputLibrary::wrongNamesGiveNumbers()
{
    const Place folder;
    writeCifar(folder.path());
    writeFile(folder.filePath(QStringLiteral("batches.meta.txt")), "a\nb\n");
    const auto dataset = loadDataset({DataKind::Cifar10, folder.path().toStdString()});
    QVERIFY(dataset);
    QCOMPARE((*dataset)->classNames, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

void TestBadInputLibrary::settings_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < m_settings.size(); ++i)
        QTest::newRow(m_settings[i].row.constData()) << int(i);
}

void TestBadInputLibrary::settings()
{
    QFETCH(int, index);
    const SettingFault& fault = m_settings[std::size_t(index)];
    QCOMPARE(saidOf(fault), fault.message);
}

namespace {

using Change = std::function<void(const QString&)>;

const QString before = QStringLiteral(
    " This run trained on the images as they were before; a run that starts now sees what is there now.");

Change rewritten(const char* name, const QByteArray& bytes)
{
    return [=](const QString& folder) { writeFile(folder + QLatin1Char('/') + QLatin1String(name), bytes); };
}

Change without(const char* name)
{
    return [=](const QString& folder) { QVERIFY(QFile::remove(folder + QLatin1Char('/') + QLatin1String(name))); };
}

void makeData(DataKind kind, const QString& folder)
{
    if (kind == DataKind::Cifar10)
        writeCifar(folder);
    else if (kind == DataKind::FashionMnist)
        writeFashion(folder);
    else
        writePictures(folder);
}

} // namespace

void TestBadInputLibrary::filesThatChange_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("index");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, DataKind kind, int index, const char* said) {
        QTest::addRow("files change during a run: %s", name) << int(kind) << index << QString::fromUtf8(said) + before;
    };
    row("a batch", DataKind::Cifar10, 0, "The files of CIFAR-10 changed since they were read: data_batch_3.bin is new or written again.");
    row("a batch is gone", DataKind::Cifar10, 1, "The files of CIFAR-10 changed since they were read: they cannot be read any more.");
    row("an IDX file", DataKind::FashionMnist, 2,
        "The files of Fashion-MNIST changed since they were read: train-labels-idx1-ubyte.gz is new or written again.");
    row("a picture", DataKind::Folder, 3, "The files of images changed since they were read: train/ant/2.ppm is new or written again.");
    row("a new picture and a gone one", DataKind::Folder, 4,
        "The files of images changed since they were read: test/bee/\\xE9.ppm is new or written again.");
    row("pictures are gone", DataKind::Folder, 5, "The files of images changed since they were read: 2 files fewer than before.");
}

void TestBadInputLibrary::filesThatChange()
{
    QFETCH(int, kind);
    QFETCH(int, index);
    QFETCH(QString, said);
    const Change changes[] = {
        rewritten("data_batch_3.bin", cifarRecord(7) + cifarRecord(8)),
        without("data_batch_3.bin"),
        rewritten("train-labels-idx1-ubyte.gz", gzipped(idxLabels(QByteArray("\x09\x00\x00\x04", 4), 4))),
        rewritten("train/ant/2.ppm", picture(9, 9, 9)), // as long as before
        [](const QString& folder) {
            QVERIFY(QFile::remove(folder + QStringLiteral("/test/bee/1.ppm")));
            writeBytes(QFile::encodeName(folder) + "/test/bee/\xE9.ppm", picture(1, 2, 3));
        },
        [](const QString& folder) {
            for (const char* name : {"/test/bee/1.ppm", "/train/ant/1.ppm"})
                QVERIFY(QFile::remove(folder + QLatin1String(name)));
        }};
    const Place place;
    const QString folder = place.filePath(QStringLiteral("images"));
    makeData(DataKind(kind), folder);
    const auto dataset = loadDataset({DataKind(kind), folder.toStdString()});
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QTest::qSleep(20); // a clock's tick
    changes[index](folder);
    QCOMPARE(QString::fromStdString(changedSince(**dataset)), said);
}

void TestBadInputLibrary::unchangedFilesAreSaidNothingOf_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("CIFAR-10") << int(DataKind::Cifar10);
    QTest::newRow("Fashion-MNIST") << int(DataKind::FashionMnist);
    QTest::newRow("pictures") << int(DataKind::Folder);
}

void TestBadInputLibrary::unchangedFilesAreSaidNothingOf()
{
    QFETCH(int, kind);
    const Place folder;
    makeData(DataKind(kind), folder.path());
    const auto dataset = loadDataset({DataKind(kind), folder.path().toStdString()});
    QVERIFY(dataset);
    QCOMPARE(changedSince(**dataset), std::string());
    writeFile(folder.filePath(QStringLiteral("notes.txt")), "x"); // no part of the data
    ::chmod(QFile::encodeName(folder.path() + QStringLiteral("/data_batch_1.bin")).constData(), 0600);
    QCOMPARE(changedSince(**dataset), std::string());
    Dataset made = **dataset;
    made.fileStamps.clear();
    made.spec.path = "/nowhere";
    QCOMPARE(changedSince(made), std::string());
}

void TestBadInputLibrary::changedDataAreReadAnew()
{
    const Place folder;
    writePictures(folder.path());
    const DataSpec spec{DataKind::Folder, folder.path().toStdString()};
    DatasetCache cache;
    const auto first = cache.load(spec);
    QVERIFY(first);
    QCOMPARE(*cache.load(spec), *first);
    QTest::qSleep(20);
    writeFile(folder.filePath(QStringLiteral("train/bee/0.ppm")), picture(200, 0, 0));
    const auto second = cache.load(spec);
    QVERIFY(second);
    QVERIFY((*second)->fingerprint != (*first)->fingerprint);
    QCOMPARE(cache.peek(spec), *second);
}

QTEST_GUILESS_MAIN(TestBadInputLibrary)
#include "tst_badinput_library.moc"
