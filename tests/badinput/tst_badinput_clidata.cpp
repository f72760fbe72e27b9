// SPDX-License-Identifier: GPL-3.0-or-later
// What normscope-cli says of bad images, word for word; and that the store is as it was.
#include "tests/badinput/commandline.h"
#include "tests/badinput/datafaults.h"
#include "tests/badinput/places.h"
#include "tests/fixtures/testsupport.h"
#include "tests/model/data/datafixtures.h"

#include <QFile>
#include <QStandardPaths>
#include <QTest>

#include <cstdio>
#include <filesystem>
#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;

class TestBadInputCliData : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void data_data();
    void data();
    void folderWhoseNameIsNoText();
    void unreadable_data();
    void unreadable();
    void memoryExhausted();

private:
    QString store() const { return m_place.filePath(QStringLiteral("store")); }

    Place m_place;
    std::vector<DataFault> m_data = dataFaults();
    QMap<QString, QByteArray> m_saved; ///< the store's files
};

void TestBadInputCliData::initTestCase()
{
    QVERIFY2(!qEnvironmentVariable("NORMSCOPE_CLI").isEmpty(), "run by ctest, which says where normscope-cli is");
    const auto opened = RunStore::open(store().toStdString());
    writeFinishedRun(*opened, *syntheticDataset(3, 4), {}, 0.7);
    m_saved = contentBelow(store());
    QVERIFY(m_saved.size() > 3);
}

void TestBadInputCliData::data_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < m_data.size(); ++i)
        QTest::newRow(m_data[i].row.constData()) << int(i);
}

void TestBadInputCliData::data()
{
    QFETCH(int, index);
    const DataFault& fault = m_data[std::size_t(index)];
    const Place folder;
    fault.make(folder.path());
    const QString message = inWords(fault.message, folder.path());
    const DataSpec spec{fault.kind, (folder.path() + fault.below).toStdString()};
    const QString given = QString::fromStdString(spec.toString());
    if (fault.isRefused) {
        const CliAnswer answer = Call({QStringLiteral("train"), QStringLiteral("--data"), given, QStringLiteral("--norm"), QStringLiteral("batch"),
                                       QStringLiteral("--store"), store()})
                                     .run();
        QCOMPARE(answer.err, QStringLiteral("Loading %1 ...\nnormscope-cli: %2\n").arg(QString::fromStdString(spec.title()), message));
        QCOMPARE(answer.code, fault.code == ErrorCode::Io ? 1 : 2);
        QCOMPARE(answer.out, QString());
        QCOMPARE(contentBelow(store()), m_saved);
        return;
    }
    const CliAnswer answer = Call({QStringLiteral("data"), QStringLiteral("inspect"), given}).run();
    QCOMPARE(answer.code, 0);
    QVERIFY2(answer.out.split(QLatin1Char('\n')).contains(QStringLiteral("Warning: ") + message), qPrintable(answer.out));
}

void TestBadInputCliData::folderWhoseNameIsNoText()
{
    const Place place;
    const QByteArray name = QFile::encodeName(place.path()) + "/caf\xE9 \x1B[31m\nred";
    writePictures(place.filePath(QStringLiteral("good")), 2);
    QCOMPARE(std::rename(qPrintable(place.filePath(QStringLiteral("good"))), name.constData()), 0);
    // QProcess passes texts on, and this is none.
    const QString shell = QStringLiteral("exec \"$0\" data inspect \"folder:$1/$(printf 'caf\\351 \\033[31m\\nred')\"");
    const QStringList arguments{QStringLiteral("-c"), shell, qEnvironmentVariable("NORMSCOPE_CLI"), place.path()};
    CliAnswer answer = Call(arguments).program(QStringLiteral("/bin/sh")).run();
    QCOMPARE(answer.code, 0);
    QCOMPARE(answer.out.section(QLatin1Char('\n'), 0, 0), QStringLiteral("caf\\xE9 \\x1B[31m\\nred: 4 training and 4 test images in 2 classes"));
    std::filesystem::remove_all(name.toStdString() + "/test");
    answer = Call(arguments).program(QStringLiteral("/bin/sh")).run();
    QCOMPARE(answer.code, 2);
    QCOMPARE(answer.err, QStringLiteral("normscope-cli: The image folder %1/caf\\xE9 \\x1B[31m\\nred has no test/. Expected is train/CLASS/IMAGE and "
                                        "test/CLASS/IMAGE.\n").arg(place.path()));
}

void TestBadInputCliData::unreadable_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("closed");
    QTest::addColumn<QString>("said");
    QTest::addColumn<int>("code");
    const auto row = [](const char* name, const char* kind, const char* closed, const char* said, int code) {
        QTest::newRow(name) << QString::fromLatin1(kind) << QString::fromLatin1(closed) << QString::fromLatin1(said) << code;
    };
    row("a folder", "folder", "", "Cannot list the folder %DIR%: Permission denied. Change its permissions or choose another place.", 1);
    row("a class", "folder", "/train/ant",
        "Cannot list the folder %DIR%/train/ant: Permission denied. Change its permissions or choose another place.", 1);
    row("a picture", "folder", "/train/ant/1.ppm",
        "%DIR%: 1 of 16 images cannot be read: train/ant/1.ppm (cannot be opened). Up to 5 % would be skipped; mend or remove them.", 2);
    row("CIFAR-10's folder", "cifar10", "",
        "Cannot list the folder %DIR%: Permission denied. Change its permissions or choose another place.", 1);
    row("a batch", "cifar10", "/data_batch_4.bin",
        "Cannot open %DIR%/data_batch_4.bin: Permission denied. Change its permissions or choose another place.", 1);
    row("an IDX file", "fashion-mnist", "/train-labels-idx1-ubyte.gz",
        "Cannot open %DIR%/train-labels-idx1-ubyte.gz: Permission denied. Change its permissions or choose another place.", 1);
}

void TestBadInputCliData::unreadable()
{
    QFETCH(QString, kind);
    QFETCH(QString, closed);
    QFETCH(QString, said);
    QFETCH(int, code);
    const QStringList user = asOrdinaryUser();
    if (user.isEmpty() && ::geteuid() == 0)
        QSKIP("root reads everything, and there is no setpriv to become somebody else");
    const Place place;
    QFile(place.path()).setPermissions(QFile::Permissions(0x7755)); // the other user has to get through
    const QString folder = place.filePath(QStringLiteral("data"));
    if (kind == QStringLiteral("cifar10"))
        writeCifar(folder);
    else if (kind == QStringLiteral("folder"))
        writePictures(folder);
    else
        writeFashion(folder);
    QVERIFY(QFile(folder + closed).setPermissions({}));
    const CliAnswer answer = Call({QStringLiteral("data"), QStringLiteral("inspect"), kind + QLatin1Char(':') + folder}).below(user).run();
    QVERIFY(QFile(folder + closed).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    QCOMPARE(answer.err, QStringLiteral("normscope-cli: ") + inWords(said, folder) + QLatin1Char('\n'));
    QCOMPARE(answer.code, code);
}

void TestBadInputCliData::memoryExhausted()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("sanitizers need more address space than this test leaves");
#endif
    const QString limit = QStandardPaths::findExecutable(QStringLiteral("prlimit"));
    if (limit.isEmpty())
        QSKIP("there is no prlimit here");
    const Place folder;
    writeFullCifar(folder.path());
    const CliAnswer answer = Call({QStringLiteral("data"), QStringLiteral("inspect"), QStringLiteral("cifar10:") + folder.path()})
                                 .below({limit, QStringLiteral("--as=900000000")})
                                 .set("MALLOC_ARENA_MAX", QStringLiteral("1"))
                                 .run();
    if (answer.code != 1 && answer.code != 0)
        QSKIP("the libraries alone do not fit into 900 MB here");
    QCOMPARE(answer.err, QStringLiteral("normscope-cli: The memory does not suffice for CIFAR-10. Close other programs or choose a smaller data set.\n"));
    QCOMPARE(answer.code, 1);
}

QTEST_GUILESS_MAIN(TestBadInputCliData)
#include "tst_badinput_clidata.moc"
