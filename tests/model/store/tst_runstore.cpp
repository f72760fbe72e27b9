// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runstore.h"

#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QDateTime>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <limits>
#include <mutex>
#include <set>
#include <thread>

using namespace normscope;
using namespace normscope::testing;

/// What is written about a run, and that it reads back as it was.
class TestRunStore : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_folder.reset(); }
    void aNewRunIsQueuedAndNamed();
    void everythingReadsBack();
    void olderRunsHaveNoEngineAndPrecision();
    void notFiniteSettingsReadBack();
    void aPathThatIsNotUtf8ReadsBack();
    void namesAreCleaned_data();
    void namesAreCleaned();
    void unknownKeysAreKept();
    void noFileIsLeftBeside();
    void idsNeverCollide();
    void idsNeverCollideBetweenThreads();

private:
    QString runFile(const RunRecord& run, const char* name = "run.json") const
    {
        return QString::fromStdString(run.folder) + QLatin1Char('/') + QLatin1String(name);
    }
    QByteArray contents(const QString& path) const
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    RunStore& store() { return *m_store; }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunStore> m_store;
};

namespace {

RunSpec unusualSpec()
{
    RunSpec spec;
    spec.data = {DataKind::Folder, "/data/with space, \"quotes\" and ümlaut"};
    spec.limitTrain = 1'234;
    spec.limitTest = 567;
    spec.quickLook = true;
    spec.normalization = Normalization::Group;
    spec.groups = 8;
    spec.epochs = 7;
    spec.batchSize = 33;
    spec.learningRate = 1.0 / 3;
    spec.momentum = 0.1;
    spec.stepSize = 3;
    spec.gamma = 1e-3;
    spec.dropout = 0.123456789012345;
    spec.augment = 0;
    spec.seed = std::numeric_limits<std::uint64_t>::max();
    spec.device = DeviceChoice::Cpu;
    spec.threads = 3;
    spec.engine = Engine::Fast;
    spec.precision = Precision::BFloat16;
    return spec;
}

} // namespace

void TestRunStore::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    auto opened = RunStore::open(m_folder->filePath(QStringLiteral("deep/er/runs")).toStdString());
    QVERIFY2(opened.ok(), "the folder is made, with those above it");
    m_store = std::make_unique<RunStore>(*opened);
}

void TestRunStore::aNewRunIsQueuedAndNamed()
{
    RunSpec spec;
    spec.normalization = Normalization::Layer;
    const auto run = store().create(spec, {}, 5);
    QVERIFY(run.ok());
    QCOMPARE(run->state, RunState::Queued);
    QCOMPARE(run->name, normalizationTitle(Normalization::Layer, 4));
    QCOMPARE(run->colour, 5);
    const QString id = QString::fromStdString(run->id);
    QVERIFY2(QRegularExpression(QStringLiteral("^\\d{8}-\\d{6}-layer-1$")).match(id).hasMatch(), qPrintable(id));
    QCOMPARE(run->folder, store().folder() + "/" + run->id);
    const auto json = QJsonDocument::fromJson(contents(runFile(*run))).object();
    QCOMPARE(json[QStringLiteral("schema")].toInt(), 1);
    QCOMPARE(json[QStringLiteral("state")].toString(), QStringLiteral("queued"));
    QVERIFY(json[QStringLiteral("spec")].isObject());
    QVERIFY(json[QStringLiteral("summary")].isObject());
    const QDateTime created = QDateTime::fromString(QString::fromStdString(run->created), Qt::ISODateWithMs);
    QVERIFY2(qAbs(created.secsTo(QDateTime::currentDateTimeUtc())) < 60, run->created.c_str());
}

void TestRunStore::everythingReadsBack()
{
    auto run = *store().create(unusualSpec(), "first", 3);
    run.name = "a name, \"quoted\" = ümlaut";
    run.note = "two\nlines";
    run.colour = 17;
    run.state = RunState::Diverged;
    run.reason = "diverged at step 212: the loss became NaN";
    run.dataTitle = "My images";
    run.dataFingerprint = std::string(64, 'f');
    run.classNames = {"cat", "dog, big", "=x", "\xC3\xA4\n"};
    run.trainImages = 1'234;
    run.testImages = 567;
    run.parameters = 40'394;
    run.device = "CPU, 3 threads";
    run.software = "Normscope 0.1.0, LibTorch 1.13.1";
    QVERIFY(store().save(run).ok());
    const auto back = store().load(run.id);
    QVERIFY(back.ok());
    QCOMPARE(back->spec, run.spec);
    QCOMPARE(back->id, run.id);
    QCOMPARE(back->folder, run.folder);
    QCOMPARE(back->name, run.name);
    QCOMPARE(back->note, run.note);
    QCOMPARE(back->colour, run.colour);
    QCOMPARE(back->state, run.state);
    QCOMPARE(back->reason, run.reason);
    QCOMPARE(back->created, run.created);
    QCOMPARE(back->dataTitle, run.dataTitle);
    QCOMPARE(back->dataFingerprint, run.dataFingerprint);
    QCOMPARE(back->classNames, run.classNames);
    QCOMPARE(back->trainImages, run.trainImages);
    QCOMPARE(back->testImages, run.testImages);
    QCOMPARE(back->parameters, run.parameters);
    QCOMPARE(back->device, run.device);
    QCOMPARE(back->software, run.software);
    QVERIFY(back->epochs.empty());
}

void TestRunStore::olderRunsHaveNoEngineAndPrecision()
{
    RunSpec expected;
    expected.engine = Engine::Fast;
    expected.precision = Precision::BFloat16;
    const auto run = *store().create(expected, "old", 0);
    QJsonObject json = QJsonDocument::fromJson(contents(runFile(run))).object();
    QJsonObject spec = json[QStringLiteral("spec")].toObject();
    QCOMPARE(spec.take(QStringLiteral("engine")).toString(), QStringLiteral("fast"));
    QCOMPARE(spec.take(QStringLiteral("precision")).toString(), QStringLiteral("bf16"));
    json[QStringLiteral("spec")] = spec;
    QFile file(runFile(run));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QJsonDocument(json).toJson());
    file.close();
    const auto back = store().load(run.id);
    QVERIFY(back.ok());
    QCOMPARE(back->state, RunState::Queued);
    expected.engine = Engine::Auto;
    expected.precision = Precision::Float32;
    QCOMPARE(back->spec, expected);
}

void TestRunStore::notFiniteSettingsReadBack()
{
    RunSpec spec;
    spec.learningRate = std::numeric_limits<double>::infinity();
    const auto run = store().create(spec);
    QVERIFY(contents(runFile(*run)).contains("\"learningRate\": \"inf\""));
    QCOMPARE(store().load(run->id)->spec.learningRate, spec.learningRate);
}

void TestRunStore::aPathThatIsNotUtf8ReadsBack()
{
    RunSpec spec;
    spec.data = {DataKind::Folder, "/data/Gr\xF6\xDF" "e"};
    const auto run = store().create(spec);
    QVERIFY(run.ok());
    QVERIFY(!QJsonDocument::fromJson(contents(runFile(*run))).isNull());
    QCOMPARE(store().load(run->id)->spec.data.path, spec.data.path);
    // Another path later, and the bytes of the first are forgotten.
    RunRecord moved = *run;
    moved.spec.data.path = "/data/plain";
    QVERIFY(store().save(moved).ok());
    QCOMPARE(store().load(run->id)->spec.data.path, moved.spec.data.path);
}

void TestRunStore::namesAreCleaned_data()
{
    QTest::addColumn<QByteArray>("given");
    QTest::addColumn<QByteArray>("kept");
    QTest::newRow("newlines") << QByteArray("one\ntwo") << QByteArray("one two");
    QTest::newRow("empty") << QByteArray() << QByteArray("Batch norm");
    QTest::newRow("only space") << QByteArray(" \n ") << QByteArray("Batch norm");
    QTest::newRow("not UTF-8") << QByteArray("caf\xE9") << QByteArray("caf\xEF\xBF\xBD");
    QTest::newRow("10,000 characters") << QByteArray(10'000, 'x') << QByteArray(200, 'x');
}

void TestRunStore::namesAreCleaned()
{
    QFETCH(QByteArray, given);
    QFETCH(QByteArray, kept);
    const auto run = store().create({}, given.toStdString());
    QVERIFY(run.ok());
    QCOMPARE(run->name, kept.toStdString());
    RunRecord renamed = *store().create({}, "before");
    renamed.name = given.toStdString();
    QVERIFY(store().save(renamed).ok());
    QCOMPARE(store().load(renamed.id)->name, kept.toStdString());
}

void TestRunStore::unknownKeysAreKept()
{
    const auto run = *store().create({}, "before");
    QByteArray text = contents(runFile(run));
    text.replace("\"colour\"", "\"mood\": [1, {\"deep\": null}],\n  \"colour\"");
    text.replace("\"epochs\"", "\"warmup\": 3,\n    \"epochs\"");
    QFile file(runFile(run));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    file.close();
    auto back = *store().load(run.id);
    QCOMPARE(back.state, RunState::Queued);
    QCOMPARE(back.reason, std::string());
    back.name = "after";
    QVERIFY(store().save(back).ok());
    const auto json = QJsonDocument::fromJson(contents(runFile(run))).object();
    QCOMPARE(json[QStringLiteral("name")].toString(), QStringLiteral("after"));
    QCOMPARE(json[QStringLiteral("mood")].toArray().size(), 2);
    QCOMPARE(json[QStringLiteral("spec")].toObject()[QStringLiteral("warmup")].toInt(), 3);
}

void TestRunStore::noFileIsLeftBeside()
{
    const auto dataset = syntheticDataset();
    const auto run = writeFinishedRun(store(), *dataset, {}, 0.7);
    QCOMPARE(QDir(QString::fromStdString(run.folder)).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name),
             (QStringList{QStringLiteral("batches.csv"), QStringLiteral("lock"), QStringLiteral("metrics.csv"),
                          QStringLiteral("predictions.csv"), QStringLiteral("run.json")}));
    QCOMPARE(QDir(QString::fromStdString(store().folder())).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 1);
    QCOMPARE(store().weightsPath(run), run.folder + "/weights.pt");
}

void TestRunStore::idsNeverCollide()
{
    std::set<std::string> ids;
    for (int i = 0; i < 50; ++i) {
        const auto run = store().create({});
        QVERIFY(run.ok());
        ids.insert(run->id);
    }
    QCOMPARE(ids.size(), std::size_t(50));
    QCOMPARE(store().list().size(), std::size_t(50));
}

void TestRunStore::idsNeverCollideBetweenThreads()
{
    std::mutex mutex;
    std::set<std::string> ids;
    int failures = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, mine = store()] {
            for (int i = 0; i < 25; ++i) {
                const auto run = mine.create({});
                const std::lock_guard guard(mutex);
                if (run)
                    ids.insert(run->id);
                else
                    ++failures;
            }
        });
    for (auto& thread : threads)
        thread.join();
    QCOMPARE(failures, 0);
    QCOMPARE(ids.size(), std::size_t(100));
    for (const auto& run : store().list())
        QCOMPARE(run.state, RunState::Queued);
}

QTEST_GUILESS_MAIN(TestRunStore)
#include "tst_runstore.moc"
