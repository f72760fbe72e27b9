// SPDX-License-Identifier: GPL-3.0-or-later
// Drives the real normscope-cli with real files.
#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"

#include "model/training/trainer.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <set>

using namespace normscope;

namespace {

struct Answer {
    int code = -1;
    QString out;
    QString err;
    QString lastLine() const { return out.trimmed().section(QLatin1Char('\n'), -1); }
};

class Cli {
public:
    Cli() = default;
    explicit Cli(const QStringList& arguments) { start(arguments); }
    void start(const QStringList& arguments) { m_process.start(qEnvironmentVariable("NORMSCOPE_CLI"), arguments); }
    QProcess& process() { return m_process; }
    Answer finish()
    {
        if (!m_process.waitForFinished(180'000))
            m_process.kill();
        return {m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1,
                QString::fromUtf8(m_process.readAllStandardOutput()), QString::fromUtf8(m_process.readAllStandardError())};
    }

private:
    QProcess m_process;
};

Answer call(const QStringList& arguments)
{
    return Cli(arguments).finish();
}

QStringList lines(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts) : QStringList();
}

} // namespace

class TestCli : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void trainLeavesAWholeRun();
    void equalCallsGiveEqualRuns();
    void listsAndCompares();
    void exportsAndEvaluates();
    void inspectsData();
    void keepsDecodedImages();
    void infoIsJson();
    void moreThreadsThanCoresAreWarnedOf();
    void badUse_data();
    void badUse();
    void interruptSavesAndExits130();
    void divergedRunExits1();
    void severalNormsAreQueuedTogether_data();
    void severalNormsAreQueuedTogether();
    void interruptStopsAllOfSeveral();
    void failureOfOneLeavesTheOthers();

private:
    QStringList trainArguments(const QString& norm, const QStringList& more = {}) const;
    QString data() const { return QStringLiteral("folder:") + m_folder.filePath(QStringLiteral("images")); }
    QString store() const { return m_folder.filePath(QStringLiteral("store")); }

    QTemporaryDir m_folder;
    QString m_run; ///< folder of the run that trainLeavesAWholeRun() made
};

void TestCli::initTestCase()
{
    QVERIFY2(!qEnvironmentVariable("NORMSCOPE_CLI").isEmpty(), "run by ctest, which says where normscope-cli is");
    testing::writeImageFolder(m_folder.filePath(QStringLiteral("images")), *testing::syntheticDataset(3, 20));
}

QStringList TestCli::trainArguments(const QString& norm, const QStringList& more) const
{
    return QStringList{QStringLiteral("train"), QStringLiteral("--data"), data(), QStringLiteral("--norm"), norm, QStringLiteral("--epochs"),
                       QStringLiteral("2"), QStringLiteral("--batch-size"), QStringLiteral("16"), QStringLiteral("--threads"), QStringLiteral("1"),
                       QStringLiteral("--store"), store()} + more;
}

void TestCli::trainLeavesAWholeRun()
{
    const Answer answer = call(trainArguments(QStringLiteral("batch"), {QStringLiteral("--name"), QStringLiteral("first")}));
    QVERIFY2(answer.code == 0, qPrintable(answer.err));
    m_run = answer.lastLine();
    QVERIFY(QDir(m_run).exists());
    QCOMPARE(answer.err.count(QStringLiteral("Epoch ")), 2); // a line per epoch where stderr is no terminal
    const QStringList metrics = lines(m_run + QStringLiteral("/metrics.csv"));
    QCOMPARE(metrics.size(), 3);
    QCOMPARE(metrics[0].trimmed(), QStringLiteral("Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds"));
    const QStringList predictions = lines(m_run + QStringLiteral("/predictions.csv"));
    QCOMPARE(predictions.size(), 1 + 30);
    QVERIFY2(predictions[0].startsWith(QStringLiteral("index,label,predicted,")), qPrintable(predictions[0]));
    QFile json(m_run + QStringLiteral("/run.json"));
    QVERIFY(json.open(QIODevice::ReadOnly));
    QVERIFY(QJsonDocument::fromJson(json.readAll()).isObject());
    QVERIFY(QFile::exists(m_run + QStringLiteral("/weights.pt")));
}

void TestCli::equalCallsGiveEqualRuns()
{
    const Answer again = call(trainArguments(QStringLiteral("batch"), {QStringLiteral("--name"), QStringLiteral("again")}));
    QCOMPARE(again.code, 0);
    QCOMPARE(lines(again.lastLine() + QStringLiteral("/predictions.csv")), lines(m_run + QStringLiteral("/predictions.csv")));
}

void TestCli::listsAndCompares()
{
    QCOMPARE(call(trainArguments(QStringLiteral("group"), {QStringLiteral("--groups"), QStringLiteral("8")})).code, 0);
    const Answer runs = call({QStringLiteral("runs"), QStringLiteral("--json"), QStringLiteral("--store"), store()});
    QCOMPARE(runs.code, 0);
    const QJsonArray array = QJsonDocument::fromJson(runs.out.toUtf8()).array();
    QCOMPARE(array.size(), 3);
    QCOMPARE(array[0].toObject().value(QStringLiteral("name")).toString(), QStringLiteral("first"));
    const auto opened = RunStore::open(store().toStdString());
    std::set<int> colours;
    for (const RunRecord& run : opened->list())
        colours.insert(run.colour);
    QCOMPARE(colours.size(), std::size_t(3)); // each run can be told from the others
    const Answer text = call({QStringLiteral("compare"), QStringLiteral("first"), QStringLiteral("again"), QStringLiteral("--store"), store()});
    QCOMPARE(text.code, 0);
    QCOMPARE(text.out.trimmed().count(QLatin1Char('\n')), 2);
    const Answer csv = call({QStringLiteral("compare"), QStringLiteral("first"), QStringLiteral("--csv"), QStringLiteral("--store"), store()});
    QVERIFY2(csv.out.contains(QStringLiteral("Train Acc,Test Acc,Train Loss,Test Loss")), qPrintable(csv.out));
}

void TestCli::exportsAndEvaluates()
{
    const QString to = m_folder.filePath(QStringLiteral("export"));
    QCOMPARE(call({QStringLiteral("export"), m_run, QStringLiteral("--to"), to, QStringLiteral("--store"), store()}).code, 0);
    for (const char* file : {"metrics.csv", "weights.pt", "predictions.csv", "confusion.csv"})
        QVERIFY2(QFile::exists(to + QLatin1Char('/') + QString::fromLatin1(file)), file);
    QCOMPARE(lines(to + QStringLiteral("/confusion.csv")).size(), 4);

    const double testAccuracy = lines(to + QStringLiteral("/metrics.csv")).last().split(QLatin1Char(','))[2].toDouble();
    const QStringList fromRun{QStringLiteral("evaluate"), m_run, QStringLiteral("--data"), data(), QStringLiteral("--json"), QStringLiteral("--store"), store()};
    const QStringList fromFile{QStringLiteral("evaluate"), to + QStringLiteral("/weights.pt"), QStringLiteral("--norm"), QStringLiteral("batch"),
                               QStringLiteral("--data"), data(), QStringLiteral("--json")};
    for (const QStringList& arguments : {fromRun, fromFile}) {
        const Answer answer = call(arguments);
        QVERIFY2(answer.code == 0, qPrintable(answer.err));
        const QJsonObject json = QJsonDocument::fromJson(answer.out.toUtf8()).object();
        QCOMPARE(json.value(QStringLiteral("accuracy")).toDouble(), testAccuracy);
        QCOMPARE(json.value(QStringLiteral("images")).toInt(), 30);
    }
    const QString others = m_folder.filePath(QStringLiteral("others"));
    testing::writeImageFolder(others, *testing::syntheticDataset(4, 20, 2));
    const Answer mismatch = call({QStringLiteral("evaluate"), m_run, QStringLiteral("--data"), QStringLiteral("folder:") + others,
                                  QStringLiteral("--store"), store()});
    QCOMPARE(mismatch.code, 2);
    QVERIFY2(mismatch.err.contains(QStringLiteral("its answers would mean nothing there")), qPrintable(mismatch.err));
    const Answer wrong = call({QStringLiteral("evaluate"), to + QStringLiteral("/weights.pt"), QStringLiteral("--norm"), QStringLiteral("none"),
                               QStringLiteral("--data"), data()});
    QCOMPARE(wrong.code, 2);
    QVERIFY2(wrong.err.contains(QStringLiteral("does not fit this network")), qPrintable(wrong.err));
}

void TestCli::inspectsData()
{
    const Answer answer = call({QStringLiteral("data"), QStringLiteral("inspect"), data(), QStringLiteral("--json")});
    QVERIFY2(answer.code == 0, qPrintable(answer.err));
    const QJsonObject json = QJsonDocument::fromJson(answer.out.toUtf8()).object();
    QCOMPARE(json.value(QStringLiteral("trainImages")).toInt(), 60);
    QCOMPARE(json.value(QStringLiteral("testPerClass")).toArray(), (QJsonArray{10, 10, 10}));
}

void TestCli::keepsDecodedImages()
{
    const QString folder = m_folder.filePath(QStringLiteral("cache"));
    const auto answerWithCache = [&](const QStringList& arguments) {
        Cli cli;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove(QStringLiteral("NORMSCOPE_NO_CACHE"));
        environment.insert(QStringLiteral("XDG_CACHE_HOME"), folder);
        cli.process().setProcessEnvironment(environment);
        cli.start(arguments);
        return cli.finish();
    };
    const QStringList inspect{QStringLiteral("data"), QStringLiteral("inspect"), data(), QStringLiteral("--json")};
    const Answer without = answerWithCache(inspect + QStringList{QStringLiteral("--no-cache")});
    QCOMPARE(without.code, 0);
    QVERIFY(!QDir(folder).exists());
    QTest::qSleep(150); // images that were written a moment ago are not kept
    for (int i = 0; i < 2; ++i)
        QCOMPARE(answerWithCache(inspect).out, without.out);
    const QString info = answerWithCache({QStringLiteral("info"), QStringLiteral("--json")}).out;
    const QJsonObject json = QJsonDocument::fromJson(info.toUtf8()).object();
    QCOMPARE(json.value(QStringLiteral("cache")).toString(), folder + QStringLiteral("/normscope/images"));
    QVERIFY(json.value(QStringLiteral("cacheBytes")).toInt() > 90 * 3072);
    QVERIFY(answerWithCache({QStringLiteral("info")}).out.contains(QStringLiteral("Image cache: ") + folder));
    QVERIFY(call({QStringLiteral("info")}).out.contains(QStringLiteral("Image cache: off")));
}

void TestCli::infoIsJson()
{
    const Answer answer = call({QStringLiteral("info"), QStringLiteral("--json")});
    QCOMPARE(answer.code, 0);
    const QJsonObject json = QJsonDocument::fromJson(answer.out.toUtf8()).object();
    for (const char* key : {"version", "libtorch", "cuda", "threads", "store", "engines", "precisions", "cache", "cacheBytes"})
        QVERIFY2(json.contains(QString::fromLatin1(key)), key);
}

void TestCli::moreThreadsThanCoresAreWarnedOf()
{
    const int threads = systemInfo().cores + 1;
    const Answer answer = call(trainArguments(QStringLiteral("batch"), {QStringLiteral("--threads"), QString::number(threads), QStringLiteral("--device"),
                                                                        QStringLiteral("cpu"), QStringLiteral("--name"), QStringLiteral("crowd")}));
    QCOMPARE(answer.code, 0);
    QVERIFY2(answer.err.contains(QStringLiteral("Warning: %1 threads have to share %2 core").arg(threads).arg(threads - 1)), qPrintable(answer.err));
    const Answer runs = call({QStringLiteral("runs"), QStringLiteral("--store"), store()});
    QVERIFY2(runs.out.contains(QStringLiteral("CPU, %1 threads").arg(threads)), qPrintable(runs.out));
}

void TestCli::badUse_data()
{
    QTest::addColumn<QStringList>("more");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const QStringList& more, const char* part) { QTest::newRow(name) << more << QString::fromUtf8(part); };
    row("groups 3", {QStringLiteral("--norm"), QStringLiteral("group"), QStringLiteral("--groups"), QStringLiteral("3")}, "choose one of 1, 2, 4, 8, 16, not 3");
    row("unknown norm", {QStringLiteral("--norm"), QStringLiteral("weight")}, "choose batch, layer, group, instance or none");
    row("epochs 0", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--epochs"), QStringLiteral("0")}, "Epochs must be from 1 to 1000, not 0.");
    row("lr 1,5", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--lr"), QStringLiteral("1,5")}, "--lr");
    row("batch larger than data", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--batch-size"), QStringLiteral("61")}, "choose at most 60");
    row("seed negative", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--seed"), QStringLiteral("-1")}, "--seed");
    row("unknown engine", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--engine"), QStringLiteral("slow")}, "choose auto, libtorch or fast");
    row("unknown precision", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--precision"), QStringLiteral("f16")}, "choose f32, tf32 or bf16");
    row("tf32 on the CPU", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--device"), QStringLiteral("cpu"), QStringLiteral("--precision"), QStringLiteral("tf32")}, "Precision tf32 is there on CUDA devices only");
    row("a norm twice", {QStringLiteral("--norm"), QStringLiteral("batch,layer"), QStringLiteral("--norm"), QStringLiteral("batch")}, "--norm batch is given twice");
    row("one of two norms unknown", {QStringLiteral("--norm"), QStringLiteral("batch,weight")}, "choose batch, layer, group, instance or none");
    row("at once negative", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--at-once"), QStringLiteral("-1")}, "--at-once");
    row("no norm", {}, "--norm is required");
    row("no such folder", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--data"), QStringLiteral("folder:/nowhere")}, "/nowhere");
    row("no such data", {QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--data"), QStringLiteral("mnist")}, "mnist");
}

void TestCli::badUse()
{
    QFETCH(QStringList, more);
    QFETCH(QString, part);
    QStringList arguments{QStringLiteral("train"), QStringLiteral("--store"), m_folder.filePath(QStringLiteral("unused"))};
    if (!more.contains(QStringLiteral("--data")))
        arguments << QStringLiteral("--data") << data();
    const Answer answer = call(arguments + more);
    QCOMPARE(answer.code, 2);
    QVERIFY2(answer.err.contains(part), qPrintable(answer.err));
    QVERIFY(answer.out.isEmpty());
}

void TestCli::interruptSavesAndExits130()
{
    for (const int signal : {SIGINT, SIGTERM}) {
        Cli cli(trainArguments(QStringLiteral("layer"), {QStringLiteral("--epochs"), QStringLiteral("900")}));
        QByteArray seen;
        QTRY_VERIFY_WITH_TIMEOUT((seen += cli.process().readAllStandardError()).contains("Epoch 2"), 60'000);
        ::kill(pid_t(cli.process().processId()), signal);
        const Answer answer = cli.finish();
        QCOMPARE(answer.code, 130);
        QVERIFY(lines(answer.lastLine() + QStringLiteral("/metrics.csv")).size() >= 3);
        QFile json(answer.lastLine() + QStringLiteral("/run.json"));
        QVERIFY(json.open(QIODevice::ReadOnly));
        QVERIFY(json.readAll().contains("\"stopped\""));
    }
}

void TestCli::divergedRunExits1()
{
    const Answer answer = call(trainArguments(QStringLiteral("none"), {QStringLiteral("--lr"), QStringLiteral("100")}));
    QCOMPARE(answer.code, 1);
    QVERIFY2(answer.err.contains(QStringLiteral("diverged at step ")), qPrintable(answer.err));
    QVERIFY(QDir(answer.lastLine()).exists());
}

void TestCli::severalNormsAreQueuedTogether_data()
{
    QTest::addColumn<QStringList>("more");
    QTest::newRow("with commas, as many as pays") << QStringList{QStringLiteral("--norm"), QStringLiteral("batch,group,layer")};
    QTest::newRow("given again, one after another")
        << QStringList{QStringLiteral("--norm"), QStringLiteral("batch"), QStringLiteral("--norm"), QStringLiteral("group"), QStringLiteral("--norm"),
                       QStringLiteral("layer"), QStringLiteral("--at-once"), QStringLiteral("1")};
    QTest::newRow("three at once") << QStringList{QStringLiteral("--norm"), QStringLiteral("batch,group,layer"), QStringLiteral("--at-once"),
                                                  QStringLiteral("3")};
}

void TestCli::severalNormsAreQueuedTogether()
{
    QFETCH(QStringList, more);
    const QString folder = m_folder.filePath(QStringLiteral("several"));
    QDir(folder).removeRecursively();
    const Answer answer = call(QStringList{QStringLiteral("train"), QStringLiteral("--data"), data(), QStringLiteral("--epochs"), QStringLiteral("2"),
                                           QStringLiteral("--batch-size"), QStringLiteral("16"), QStringLiteral("--threads"), QStringLiteral("1"),
                                           QStringLiteral("--store"), folder} + more);
    QVERIFY2(answer.code == 0, qPrintable(answer.err));
    const QStringList folders = answer.out.trimmed().split(QLatin1Char('\n'));
    QCOMPARE(folders.size(), 3);
    const auto opened = RunStore::open(folder.toStdString());
    const char* const norms[] = {"Batch norm", "Group norm (4 groups)", "Layer norm"}; // in the order of the call
    std::set<int> colours;
    for (int i = 0; i < 3; ++i) {
        const auto run = opened->load(QFileInfo(folders[i]).fileName().toStdString());
        QVERIFY(run);
        QCOMPARE(run->name, std::string(norms[i]));
        QCOMPARE(run->state, RunState::Finished);
        QCOMPARE(run->epochs.size(), std::size_t(2));
        colours.insert(run->colour);
        QCOMPARE(answer.err.count(QString::fromLatin1(norms[i]) + QStringLiteral(": Epoch ")), 2); // each line says whose it is
    }
    QCOMPARE(colours.size(), std::size_t(3));
    QCOMPARE(lines(folders[0] + QStringLiteral("/predictions.csv")), lines(m_run + QStringLiteral("/predictions.csv"))); // as alone
}

void TestCli::interruptStopsAllOfSeveral()
{
    for (const QString& atOnce : {QStringLiteral("2"), QStringLiteral("1")}) {
        Cli cli(trainArguments(QStringLiteral("layer,batch,group"), {QStringLiteral("--epochs"), QStringLiteral("900"), QStringLiteral("--at-once"), atOnce,
                                                                     QStringLiteral("--name"), QStringLiteral("stopped ") + atOnce}));
        QByteArray seen;
        QTRY_VERIFY_WITH_TIMEOUT((seen += cli.process().readAllStandardError()).contains("LN: Epoch 2"), 60'000);
        ::kill(pid_t(cli.process().processId()), SIGINT);
        const Answer answer = cli.finish();
        QCOMPARE(answer.code, 130);
        const QStringList folders = answer.out.trimmed().split(QLatin1Char('\n'));
        QCOMPARE(folders.size(), 3);
        const auto opened = RunStore::open(store().toStdString());
        for (const QString& folder : folders) {
            const auto run = opened->load(QFileInfo(folder).fileName().toStdString());
            QVERIFY(run);
            QCOMPARE(run->state, RunState::Stopped);
        }
        QVERIFY(lines(folders[0] + QStringLiteral("/metrics.csv")).size() >= 3);
        QVERIFY(!QFile::exists(folders[2] + QStringLiteral("/weights.pt"))); // its turn had not come
    }
}

void TestCli::failureOfOneLeavesTheOthers()
{
    const Answer answer = call(trainArguments(QStringLiteral("none,batch"), {QStringLiteral("--lr"), QStringLiteral("100"), QStringLiteral("--name"),
                                                                             QStringLiteral("steep")}));
    QCOMPARE(answer.code, 1);
    QVERIFY2(answer.err.contains(QStringLiteral("normscope-cli: steep, None: diverged: ")), qPrintable(answer.err));
    const QStringList folders = answer.out.trimmed().split(QLatin1Char('\n'));
    QCOMPARE(folders.size(), 2);
    QCOMPARE(lines(folders[1] + QStringLiteral("/metrics.csv")).size(), 3);
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
