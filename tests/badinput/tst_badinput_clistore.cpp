// SPDX-License-Identifier: GPL-3.0-or-later
// normscope-cli and the store: places that are none, runs that are damaged or newer, names that would be formulas.
#include "tests/badinput/commandline.h"
#include "tests/badinput/places.h"
#include "tests/fixtures/testsupport.h"
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;

class TestBadInputCliStore : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void storesThatAreNone_data();
    void storesThatAreNone();
    void noHomeFolder_data();
    void noHomeFolder();
    void readOnlyStore();
    void damagedRuns();
    void unreadableRun();
    void newerRun();
    void namesInCsv();
    void differentData();
    void nothingToExport();

private:
    QString store() const { return m_place->filePath(QStringLiteral("runs")); }
    RunRecord finished(const std::string& name, unsigned seed = 1) const;
    CliAnswer call(const QStringList& arguments) const { return Call(arguments + QStringList{QStringLiteral("--store"), store()}).run(); }
    static QString said(const QString& message) { return QStringLiteral("normscope-cli: ") + message + QLatin1Char('\n'); }

    std::unique_ptr<Place> m_place;
};

void TestBadInputCliStore::init()
{
    m_place = std::make_unique<Place>();
}

RunRecord TestBadInputCliStore::finished(const std::string& name, unsigned seed) const
{
    const auto opened = *RunStore::open(store().toStdString());
    RunSpec spec;
    spec.epochs = 2;
    RunRecord run = writeFinishedRun(opened, *syntheticDataset(3, 4, seed), spec, 0.7, 0, seed);
    run.name = name;
    if (!opened.save(run))
        qFatal("cannot name the run");
    return *opened.load(run.id);
}

void TestBadInputCliStore::storesThatAreNone_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("said");
    const QString permissions = QStringLiteral(" Choose another folder for the runs, or change its permissions.");
    QTest::newRow("store missing: a file") << QStringLiteral("%DIR%/file")
                                           << QStringLiteral("Cannot make the folder for the runs %DIR%/file: Not a directory.") + permissions;
    QTest::newRow("store missing: below a file")
        << QStringLiteral("%DIR%/file/runs") << QStringLiteral("Cannot make the folder for the runs %DIR%/file/runs: Not a directory.") + permissions;
    QTest::newRow("store missing: a dangling link")
        << QStringLiteral("%DIR%/link") << QStringLiteral("Cannot make the folder for the runs %DIR%/link: ");
}

void TestBadInputCliStore::storesThatAreNone()
{
    QFETCH(QString, folder);
    QFETCH(QString, said);
    writeFile(m_place->filePath(QStringLiteral("file")), "kept");
    QVERIFY(QFile::link(QStringLiteral("/nowhere/at/all"), m_place->filePath(QStringLiteral("link"))));
    const CliAnswer answer =
        Call({QStringLiteral("runs"), QStringLiteral("--store"), inWords(folder, m_place->path())}).run();
    const QString expected = QStringLiteral("normscope-cli: ") + inWords(said, m_place->path());
    QVERIFY2(said.endsWith(QLatin1Char(' ')) ? answer.err.startsWith(expected) : answer.err == expected + QLatin1Char('\n'), qPrintable(answer.err));
    QCOMPARE(answer.code, 1);
    QCOMPARE(answer.out, QString());
}

void TestBadInputCliStore::noHomeFolder_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<int>("code");
    QTest::newRow("runs") << QStringLiteral("runs") << 2;
    QTest::newRow("train") << QStringLiteral("train --norm batch --data fashion-mnist") << 2;
    QTest::newRow("fetch") << QStringLiteral("data fetch") << 2;
    QTest::newRow("info") << QStringLiteral("info") << 0;
}

void TestBadInputCliStore::noHomeFolder()
{
    QFETCH(QString, arguments);
    QFETCH(int, code);
    const QStringList user = asOrdinaryUser();
    if (user.isEmpty())
        QSKIP("this needs root and setpriv, to be somebody without an entry in passwd");
    QStringList nobody = user;
    nobody[1] = QStringLiteral("--reuid=54321");
    const CliAnswer answer = Call(arguments.split(QLatin1Char(' '))).below(nobody).unset("HOME").unset("XDG_DATA_HOME").unset("XDG_CACHE_HOME").run();
    QCOMPARE(answer.code, code);
    QCOMPARE(answer.err, code == 0 ? QString()
                                   : said(QStringLiteral("There is no home folder to keep the runs in. Set HOME, or name a folder with --store.")));
}

void TestBadInputCliStore::readOnlyStore()
{
    const QStringList user = asOrdinaryUser();
    if (user.isEmpty() && ::geteuid() == 0)
        QSKIP("root writes everywhere, and there is no setpriv to become somebody else");
    finished("kept");
    const QString images = m_place->filePath(QStringLiteral("images"));
    writePictures(images, 4);
    QFile(m_place->path()).setPermissions(QFile::Permissions(0x7755)); // the other user has to get through
    QVERIFY(QFile(store()).setPermissions(QFile::Permissions(0x5555)));
    const auto before = contentBelow(store());
    const CliAnswer runs = Call({QStringLiteral("runs"), QStringLiteral("--store"), store()}).below(user).run();
    QCOMPARE(runs.code, 0); // browsing works
    QVERIFY2(runs.out.contains(QStringLiteral("  kept  ")), qPrintable(runs.out));
    const CliAnswer train = Call({QStringLiteral("train"), QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--data"),
                                  QStringLiteral("folder:") + images, QStringLiteral("--batch-size"), QStringLiteral("4"), QStringLiteral("--store"), store()})
                                .below(user)
                                .run();
    QVERIFY(QFile(store()).setPermissions(QFile::Permissions(0x7755)));
    QCOMPARE(train.code, 1);
    QVERIFY2(train.errLines().constLast().startsWith(QStringLiteral("normscope-cli: Cannot make the run's folder ") + store()), qPrintable(train.err));
    QVERIFY2(train.err.endsWith(QStringLiteral(": Permission denied. Choose another folder for the runs, or change its permissions.\n")), qPrintable(train.err));
    QCOMPARE(contentBelow(store()), before);
}

void TestBadInputCliStore::damagedRuns()
{
    const RunRecord good = finished("good"), empty = finished("empty"), half = finished("half");
    QDir(QString::fromStdString(empty.folder)).removeRecursively();
    QDir().mkpath(QString::fromStdString(empty.folder));
    writeFile(QString::fromStdString(half.folder) + QStringLiteral("/metrics.csv"), "Epoch,Loss\n");
    const CliAnswer runs = call({QStringLiteral("runs")});
    QCOMPARE(runs.code, 0);
    const QString reason = QString::fromStdString(empty.folder) + QStringLiteral(" is not a whole run: it has no run.json.");
    QVERIFY2(runs.out.contains(QStringLiteral("  damaged: ") + reason + QLatin1Char(' ')), qPrintable(runs.out));
    QVERIFY2(runs.out.contains(QStringLiteral("  damaged: %1/metrics.csv, line 1: ").arg(QString::fromStdString(half.folder))), qPrintable(runs.out));
    QVERIFY2(runs.out.contains(QStringLiteral("  good  ")), qPrintable(runs.out));
    const QString id = QString::fromStdString(empty.id);
    const QString refusal = said(QStringLiteral("The run in %1 is damaged: %2 `normscope-cli repair %3` may mend it.")
                                     .arg(QString::fromStdString(empty.folder), reason, id));
    for (const QStringList& arguments : {QStringList{QStringLiteral("export"), id, QStringLiteral("--to"), m_place->filePath(QStringLiteral("to"))},
                                         QStringList{QStringLiteral("evaluate"), id}}) {
        const CliAnswer answer = call(arguments);
        QCOMPARE(answer.err, refusal);
        QCOMPARE(answer.code, 2);
    }
    QVERIFY(!QFile::exists(m_place->filePath(QStringLiteral("to"))));
    QCOMPARE(call({QStringLiteral("compare"), QStringLiteral("good")}).code, 0);
}

void TestBadInputCliStore::unreadableRun()
{
    const QStringList user = asOrdinaryUser();
    if (user.isEmpty() && ::geteuid() == 0)
        QSKIP("root reads everything, and there is no setpriv to become somebody else");
    finished("good");
    const RunRecord closed = finished("closed");
    QFile(m_place->path()).setPermissions(QFile::Permissions(0x7755));
    QVERIFY(QFile(QString::fromStdString(closed.folder) + QStringLiteral("/run.json")).setPermissions({}));
    const CliAnswer runs = Call({QStringLiteral("runs"), QStringLiteral("--store"), store()}).below(user).run();
    QCOMPARE(runs.code, 0);
    QVERIFY2(runs.out.contains(QStringLiteral("  damaged: Cannot read %1/run.json: Permission denied. ").arg(QString::fromStdString(closed.folder)))
                 || runs.out.contains(QStringLiteral("  damaged: Cannot open %1/run.json: Permission denied. ").arg(QString::fromStdString(closed.folder))),
             qPrintable(runs.out));
    QVERIFY2(runs.out.contains(QStringLiteral("  good  ")), qPrintable(runs.out));
}

void TestBadInputCliStore::newerRun()
{
    const RunRecord run = finished("from the future");
    const QString path = QString::fromStdString(run.folder) + QStringLiteral("/run.json");
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QByteArray json = file.readAll();
    file.close();
    json.replace("\"schema\": 1", "\"schema\": 99").replace("Normscope 0.", "Normscope 7.");
    writeFile(path, json);
    const auto before = contentBelow(store());
    const CliAnswer runs = call({QStringLiteral("runs")});
    QCOMPARE(runs.code, 0);
    QVERIFY2(runs.out.contains(QStringLiteral("  finished: %1 was written by a newer version (Normscope 7.").arg(path)), qPrintable(runs.out));
    QVERIFY2(runs.out.contains(QStringLiteral(", schema 99; this version knows 1). It is shown as far as it can be read, and not changed.")), qPrintable(runs.out));
    QCOMPARE(contentBelow(store()), before);
}

void TestBadInputCliStore::namesInCsv()
{
    const std::pair<const char*, const char*> names[] = {
        {"a,b", "\"a,b\","}, {"say \"x\"", "\"say \"\"x\"\"\","}, {"two\nlines", "two lines,"}, {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0,"},
        {"+1", "'+1,"},      {"-1", "'-1,"},                       {"@SUM(A1)", "'@SUM(A1),"},    {"=1,\"2\"", "\"'=1,\"\"2\"\"\","}};
    for (const auto& [name, field] : names) {
        const RunRecord run = finished(name);
        const CliAnswer csv = call({QStringLiteral("compare"), QStringLiteral("--csv"), QString::fromStdString(run.id)});
        QCOMPARE(csv.code, 0);
        const QStringList rows = csv.out.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(rows.size(), 2); // a newline in a name starts no row
        QVERIFY2(rows[1].startsWith(QString::fromUtf8(field)), qPrintable(rows[1]));
    }
}

void TestBadInputCliStore::differentData()
{
    finished("one", 1);
    finished("two", 2);
    finished("like one", 1);
    const CliAnswer differ = call({QStringLiteral("compare"), QStringLiteral("one"), QStringLiteral("two"), QStringLiteral("like one")});
    QCOMPARE(differ.code, 0); // allowed
    QCOMPARE(differ.err, QStringLiteral("Warning: two saw other data than one; their figures do not compare.\n"));
    QCOMPARE(call({QStringLiteral("compare"), QStringLiteral("one"), QStringLiteral("like one")}).err, QString());
}

void TestBadInputCliStore::nothingToExport()
{
    const auto opened = *RunStore::open(store().toStdString());
    const auto queued = opened.create({}, "waits");
    QVERIFY(queued);
    finished("one");
    const QString to = m_place->filePath(QStringLiteral("to"));
    CliAnswer answer = call({QStringLiteral("export"), QStringLiteral("waits"), QStringLiteral("--to"), to});
    QCOMPARE(answer.err, said(QStringLiteral("The run \"waits\" has no finished epoch yet, so there is nothing to export.")));
    QCOMPARE(answer.code, 2);
    QVERIFY(!QFile::exists(to));
    writeFile(to, "a file");
    answer = call({QStringLiteral("export"), QStringLiteral("one"), QStringLiteral("--to"), to});
    QCOMPARE(answer.err, said(QStringLiteral("Cannot make the folder %1: Not a directory. Choose another one.").arg(to)));
    QCOMPARE(answer.code, 1);
    QCOMPARE(call({QStringLiteral("compare"), QStringLiteral("one"), QStringLiteral("waits")}).err, QString()); // it saw no data yet
}

QTEST_GUILESS_MAIN(TestBadInputCliStore)
#include "tst_badinput_clistore.moc"
