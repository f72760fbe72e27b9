// SPDX-License-Identifier: GPL-3.0-or-later
// A run that was stopped or failed goes on as if nothing had been; and what stands in its way is said.
#include "model/store/recovery.h"
#include "model/store/runlock.h"
#include "model/training/session.h"
#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <map>
#include <new>

using namespace normscope;

namespace {

RunSpec tinySpec()
{
    RunSpec spec;
    spec.epochs = 3;
    spec.batchSize = 17; // 120 images: eight batches, the last one of one image
    spec.stepSize = 2;
    spec.dropout = 0.1;
    spec.threads = 1;
    return spec;
}

std::shared_ptr<const Dataset> data()
{
    static const auto dataset = testing::syntheticDataset();
    return dataset;
}

struct Log : TrainerObserver {
    void batchDone(const BatchProgress& p) override
    {
        if (onBatch)
            onBatch(p);
    }
    void epochDone(const EpochMetrics& metrics) override { epochs.push_back(metrics); }
    void resumed(const TrainingPosition& position, const std::string& text) override
    {
        from = position;
        note = text;
    }
    void keptInMemory(std::shared_ptr<const Checkpoint> checkpoint) override { unsaved = std::move(checkpoint); }

    std::function<void(const BatchProgress&)> onBatch;
    std::vector<EpochMetrics> epochs;
    TrainingPosition from;
    std::string note = "not resumed";
    std::shared_ptr<const Checkpoint> unsaved;
};

std::vector<EpochMetrics> withoutSeconds(std::vector<EpochMetrics> epochs)
{
    for (EpochMetrics& epoch : epochs)
        epoch.seconds = 0;
    return epochs;
}

QByteArray bytesOf(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// All of the run's files but its lock, by name.
std::map<QString, QByteArray> filesOf(const RunRecord& run)
{
    std::map<QString, QByteArray> files;
    for (const QString& name : QDir(QString::fromStdString(run.folder)).entryList(QDir::Files | QDir::Hidden))
        if (name != QLatin1String("lock"))
            files[name] = bytesOf(run.folder + "/" + name.toStdString());
    return files;
}

void change(const std::string& path, const QByteArray& from, const QByteArray& to)
{
    QByteArray bytes = bytesOf(path);
    QVERIFY2(bytes.contains(from), bytes.constData());
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes.replace(from, to));
}

} // namespace

class TestResume : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void isBitEqual_data();
    void isBitEqual();
    void threadsOfTheFastEngineDoNotMatter();
    void anotherEngineIsSaid();
    void withoutACheckpointItBeginsAnew();
    void theOneBeforeALostCheckpoint();
    void changedSpecIsRefused();
    void otherImagesAreRefused();
    void whatCannotBeResumed_data();
    void whatCannotBeResumed();
    void whateverIsThrownFailsTheRunAlone_data();
    void whateverIsThrownFailsTheRunAlone();
    void damagedRunsAreRepaired_data();
    void damagedRunsAreRepaired();
    void repairNeedsACheckpoint();
    void keptInAnotherStore();
    void aRunThatSomebodyHoldsIsLeft();
    void epochsWithoutACheckpointAreNotTrainedOver();
    void unreadableCheckpointsAreSaid();
    void aRefusalChangesNothing_data();
    void aRefusalChangesNothing();
    void aNewerRunIsNotTouched_data();
    void aNewerRunIsNotTouched();

private:
    RunRecord stopped(const RunSpec& spec, int epoch, int batch, BatchProgress::Phase phase = BatchProgress::Phase::Training);
    RunRecord whole(const RunSpec& spec);
    RunRecord goOn(const RunRecord& run, const ResumeChoice& choice = {});
    void compare(const RunRecord& run, const RunRecord& expected);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunStore> m_store;
    Log m_log; ///< of the last session
};

void TestResume::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_store = std::make_unique<RunStore>(*RunStore::open(m_folder->path().toStdString()));
}

RunRecord TestResume::stopped(const RunSpec& spec, int epoch, int batch, BatchProgress::Phase phase)
{
    RunControl control;
    m_log = {};
    m_log.onBatch = [&](const BatchProgress& p) { control.stop = control.stop || (p.epoch == epoch && p.batch == batch && p.phase == phase); };
    return executeRun(*m_store, *m_store->create(spec), data(), m_log, control);
}

RunRecord TestResume::whole(const RunSpec& spec)
{
    m_log = {};
    return executeRun(*m_store, *m_store->create(spec), data(), m_log, {});
}

RunRecord TestResume::goOn(const RunRecord& run, const ResumeChoice& choice)
{
    m_log = {};
    const auto queued = requeueRun(*m_store, run.id, choice);
    if (!queued) {
        RunRecord refused = run;
        refused.reason = queued.error().message;
        return refused;
    }
    return executeRun(*m_store, *queued, data(), m_log, {});
}

void TestResume::compare(const RunRecord& run, const RunRecord& expected)
{
    QCOMPARE(run.state, RunState::Finished);
    const RunRecord onDisk = *m_store->load(run.id);
    QCOMPARE(withoutSeconds(onDisk.epochs), withoutSeconds(expected.epochs));
    QCOMPARE(m_store->batchLosses(run), m_store->batchLosses(expected));
    for (const char* name : {"/predictions.csv", "/weights.pt", "/batches.csv"})
        QVERIFY2(bytesOf(run.folder + name) == bytesOf(expected.folder + name), name);
    const auto a = findCheckpoint(run), b = findCheckpoint(expected);
    QVERIFY(a->checkpoint.training.momentum == b->checkpoint.training.momentum);
}

void TestResume::isBitEqual_data()
{
    QTest::addColumn<int>("engine");
    QTest::addColumn<int>("norm");
    QTest::addColumn<int>("threads");
    QTest::addColumn<bool>("bf16");
    QTest::addColumn<int>("epoch");
    QTest::addColumn<int>("batch");
    QTest::addColumn<bool>("testing");
    const auto row = [](const char* name, Engine engine, Normalization norm, int threads, bool bf16, int epoch, int batch, bool testing = false) {
        QTest::newRow(name) << int(engine) << int(norm) << threads << bf16 << epoch << batch << testing;
    };
    row("LibTorch, batch norm, in epoch 2", Engine::LibTorch, Normalization::Batch, 1, false, 2, 3);
    row("LibTorch, group norm, 2 threads, in epoch 1", Engine::LibTorch, Normalization::Group, 2, false, 1, 5);
    row("LibTorch, layer norm, at the end of a test", Engine::LibTorch, Normalization::Layer, 1, false, 2, 1, true);
    row("fast, batch norm, in epoch 2", Engine::Fast, Normalization::Batch, 2, false, 2, 3);
    row("fast, batch norm, after the last batch of epoch 1", Engine::Fast, Normalization::Batch, 1, false, 1, 8);
    row("fast, group norm, first batch of epoch 3", Engine::Fast, Normalization::Group, 2, false, 3, 1);
    row("fast, layer norm, at the end of a test", Engine::Fast, Normalization::Layer, 1, false, 1, 1, true);
    row("fast, instance norm, in epoch 1", Engine::Fast, Normalization::Instance, 1, false, 1, 2);
    row("fast, no norm, in epoch 3", Engine::Fast, Normalization::None, 1, false, 3, 7);
    row("fast, batch norm, bf16, in epoch 2", Engine::Fast, Normalization::Batch, 1, true, 2, 4);
}

void TestResume::isBitEqual()
{
    QFETCH(int, engine);
    QFETCH(int, norm);
    QFETCH(int, threads);
    QFETCH(bool, bf16);
    QFETCH(int, epoch);
    QFETCH(int, batch);
    QFETCH(bool, testing);
    RunSpec spec = tinySpec();
    spec.engine = static_cast<Engine>(engine);
    spec.normalization = static_cast<Normalization>(norm);
    spec.threads = threads;
    spec.precision = bf16 ? Precision::BFloat16 : Precision::Float32;
    if ((spec.engine == Engine::Fast && !systemInfo().fastEngine) || (bf16 && !systemInfo().cpuBf16))
        QSKIP("this processor has no such engine");
    const RunRecord expected = whole(spec);
    const RunRecord run = stopped(spec, epoch, batch, testing ? BatchProgress::Phase::Testing : BatchProgress::Phase::Training);
    QCOMPARE(run.state, RunState::Stopped);
    const int next = testing ? epoch + 1 : epoch; // the only batch of the test was done when it was stopped
    QCOMPARE(int(run.epochs.size()), next - 1);
    const RunRecord ended = goOn(run);
    QCOMPARE(m_log.from.epoch, next);
    QCOMPARE(m_log.from.batches, testing ? 0 : batch);
    QCOMPARE(QString::fromStdString(m_log.note), QString());
    QCOMPARE(m_log.epochs.size(), std::size_t(3 - next + 1));
    compare(ended, expected);
    QCOMPARE(ended.history, "Resumed in epoch " + std::to_string(next) + ".");
}

void TestResume::threadsOfTheFastEngineDoNotMatter()
{
    if (!systemInfo().fastEngine)
        QSKIP("no fast engine here");
    const RunRecord expected = whole(tinySpec());
    const RunRecord ended = goOn(stopped(tinySpec(), 2, 2), {.device = {}, .threads = 3, .engine = {}, .data = {}, .dataFingerprint = {}});
    QCOMPARE(QString::fromStdString(m_log.note), QString());
    compare(ended, expected);
}

void TestResume::anotherEngineIsSaid()
{
    if (!systemInfo().fastEngine)
        QSKIP("no fast engine here");
    const RunRecord ended = goOn(stopped(tinySpec(), 2, 2), {.device = {}, .threads = {}, .engine = Engine::LibTorch, .data = {}, .dataFingerprint = {}});
    QCOMPARE(ended.state, RunState::Finished);
    QCOMPARE(ended.device, std::string("CPU, 1 thread"));
    QCOMPARE(m_log.note, std::string("It was trained on \"CPU, 1 thread, fast engine\" and goes on on \"CPU, 1 thread\": "
                                     "not bit-identical to an uninterrupted run."));
    const std::string history = m_store->load(ended.id)->history;
    QVERIFY2(history.find(m_log.note) != std::string::npos, history.c_str());
}

void TestResume::withoutACheckpointItBeginsAnew()
{
    const RunRecord expected = whole(tinySpec());
    const RunRecord run = stopped(tinySpec(), 1, 4);
    for (const char* name : {"/checkpoint", "/checkpoint.before"})
        QFile::remove(QString::fromStdString(run.folder + name));
    const RunRecord ended = goOn(run);
    QCOMPARE(m_log.note, std::string("not resumed"));
    compare(ended, expected);
}

void TestResume::theOneBeforeALostCheckpoint()
{
    const RunRecord expected = whole(tinySpec());
    const RunRecord run = stopped(tinySpec(), 3, 4); // `before` is that of epoch 2's end
    QFile file(QString::fromStdString(run.folder + "/checkpoint"));
    QVERIFY(file.resize(100));
    const RunRecord ended = goOn(run);
    QCOMPARE(m_log.from.epoch, 3);
    QCOMPARE(m_log.from.batches, 0);
    QVERIFY2(m_log.note.ends_with("The one before it is used, which has 2 epochs."), m_log.note.c_str());
    compare(ended, expected);
}

void TestResume::changedSpecIsRefused()
{
    const RunRecord run = stopped(tinySpec(), 2, 2);
    change(run.folder + "/run.json", "\"learningRate\": 0.01", "\"learningRate\": 0.5");
    change(run.folder + "/run.json", "\"seed\": 1", "\"seed\": 7");
    const auto refused = requeueRun(*m_store, run.id);
    QVERIFY(!refused);
    QCOMPARE(refused.error().message, "The run \"Batch norm\" cannot be resumed: its run.json was changed since it was trained "
                                      "(learningRate is 0.5 instead of 0.01, seed is 7 instead of 1). Put that back, or start a new run.");
    QCOMPARE(m_store->load(run.id)->state, RunState::Stopped);
}

void TestResume::otherImagesAreRefused()
{
    const RunRecord run = stopped(tinySpec(), 2, 2);
    const auto queued = requeueRun(*m_store, run.id);
    QVERIFY(queued);
    Log log;
    const RunRecord ended = executeRun(*m_store, *queued, testing::syntheticDataset(10, 12, 2), log, {});
    QCOMPARE(ended.state, RunState::Failed);
    QVERIFY2(ended.reason.starts_with("The run cannot be resumed: its images are not those it was trained on ("), ended.reason.c_str());
    QVERIFY(log.epochs.empty());
    const RunRecord onDisk = *m_store->load(run.id);
    QCOMPARE(onDisk.dataFingerprint, data()->fingerprint); // not overwritten
    QCOMPARE(onDisk.epochs.size(), std::size_t(1));
    QCOMPARE(goOn(run).state, RunState::Finished); // with the right ones it still can
}

void TestResume::whatCannotBeResumed_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<QString>("why");
    QTest::newRow("finished") << int(RunState::Finished) << QStringLiteral("It has all its 3 epochs.");
    QTest::newRow("diverged") << int(RunState::Diverged)
                              << QStringLiteral("It would diverge again, bit for bit. Start a new run with a smaller learning rate.");
}

void TestResume::whatCannotBeResumed()
{
    QFETCH(int, state);
    QFETCH(QString, why);
    RunSpec spec = tinySpec();
    if (static_cast<RunState>(state) == RunState::Diverged)
        spec.learningRate = 100, spec.normalization = Normalization::None;
    const RunRecord run = whole(spec);
    QCOMPARE(run.state, static_cast<RunState>(state));
    const auto refused = requeueRun(*m_store, run.id);
    QVERIFY(!refused && refused.error().code == ErrorCode::BadUsage);
    QCOMPARE(QString::fromStdString(refused.error().message), QStringLiteral("The run \"%1\" cannot be resumed. ").arg(QString::fromStdString(run.name)) + why);
}

void TestResume::whateverIsThrownFailsTheRunAlone_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("reason");
    QTest::newRow("memory") << 0 << QStringLiteral("Memory is used up. Try a batch smaller than 17.");
    QTest::newRow("CUDA's memory") << 1 << QStringLiteral("Memory is used up. Try a batch smaller than 17.");
    QTest::newRow("a lost device") << 2 << QStringLiteral("The CUDA device failed: CUDA error: device-side assert triggered Try again on the CPU.");
    QTest::newRow("anything else") << 3 << QStringLiteral("Training failed by an unknown error of Normscope itself. What was saved can be resumed.");
}

void TestResume::whateverIsThrownFailsTheRunAlone()
{
    QFETCH(int, kind);
    QFETCH(QString, reason);
    const RunRecord expected = whole(tinySpec());
    m_log = {};
    m_log.onBatch = [&](const BatchProgress& p) { // called from within the step's loop
        if (p.epoch != 2 || p.batch != 4)
            return;
        switch (kind) {
        case 0: throw std::bad_alloc();
        case 1: throw std::runtime_error("CUDA out of memory. Tried to allocate 2.00 GiB");
        case 2: throw std::runtime_error("CUDA error: device-side assert triggered\nmore lines");
        default: throw 42;
        }
    };
    const RunRecord run = executeRun(*m_store, *m_store->create(tinySpec()), data(), m_log, {});
    QCOMPARE(run.state, RunState::Failed);
    QCOMPARE(QString::fromStdString(run.reason), reason);
    QCOMPARE(m_store->load(run.id)->epochs.size(), std::size_t(1));
    compare(goOn(run), expected); // from the end of epoch 1
}

void TestResume::damagedRunsAreRepaired_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("contents");
    QTest::newRow("half a run.json") << QStringLiteral("run.json") << QByteArray("{\"schema\": 1, \"name\": \"x");
    QTest::newRow("an empty run.json") << QStringLiteral("run.json") << QByteArray("");
    QTest::newRow("a run.json of wrong types") << QStringLiteral("run.json") << QByteArray("{\"schema\": 1, \"state\": 7}");
    QTest::newRow("metrics.csv is garbage") << QStringLiteral("metrics.csv") << QByteArray("\x7F" "ELF\n\n,,,\n");
    QTest::newRow("no metrics.csv") << QStringLiteral("metrics.csv") << QByteArray();
    QTest::newRow("no run.json") << QStringLiteral("run.json") << QByteArray();
}

void TestResume::damagedRunsAreRepaired()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, contents);
    const RunRecord run = whole(tinySpec());
    const QString path = QString::fromStdString(run.folder) + QLatin1Char('/') + file;
    QVERIFY(QFile::remove(path));
    if (!contents.isNull()) {
        QFile broken(path);
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write(contents) == contents.size());
    }
    QCOMPARE(m_store->load(run.id)->state, RunState::Damaged);
    const auto repaired = repairRun(*m_store, run.id);
    QVERIFY2(repaired, repaired ? "" : repaired.error().message.c_str());
    QCOMPARE(repaired->state, RunState::Finished);
    QCOMPARE(repaired->epochs, run.epochs);
    QVERIFY2(repaired->history.starts_with("Repaired from its checkpoint; it was damaged: "), repaired->history.c_str());
    QVERIFY(m_store->predictions(*repaired));
    QVERIFY(!repairRun(*m_store, run.id)); // once is enough
}

void TestResume::repairNeedsACheckpoint()
{
    const RunRecord run = whole(tinySpec());
    change(run.folder + "/run.json", "{", "");
    QVERIFY(QFile::remove(QString::fromStdString(run.folder + "/checkpoint")));
    QFile::remove(QString::fromStdString(run.folder + "/checkpoint.before"));
    const auto repaired = repairRun(*m_store, run.id);
    QVERIFY(!repaired && repaired.error().code == ErrorCode::NotFound);
    QVERIFY2(repaired.error().message.starts_with("The run in " + run.folder + " cannot be repaired: it has no checkpoint. It is damaged: "),
             repaired.error().message.c_str());
}

void TestResume::keptInAnotherStore()
{
    const RunRecord run = stopped(tinySpec(), 3, 1);
    QTemporaryDir elsewhere;
    const auto other = RunStore::open(elsewhere.path().toStdString());
    const auto kept = adoptRun(*other, findCheckpoint(run)->checkpoint, RunState::Stopped);
    QVERIFY(kept);
    QCOMPARE(kept->epochs, run.epochs);
    QCOMPARE(kept->state, RunState::Stopped);
    QVERIFY(other->predictions(*kept));
    const RunRecord expected = whole(tinySpec());
    Log log;
    const RunRecord ended = executeRun(*other, *requeueRun(*other, kept->id), data(), log, {});
    QCOMPARE(ended.state, RunState::Finished);
    QVERIFY(bytesOf(ended.folder + "/weights.pt") == bytesOf(expected.folder + "/weights.pt"));
}

void TestResume::aRunThatSomebodyHoldsIsLeft()
{
    const RunRecord run = stopped(tinySpec(), 2, 2);
    const auto owner = RunLock::acquire(run.folder);
    QVERIFY(owner);
    const auto refused = requeueRun(*m_store, run.id);
    QVERIFY(!refused && refused.error().code == ErrorCode::BadUsage);
    QVERIFY2(refused.error().message.find("is being trained already, by process ") != std::string::npos, refused.error().message.c_str());
}

void TestResume::epochsWithoutACheckpointAreNotTrainedOver()
{
    const RunRecord run = stopped(tinySpec(), 3, 2);
    for (const char* name : {"/checkpoint", "/checkpoint.before"})
        QFile::remove(QString::fromStdString(run.folder + name));
    const auto before = filesOf(run);
    const auto refused = requeueRun(*m_store, run.id);
    QVERIFY(!refused);
    QCOMPARE(refused.error().message, "The run \"Batch norm\" cannot be resumed: it has 2 epochs, but no checkpoint to go on from, "
                                      "and is left as it is. Start a new run with its settings.");
    QVERIFY(filesOf(run) == before);
    RunRecord queued = *m_store->load(run.id); // as an older version would have left it
    queued.state = RunState::Queued;
    QVERIFY(m_store->save(queued));
    Log log;
    QCOMPARE(executeRun(*m_store, queued, data(), log, {}).state, RunState::Failed);
    QCOMPARE(m_store->load(run.id)->epochs, run.epochs);
}

void TestResume::unreadableCheckpointsAreSaid()
{
    const RunRecord run = stopped(tinySpec(), 3, 2);
    for (const char* name : {"/checkpoint", "/checkpoint.before"})
        QVERIFY(QFile(QString::fromStdString(run.folder + name)).resize(50));
    RunRecord dead = *m_store->load(run.id);
    dead.state = RunState::Running;
    QVERIFY(m_store->save(dead));
    const RunRecord shown = *m_store->load(run.id);
    QCOMPARE(shown.state, RunState::Interrupted);
    QCOMPARE(shown.epochs, run.epochs);
    const std::string problem = "The checkpoint " + run.folder + "/checkpoint cannot be used: it is cut short.";
    QCOMPARE(shown.reason, "The program that trained this run ended after 2 of 3 epochs. It cannot be resumed, but what is here can be "
                           "looked at. " + problem);
    QCOMPARE(requeueRun(*m_store, run.id).error().message, problem);
}

void TestResume::aRefusalChangesNothing_data()
{
    QTest::addColumn<QString>("kind");
    QTest::newRow("no such device") << QStringLiteral("device");
    QTest::newRow("other images") << QStringLiteral("images");
}

void TestResume::aRefusalChangesNothing()
{
    QFETCH(QString, kind);
    const RunRecord run = stopped(tinySpec(), 2, 2);
    const auto before = filesOf(run);
    ResumeChoice choice;
    if (kind == QLatin1String("device")) {
        if (systemInfo().cuda)
            QSKIP("there is a CUDA device here");
        choice.device = DeviceChoice::Cuda;
    } else {
        choice.data = DataSpec{DataKind::Folder, "/elsewhere"};
        choice.dataFingerprint = testing::syntheticDataset(10, 12, 2)->fingerprint;
    }
    QVERIFY(!requeueRun(*m_store, run.id, choice));
    QVERIFY(filesOf(run) == before);
    QCOMPARE(goOn(run).state, RunState::Finished);
}

void TestResume::aNewerRunIsNotTouched_data()
{
    QTest::addColumn<QByteArray>("state");
    QTest::newRow("running, its owner gone") << QByteArray("running");
    QTest::newRow("queued") << QByteArray("queued");
    QTest::newRow("stopped") << QByteArray("stopped");
}

void TestResume::aNewerRunIsNotTouched()
{
    QFETCH(QByteArray, state);
    const RunRecord run = stopped(tinySpec(), 2, 2);
    change(run.folder + "/run.json", "\"schema\": 1", "\"schema\": 99");
    if (state != "stopped")
        change(run.folder + "/run.json", "\"state\": \"stopped\"", "\"state\": \"" + state + "\"");
    const auto before = filesOf(run);
    const RunRecord shown = *m_store->load(run.id);
    QVERIFY(shown.readOnly);
    QVERIFY2(shown.reason.find("schema 99") != std::string::npos, shown.reason.c_str());
    QVERIFY(!requeueRun(*m_store, run.id));
    Log log;
    const RunRecord ended = executeRun(*m_store, shown, data(), log, {});
    QVERIFY(log.epochs.empty() && ended.state != RunState::Finished);
    QVERIFY(!m_store->edit(run.id, [](RunRecord& record) { record.name = "other"; }));
    QVERIFY(filesOf(run) == before);
}

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
