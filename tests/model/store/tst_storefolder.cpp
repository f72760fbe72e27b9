// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runstore.h"

#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace normscope;
using namespace normscope::testing;

/// The store as a whole: which runs are in it, finding one, deleting and bringing back, a store that is not there.
class TestStoreFolder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_folder.reset(); }
    void theOldestComesFirst();
    void findsARun();
    void saysWhatItDidNotFind_data();
    void saysWhatItDidNotFind();
    void sameNamesAreToldApart();
    void removedRunsComeBackWhole();
    void restoringNeverOverwrites();
    void theTrashCanBeEmptied();
    void anIdOfARemovedRunIsNotUsedAgain();
    void aFolderThatCannotBeMadeIsNamed_data();
    void aFolderThatCannotBeMadeIsNamed();
    void aStoreTakenAwayIsNamed();
    void theDefaultFolderFollowsTheEnvironment();
    void aThousandRunsAreListedQuickly();

private:
    QString runFile(const RunRecord& run, const char* name = "run.json") const
    {
        return QString::fromStdString(run.folder) + QLatin1Char('/') + QLatin1String(name);
    }
    RunStore& store() { return *m_store; }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunStore> m_store;
};

void TestStoreFolder::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    auto opened = RunStore::open(m_folder->filePath(QStringLiteral("deep/er/runs")).toStdString());
    QVERIFY2(opened.ok(), "the folder is made, with those above it");
    m_store = std::make_unique<RunStore>(*opened);
}

void TestStoreFolder::theOldestComesFirst()
{
    // In one second, and not in the order of the alphabet.
    std::vector<std::string> made;
    for (const auto normalization : {Normalization::None, Normalization::Batch, Normalization::Layer, Normalization::Batch}) {
        RunSpec spec;
        spec.normalization = normalization;
        made.push_back(store().create(spec)->id);
    }
    QVERIFY(QDir(QString::fromStdString(store().folder())).mkdir(QStringLiteral("19990101-000000-batch-1"))); // damaged
    made.insert(made.begin(), "19990101-000000-batch-1");
    std::vector<std::string> listed;
    for (const auto& run : store().list())
        listed.push_back(run.id);
    QCOMPARE(listed, made);
}

void TestStoreFolder::findsARun()
{
    const auto run = *store().create({}, "my name");
    store().create({}, "another").value();
    QCOMPARE(store().find(run.id)->id, run.id);
    QCOMPARE(store().find("my name")->id, run.id);
    QCOMPARE(store().find(run.folder)->id, run.id);
    QCOMPARE(store().find(run.folder + "/")->id, run.id);
    QCOMPARE(store().find(run.folder + "/../" + run.id)->id, run.id);
    // A run's folder that was copied out of the store.
    const QString outside = m_folder->filePath(QStringLiteral("copy"));
    QVERIFY(QDir().mkpath(outside));
    QVERIFY(QFile::copy(runFile(run), outside + QStringLiteral("/run.json")));
    const auto copied = store().find(outside.toStdString());
    QVERIFY(copied.ok());
    QCOMPARE(copied->name, std::string("my name"));
    QCOMPARE(copied->folder, outside.toStdString());
}

void TestStoreFolder::saysWhatItDidNotFind_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("reason");
    QTest::newRow("nothing") << "" << int(ErrorCode::BadUsage) << "normscope-cli runs";
    QTest::newRow("no such name") << "nowhere" << int(ErrorCode::NotFound) << "normscope-cli runs";
    QTest::newRow("no such path") << "/no/such/run" << int(ErrorCode::NotFound) << "\"/no/such/run\"";
    QTest::newRow("no run's folder") << "/usr" << int(ErrorCode::BadInput) << "/usr is not a run's folder: it has no run.json";
    QTest::newRow("the trash") << ".trash" << int(ErrorCode::NotFound) << "\".trash\"";
    QTest::newRow("dots") << ".." << int(ErrorCode::BadInput) << "no run.json";
}

void TestStoreFolder::saysWhatItDidNotFind()
{
    QFETCH(QString, text);
    QFETCH(int, code);
    QFETCH(QString, reason);
    const auto run = store().find(text.toStdString());
    QVERIFY(!run.ok());
    QCOMPARE(int(run.error().code), code);
    QVERIFY2(QString::fromStdString(run.error().message).contains(reason), run.error().message.c_str());
    QVERIFY(!store().load(text.toStdString()).ok());
}

void TestStoreFolder::sameNamesAreToldApart()
{
    const auto first = *store().create({}, "twin");
    const auto second = *store().create({}, "twin");
    const auto found = store().find("twin");
    QVERIFY(!found.ok());
    QCOMPARE(found.error().code, ErrorCode::BadUsage);
    for (const auto& id : {first.id, second.id})
        QVERIFY2(found.error().message.find(id) != std::string::npos, found.error().message.c_str());
}

void TestStoreFolder::removedRunsComeBackWhole()
{
    const auto dataset = syntheticDataset();
    const auto run = writeFinishedRun(store(), *dataset, {}, 0.7);
    const auto other = *store().create({});
    const auto predictions = *store().predictions(run);
    QVERIFY(store().remove(run.id).ok());
    QVERIFY(!store().load(run.id).ok());
    QCOMPARE(store().list().size(), std::size_t(1));
    QVERIFY(QFile::exists(QString::fromStdString(store().folder() + "/.trash/" + run.id + "/run.json")));
    QVERIFY(!store().remove(run.id).ok());
    QVERIFY(store().restore(run.id).ok());
    const auto back = store().load(run.id);
    QVERIFY(back.ok());
    QCOMPARE(back->epochs, run.epochs);
    QCOMPARE(store().predictions(*back)->probabilities, predictions.probabilities);
    QCOMPARE(store().list().size(), std::size_t(2));
}

void TestStoreFolder::restoringNeverOverwrites()
{
    const auto run = *store().create({}, "first");
    QVERIFY(store().remove(run.id).ok());
    QVERIFY(QDir().mkpath(QString::fromStdString(run.folder) + QStringLiteral("/something")));
    const Status status = store().restore(run.id);
    QVERIFY(!status.ok());
    QVERIFY2(status.error().message.find(run.folder) != std::string::npos, status.error().message.c_str());
    for (const char* id : {"nowhere", "", "..", "../x"})
        QVERIFY(!store().restore(id).ok());
    // Deleting that folder too keeps both in the trash; the newer one comes back.
    QVERIFY(store().remove(run.id).ok());
    QVERIFY(store().restore(run.id).ok());
    QVERIFY(QDir(QString::fromStdString(run.folder) + QStringLiteral("/something")).exists());
    QVERIFY(QFile::exists(QString::fromStdString(store().folder() + "/.trash/" + run.id + "~1/run.json")));
}

void TestStoreFolder::theTrashCanBeEmptied()
{
    QVERIFY(store().emptyTrash().ok()); // also where there is none
    const auto run = *store().create({});
    QVERIFY(store().remove(run.id).ok());
    QVERIFY(store().emptyTrash().ok());
    const Status status = store().restore(run.id);
    QVERIFY(!status.ok());
    QCOMPARE(status.error().code, ErrorCode::NotFound);
}

void TestStoreFolder::anIdOfARemovedRunIsNotUsedAgain()
{
    std::set<std::string> ids;
    for (int i = 0; i < 10; ++i) {
        const auto run = *store().create({});
        QVERIFY(store().remove(run.id).ok());
        ids.insert(run.id);
    }
    QCOMPARE(ids.size(), std::size_t(10));
}

void TestStoreFolder::aFolderThatCannotBeMadeIsNamed_data()
{
    QTest::addColumn<QString>("folder");
    QTest::newRow("under a file") << "/etc/hostname/runs";
    QTest::newRow("a file") << "/etc/hostname";
    QTest::newRow("under proc") << "/proc/runs";
    QTest::newRow("no name") << "";
}

void TestStoreFolder::aFolderThatCannotBeMadeIsNamed()
{
    QFETCH(QString, folder);
    const auto opened = RunStore::open(folder.toStdString());
    QVERIFY(!opened.ok());
    QVERIFY2(QString::fromStdString(opened.error().message).contains(folder), opened.error().message.c_str());
    QCOMPARE(opened.error().code, folder.isEmpty() ? ErrorCode::BadUsage : ErrorCode::Io);
}

void TestStoreFolder::aStoreTakenAwayIsNamed()
{
    const auto run = *store().create({});
    QVERIFY(QDir(QString::fromStdString(store().folder())).removeRecursively());
    QVERIFY(store().list().empty());
    for (const Status& status : {store().save(run), store().appendEpoch(run, {}), store().appendBatchLosses(run, 1, {1}),
                                 store().savePredictions(run, syntheticEvaluation(*syntheticDataset(), 1))}) {
        QVERIFY(!status.ok());
        QVERIFY2(status.error().message.find(run.folder) != std::string::npos, status.error().message.c_str());
    }
    const auto created = store().create({});
    QVERIFY(!created.ok());
    QVERIFY2(created.error().message.find(store().folder()) != std::string::npos, created.error().message.c_str());
}

void TestStoreFolder::theDefaultFolderFollowsTheEnvironment()
{
    const QByteArray data = qgetenv("XDG_DATA_HOME");
    const QByteArray home = qgetenv("HOME");
    qputenv("HOME", "/home/somebody");
    qputenv("XDG_DATA_HOME", "/data");
    QCOMPARE(*RunStore::defaultFolder(), std::string("/data/normscope/runs"));
    qputenv("XDG_DATA_HOME", "relative");
    QCOMPARE(*RunStore::defaultFolder(), std::string("/home/somebody/.local/share/normscope/runs"));
    qunsetenv("XDG_DATA_HOME");
    QCOMPARE(*RunStore::defaultFolder(), std::string("/home/somebody/.local/share/normscope/runs"));
    qputenv("HOME", home);
    if (!data.isNull())
        qputenv("XDG_DATA_HOME", data);
}

void TestStoreFolder::aThousandRunsAreListedQuickly()
{
    const auto dataset = syntheticDataset();
    const auto first = writeFinishedRun(store(), *dataset, {}, 0.7);
    for (int i = 1; i < 1'000; ++i) { // copies: a thousand times fsync would take minutes on a slow disk
        const QString folder = QString::fromStdString(first.folder) + QString::number(i);
        QVERIFY(QDir().mkpath(folder));
        for (const char* name : {"run.json", "metrics.csv"})
            QVERIFY(QFile::copy(runFile(first, name), folder + QLatin1Char('/') + QLatin1String(name)));
    }
    QElapsedTimer timer;
    timer.start();
    const auto runs = store().list();
    const qint64 milliseconds = timer.elapsed();
    QCOMPARE(runs.size(), std::size_t(1'000));
    QCOMPARE(runs.back().epochs.size(), std::size_t(20));
    qInfo("1,000 runs listed in %lld ms", milliseconds);
    QVERIFY(milliseconds < 5'000); // far above what is expected: the machine may be busy or sanitized
}

QTEST_GUILESS_MAIN(TestStoreFolder)
#include "tst_storefolder.moc"
