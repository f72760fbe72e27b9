// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runstore.h"

#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::testing;

using Damage = std::function<void(const QString& folder)>;
Q_DECLARE_METATYPE(Damage)
Q_DECLARE_METATYPE(normscope::RunState)

/// What may have happened to a run's folder, and what is said about it. The other run always opens.
class TestDamagedRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isToldAndHidesNoOther_data();
    void isToldAndHidesNoOther();
    void aDamagedRunIsNotOverwritten();
    void aNewerRunIsNotOverwritten();
    void goodEpochsBeforeABadOneAreKept();
    void unfinishedRunsMayLackCurves();
};

namespace {

QByteArray readAll(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeAll(const QString& path, const QByteArray& text)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(path));
}

Damage overwrite(const char* name, const QByteArray& text)
{
    return [=](const QString& folder) { writeAll(folder + QLatin1Char('/') + QLatin1String(name), text); };
}

Damage replace(const char* name, const QByteArray& before, const QByteArray& after)
{
    return [=](const QString& folder) {
        const QString path = folder + QLatin1Char('/') + QLatin1String(name);
        QByteArray text = readAll(path);
        if (!text.contains(before))
            qFatal("%s has no %s", qPrintable(path), before.constData());
        writeAll(path, text.replace(before, after));
    };
}

Damage json(const QByteArray& before, const QByteArray& after)
{
    return replace("run.json", before, after);
}

Damage removeFile(const char* name)
{
    return [=](const QString& folder) { QFile::remove(folder + QLatin1Char('/') + QLatin1String(name)); };
}

Damage cut(const char* name, double share)
{
    return [=](const QString& folder) {
        const QString path = folder + QLatin1Char('/') + QLatin1String(name);
        const QByteArray text = readAll(path);
        writeAll(path, text.left(qsizetype(double(text.size()) * share)));
    };
}

Damage all(std::vector<Damage> damages)
{
    return [=](const QString& folder) {
        for (const auto& damage : damages)
            damage(folder);
    };
}

void emptyFolder(const QString& folder)
{
    QDir(folder).removeRecursively();
    QDir().mkpath(folder);
}

void jsonIsAFolder(const QString& folder)
{
    QFile::remove(folder + QStringLiteral("/run.json"));
    QDir(folder).mkdir(QStringLiteral("run.json"));
}

void jsonIsAPipe(const QString& folder)
{
    QFile::remove(folder + QStringLiteral("/run.json"));
    ::mkfifo(QFile::encodeName(folder + QStringLiteral("/run.json")).constData(), 0666);
}

void row(const char* tag, Damage damage, RunState state, const char* reason)
{
    QTest::newRow(tag) << std::move(damage) << state << QString::fromUtf8(reason);
}

RunSpec threeEpochs()
{
    RunSpec spec;
    spec.epochs = 3;
    return spec;
}

const QByteArray header = "Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n";
const QByteArray firstRow = "1,10,10,2,2,0.01,5\n";

void jsonRows()
{
    const RunState damaged = RunState::Damaged;
    row("empty folder", emptyFolder, damaged, "has no run.json");
    row("run.json missing", removeFile("run.json"), damaged, "has no run.json");
    row("run.json a folder", jsonIsAFolder, damaged, "run.json: ");
    row("run.json a pipe", jsonIsAPipe, damaged, "run.json: it is not a regular file");
    row("run.json empty", overwrite("run.json", ""), damaged, "run.json: the file is empty");
    row("half a JSON", cut("run.json", 0.5), damaged, "run.json: it is not whole JSON");
    row("zeros", overwrite("run.json", QByteArray(500, '\0')), damaged, "run.json: it is not whole JSON");
    row("a list", overwrite("run.json", "[1, 2]"), damaged, "expected a JSON object, but found \"[1,2]\"");
    row("deeply nested", overwrite("run.json", QByteArray(100'000, '[')), damaged, "not whole JSON");
    row("an empty object", overwrite("run.json", "{}"), damaged, "\"schema\" is missing");
    row("schema a text", json("\"schema\": 1", "\"schema\": \"one\""), damaged, "\"schema\" should be a whole number");
    row("unknown precision", json("\"precision\": \"f32\"", "\"precision\": \"f16\""), damaged,
        "\"spec.precision\": Unknown precision \"f16\": choose f32, tf32 or bf16.");
    row("engine a number", json("\"engine\": \"auto\"", "\"engine\": 3"), damaged, "\"spec.engine\" should be a text");
    row("schema 0", json("\"schema\": 1", "\"schema\": 0"), damaged, "\"schema\" should be 1, but is 0");
    row("name a number", json("\"name\": \"Batch norm\"", "\"name\": 5"), damaged, "\"name\" should be a text, but is \"5\"");
    row("unknown state", json("\"finished\"", "\"sleeping\""), damaged, "\"state\" is \"sleeping\"");
    row("no spec", json("\"spec\": {", "\"spice\": {"), damaged, "\"spec\" is missing");
    row("spec a list", json("\"spec\": {", "\"spec\": [], \"x\": {"), damaged, "\"spec\" should be an object, but is \"[]\"");
    row("epochs a text", json("\"epochs\": 3", "\"epochs\": \"three\""), damaged, "\"spec.epochs\" should be a whole number");
    row("epochs not whole", json("\"epochs\": 3", "\"epochs\": 3.5"), damaged, "\"spec.epochs\" should be a whole number, but is \"3.5\"");
    row("epochs too large", json("\"epochs\": 3", "\"epochs\": 3000000000"), damaged, "\"spec.epochs\"");
    row("epochs missing", json("\"epochs\": 3,", ""), damaged, "\"spec.epochs\" is missing");
    row("momentum null", json("\"momentum\": 0.9", "\"momentum\": null"), damaged, "\"spec.momentum\" should be a number, but is \"null\"");
    row("momentum a text", json("\"momentum\": 0.9", "\"momentum\": \"0,9\""), damaged, "\"spec.momentum\" should be a number");
    row("seed negative", json("\"seed\": 1", "\"seed\": -1"), damaged, "\"spec.seed\" should be a whole number from 0");
    row("quick look a number", json("\"quickLook\": false", "\"quickLook\": 0"), damaged, "\"spec.quickLook\" should be true or false");
    row("unknown norm", json("\"normalization\": \"batch\"", "\"normalization\": \"bach\""), damaged, "\"spec.normalization\": ");
    row("unknown data", json("\"data\": \"fashion-mnist\"", "\"data\": \"mnist\""), damaged, "\"spec.data\": ");
    row("class names", json("\"class 0\"", "0"), damaged, "\"summary.classNames\" should be a list of texts");
    row("summary a text", json("\"summary\": {", "\"summary\": \"none\", \"x\": {"), damaged, "\"summary\" should be an object");
    const Damage newer = json("\"schema\": 1", "\"schema\": 2");
    const Damage writer = json("Normscope 0.", "Normscope 9.");
    row("newer schema", all({newer, writer}), RunState::Finished, "run.json was written by a newer version (Normscope 9.");
    row("newer schema, says which", newer, RunState::Finished, "schema 2; this version knows 1)");
    row("newer schema, other keys", all({newer, json("\"epochs\": 3", "\"epochs\": {}")}), damaged,
        "and cannot be read here: \"spec.epochs\"");
}

void metricsRows()
{
    const RunState damaged = RunState::Damaged;
    row("metrics.csv missing", removeFile("metrics.csv"), damaged, "metrics.csv is missing, though the run is finished");
    row("metrics.csv empty", overwrite("metrics.csv", ""), damaged, "metrics.csv has no epochs");
    row("only the columns", overwrite("metrics.csv", header), damaged, "metrics.csv has no epochs");
    row("other columns", overwrite("metrics.csv", "Epoch,Loss\n1,2\n"), damaged, "metrics.csv, line 1: expected the columns");
    row("a word", overwrite("metrics.csv", header + firstRow + "2,10,10,none,2,0.01,5\n"), damaged,
        "metrics.csv, line 3: expected a number for Train Loss, but found \"none\"");
    row("an empty cell", overwrite("metrics.csv", header + "1,10,,2,2,0.01,5\n"), damaged,
        "metrics.csv, line 2: expected a number for Test Acc, but found \"\"");
    row("a short row", overwrite("metrics.csv", header + "1,10,10\n" + firstRow), damaged,
        "metrics.csv, line 2: expected 7 values, but found 3");
    row("decimal commas", overwrite("metrics.csv", header + "1,10,5,10,5,2,5,2,5,0,01,5\n"), damaged,
        "metrics.csv, line 2: expected 7 values, but found 12");
    row("an epoch twice", overwrite("metrics.csv", header + firstRow + firstRow), damaged,
        "metrics.csv, line 3: expected an epoch after 1, but found 1");
    row("an epoch not whole", overwrite("metrics.csv", header + "1.5,10,10,2,2,0.01,5\n"), damaged, "expected a number for Epoch");
    row("zeros in the table", overwrite("metrics.csv", header + QByteArray(50, '\0') + "\n"), damaged, "metrics.csv, line 2");
    row("last row cut", overwrite("metrics.csv", header + firstRow + "2,10,10,2"), RunState::Finished,
        "metrics.csv: the last row was not written whole and is left out");
}

} // namespace

void TestDamagedRuns::isToldAndHidesNoOther_data()
{
    QTest::addColumn<Damage>("damage");
    QTest::addColumn<RunState>("state");
    QTest::addColumn<QString>("reason");
    row("no damage", [](const QString&) {}, RunState::Finished, "");
    row("unknown keys", json("\"colour\"", "\"mood\": {\"a\": [1]}, \"colour\""), RunState::Finished, "");
    row("extra column", overwrite("metrics.csv", header.chopped(1) + ",Mood\n1,10,10,2,2,0.01,5,good\n"), RunState::Finished, "");
    row("no predictions", removeFile("predictions.csv"), RunState::Finished, "");
    row("running, owner gone", json("\"finished\"", "\"running\""), RunState::Interrupted, "ended after 3 of 3 epochs. It has no checkpoint to go on from.");
    jsonRows();
    metricsRows();
}

void TestDamagedRuns::isToldAndHidesNoOther()
{
    QFETCH(Damage, damage);
    QFETCH(RunState, state);
    QFETCH(QString, reason);
    const QTemporaryDir folder;
    const auto store = *RunStore::open(folder.path().toStdString());
    const auto dataset = syntheticDataset(3, 4);
    const RunRecord run = writeFinishedRun(store, *dataset, threeEpochs(), 0.7);
    const RunRecord other = writeFinishedRun(store, *dataset, threeEpochs(), 0.7);
    damage(QString::fromStdString(run.folder));

    const auto loaded = store.load(run.id);
    QVERIFY(loaded.ok());
    QCOMPARE(loaded->state, state);
    QVERIFY2(QString::fromStdString(loaded->reason).contains(reason), loaded->reason.c_str());
    QCOMPARE(loaded->reason.empty(), reason.isEmpty());
    QVERIFY2(loaded->reason.empty() || state == RunState::Interrupted || loaded->reason.find(run.folder) != std::string::npos,
             loaded->reason.c_str());
    QCOMPARE(loaded->id, run.id);
    QCOMPARE(loaded->folder, run.folder);
    QVERIFY(!loaded->name.empty());

    const auto runs = store.list();
    QCOMPARE(runs.size(), std::size_t(2));
    const auto& intact = runs[0].id == other.id ? runs[0] : runs[1];
    QCOMPARE(intact.state, RunState::Finished);
    QCOMPARE(intact.epochs, other.epochs);
    // Whatever it is, it can be deleted.
    QVERIFY(store.remove(run.id).ok());
    QCOMPARE(store.list().size(), std::size_t(1));
}

void TestDamagedRuns::aDamagedRunIsNotOverwritten()
{
    const QTemporaryDir folder;
    const auto store = *RunStore::open(folder.path().toStdString());
    const auto run = *store.create({});
    const QString path = QString::fromStdString(run.folder) + QStringLiteral("/run.json");
    json("\"epochs\": 20", "\"epochs\": \"20\"")(QString::fromStdString(run.folder));
    const QByteArray before = readAll(path);
    const Status status = store.save(*store.load(run.id));
    QVERIFY(!status.ok());
    QVERIFY2(status.error().message.find("spec.epochs") != std::string::npos, status.error().message.c_str());
    QCOMPARE(readAll(path), before);
}

void TestDamagedRuns::aNewerRunIsNotOverwritten()
{
    const QTemporaryDir folder;
    const auto store = *RunStore::open(folder.path().toStdString());
    const auto run = *store.create({});
    const QString path = QString::fromStdString(run.folder) + QStringLiteral("/run.json");
    json("\"schema\": 1", "\"schema\": 7")(QString::fromStdString(run.folder));
    const QByteArray before = readAll(path);
    const Status status = store.save(*store.load(run.id));
    QVERIFY(!status.ok());
    QVERIFY2(status.error().message.find("schema 7") != std::string::npos, status.error().message.c_str());
    QCOMPARE(readAll(path), before);
}

void TestDamagedRuns::goodEpochsBeforeABadOneAreKept()
{
    const QTemporaryDir folder;
    const auto store = *RunStore::open(folder.path().toStdString());
    const auto run = writeFinishedRun(store, *syntheticDataset(3, 4), threeEpochs(), 0.7);
    overwrite("metrics.csv", header + firstRow + "2,10,10,none,2,0.01,5\n")(QString::fromStdString(run.folder));
    const auto loaded = *store.load(run.id);
    QCOMPARE(loaded.state, RunState::Damaged);
    QCOMPARE(loaded.epochs.size(), std::size_t(1));
    QCOMPARE(loaded.spec.epochs, 3);
    QCOMPARE(loaded.name, std::string("Batch norm"));
}

void TestDamagedRuns::unfinishedRunsMayLackCurves()
{
    const QTemporaryDir folder;
    const auto store = *RunStore::open(folder.path().toStdString());
    for (const RunState state : {RunState::Queued, RunState::Stopped, RunState::Interrupted, RunState::Failed, RunState::Diverged}) {
        auto run = *store.create({});
        run.state = state;
        QVERIFY(store.save(run).ok());
        QCOMPARE(store.load(run.id)->state, state);
        QCOMPARE(store.load(run.id)->reason, std::string());
    }
}

QTEST_GUILESS_MAIN(TestDamagedRuns)
#include "tst_damagedruns.moc"
