// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runtables.h"

#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <limits>

#include <sys/resource.h>

using namespace normscope;
using namespace normscope::storage;
using namespace normscope::testing;

Q_DECLARE_METATYPE(std::string)

/// The tables beside run.json: metrics.csv, batches.csv, predictions.csv.
class TestRunTables : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_folder.reset(); }
    void metricsHaveTheColumnsThatWerePromised();
    void metricsReadBack();
    void notFiniteLossesReadBack();
    void anUnfinishedRowIsTakenAwayBeforeTheNext();
    void batchLossesReadBack();
    void predictionsReadBack();
    void predictionsNameTheClasses();
    void lossAndCorrectAreWorkedOutAgain();
    void aProbabilityOfZeroKeepsTheLossFinite();
    void incompleteAnswersAreNotSaved();
    void badPredictionsSayWhere_data();
    void badPredictionsSayWhere();
    void aMissingTableIsNamed();
    void aFullDiskLosesNothing();
    void tenThousandPredictionsAreReadQuickly();

private:
    QByteArray contents(const char* name) const;
    void write(const char* name, const QByteArray& contents) const;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunStore> m_store;
    RunRecord m_run;
};

void TestRunTables::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    auto store = RunStore::open(m_folder->path().toStdString());
    QVERIFY(store.ok());
    m_store = std::make_unique<RunStore>(*store);
    auto run = m_store->create({});
    QVERIFY(run.ok());
    m_run = *run;
}

QByteArray TestRunTables::contents(const char* name) const
{
    QFile file(QString::fromStdString(m_run.folder) + QLatin1Char('/') + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(cannot be read)");
}

void TestRunTables::write(const char* name, const QByteArray& contents) const
{
    QFile file(QString::fromStdString(m_run.folder) + QLatin1Char('/') + QLatin1String(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(contents), contents.size());
}

void TestRunTables::metricsHaveTheColumnsThatWerePromised()
{
    QVERIFY(m_store->appendEpoch(m_run, {1, 45.5, 50.25, 1.5, 1.25, 0.01, 12.5}).ok());
    QVERIFY(m_store->appendEpoch(m_run, {2, 60, 61.125, 1, 0.875, 0.001, 12}).ok());
    QCOMPARE(contents("metrics.csv"), QByteArray("Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n"
                                                 "1,45.5,50.25,1.5,1.25,0.01,12.5\n"
                                                 "2,60,61.125,1,0.875,0.001,12\n"));
}

void TestRunTables::metricsReadBack()
{
    std::vector<EpochMetrics> epochs;
    for (int epoch = 1; epoch <= 20; ++epoch)
        epochs.push_back({epoch, 100.0 / 3 + epoch, 70.0 / epoch, 1.0 / epoch, std::sqrt(epoch), 0.01 * 0.1 / epoch, 0.1 * epoch});
    for (const auto& epoch : epochs)
        QVERIFY(m_store->appendEpoch(m_run, epoch).ok());
    const auto run = m_store->load(m_run.id);
    QVERIFY(run.ok());
    QCOMPARE(run->epochs, epochs);
}

void TestRunTables::notFiniteLossesReadBack()
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();
    QVERIFY(m_store->appendEpoch(m_run, {1, 10, 10, nan, inf, 0.01, 1}).ok());
    QVERIFY(contents("metrics.csv").endsWith("\n1,10,10,nan,inf,0.01,1\n"));
    const auto run = m_store->load(m_run.id);
    QVERIFY(run.ok());
    QCOMPARE(run->epochs.size(), std::size_t(1));
    QVERIFY(std::isnan(run->epochs[0].trainLoss));
    QCOMPARE(run->epochs[0].testLoss, inf);
}

void TestRunTables::anUnfinishedRowIsTakenAwayBeforeTheNext()
{
    QVERIFY(m_store->appendEpoch(m_run, {1, 1, 1, 1, 1, 1, 1}).ok());
    write("metrics.csv", contents("metrics.csv") + "2,1,1,1");
    QVERIFY(m_store->appendEpoch(m_run, {2, 5, 5, 5, 5, 5, 5}).ok());
    QVERIFY(contents("metrics.csv").endsWith("\n1,1,1,1,1,1,1\n2,5,5,5,5,5,5\n"));
    write("metrics.csv", "Epoch,Trai"); // a crash in the very first write
    QVERIFY(m_store->appendEpoch(m_run, {1, 5, 5, 5, 5, 5, 5}).ok());
    QCOMPARE(m_store->load(m_run.id)->epochs.size(), std::size_t(1));
}

void TestRunTables::batchLossesReadBack()
{
    QVERIFY(m_store->batchLosses(m_run).empty());
    QVERIFY(m_store->appendBatchLosses(m_run, 1, {2.5F, 0.1F}).ok());
    QVERIFY(m_store->appendBatchLosses(m_run, 3, {std::numeric_limits<float>::infinity(), 1.0F / 3}).ok());
    QVERIFY(contents("batches.csv").startsWith("Batch,Train Loss\n1,2.5\n2,0.1\n3,inf\n4,"));
    QCOMPARE(m_store->batchLosses(m_run),
             (std::vector<float>{2.5F, 0.1F, std::numeric_limits<float>::infinity(), 1.0F / 3}));
}

void TestRunTables::predictionsReadBack()
{
    const auto dataset = syntheticDataset();
    const Evaluation evaluation = syntheticEvaluation(*dataset, 0.7);
    QVERIFY(!m_store->hasPredictions(m_run));
    QVERIFY(m_store->savePredictions(m_run, evaluation).ok());
    QVERIFY(m_store->hasPredictions(m_run));
    const auto back = m_store->predictions(m_run);
    QVERIFY(back.ok());
    QCOMPARE(back->classes, evaluation.classes);
    QCOMPARE(back->index, evaluation.index);
    QCOMPARE(back->label, evaluation.label);
    QCOMPARE(back->predicted, evaluation.predicted);
    QCOMPARE(back->probabilities, evaluation.probabilities); // to the last bit
    QCOMPARE(back->correct, evaluation.correct);
    QVERIFY(std::abs(back->loss - evaluation.loss) < 1e-9);
}

void TestRunTables::predictionsNameTheClasses()
{
    Evaluation evaluation;
    evaluation.classes = 5;
    evaluation.index = {7};
    evaluation.label = {3};
    evaluation.predicted = {0};
    evaluation.probabilities = {0.5F, 0.25F, 0.125F, 0.125F, 0};
    m_run.classNames = {"cat, big", "=dog", "a \"b\"", "line\nend"}; // the fifth has none
    QVERIFY(m_store->savePredictions(m_run, evaluation).ok());
    QCOMPARE(contents("predictions.csv"),
             QByteArray("index,label,predicted,\"cat, big\",'=dog,\"a \"\"b\"\"\",\"line\nend\",4\n"
                        "7,3,0,0.5,0.25,0.125,0.125,0\n"));
    const auto back = m_store->predictions(m_run);
    QVERIFY(back.ok());
    QCOMPARE(back->probabilities, evaluation.probabilities);
}

void TestRunTables::lossAndCorrectAreWorkedOutAgain()
{
    write("predictions.csv", "index,label,predicted,a,b\n0,0,0,0.5,0.5\n1,1,0,0.75,0.25\n2,1,1,0,1\n");
    const auto back = m_store->predictions(m_run);
    QVERIFY(back.ok());
    QCOMPARE(back->correct, std::size_t(2));
    QCOMPARE(back->loss, (std::log(2.0) + std::log(4.0)) / 3);
}

void TestRunTables::aProbabilityOfZeroKeepsTheLossFinite()
{
    write("predictions.csv", "index,label,predicted,a,b\n0,1,0,1,0\n");
    const auto back = m_store->predictions(m_run);
    QVERIFY(back.ok());
    QVERIFY(std::isfinite(back->loss));
    QVERIFY(back->loss > 100);
}

void TestRunTables::incompleteAnswersAreNotSaved()
{
    Evaluation evaluation = syntheticEvaluation(*syntheticDataset(), 0.5);
    evaluation.probabilities.pop_back();
    const Status status = m_store->savePredictions(m_run, evaluation);
    QVERIFY(!status.ok());
    QVERIFY(!m_store->hasPredictions(m_run));
}

void TestRunTables::badPredictionsSayWhere_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("reason");
    const QByteArray header = "index,label,predicted,a,b\n";
    const QByteArray good = "0,0,0,0.5,0.5\n";
    QTest::newRow("empty") << QByteArray() << "line 1: expected the columns";
    QTest::newRow("other table") << QByteArray("Batch,Train Loss\n1,2\n") << "line 1: expected the columns";
    QTest::newRow("no classes") << QByteArray("index,label,predicted\n") << "line 1: expected the columns";
    QTest::newRow("short row") << header + good + "1,0,0,0.5\n" << "line 3: expected 5 values, but found 4";
    QTest::newRow("long row") << header + good + "1,0,0,0,5,0,5\n" << "line 3: expected 5 values, but found 7";
    QTest::newRow("word") << header + "1,0,0,0.5,lots\n" << "line 2: expected a number for a probability, but found \"lots\"";
    QTest::newRow("negative label") << header + "1,-1,0,0.5,0.5\n" << "line 2: expected a number for label, but found \"-1\"";
    QTest::newRow("label too large") << header + "1,2,0,0.5,0.5\n" << "line 2: label and predicted should be below the 2 classes";
    QTest::newRow("predicted too large") << header + "1,0,9,0.5,0.5\n" << "are 0 and 9";
}

void TestRunTables::badPredictionsSayWhere()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, reason);
    write("predictions.csv", text);
    const auto back = m_store->predictions(m_run);
    QVERIFY(!back.ok());
    const QString message = QString::fromStdString(back.error().message);
    QVERIFY2(message.contains(reason), qPrintable(message));
    QVERIFY2(message.startsWith(QString::fromStdString(m_run.folder)), qPrintable(message));
}

void TestRunTables::aMissingTableIsNamed()
{
    const auto back = m_store->predictions(m_run);
    QVERIFY(!back.ok());
    QCOMPARE(back.error().code, ErrorCode::NotFound);
    QVERIFY(QString::fromStdString(back.error().message).contains(QStringLiteral("predictions.csv")));
}

void TestRunTables::aFullDiskLosesNothing()
{
    // No file may grow past 200 bytes: the system refuses in the middle of a write, as on a full disk.
    QVERIFY(m_store->appendEpoch(m_run, {1, 45.5, 50.25, 1.5, 1.25, 0.01, 12.5}).ok());
    m_run.note = std::string(5'000, 'x');
    const QByteArray metrics = contents("metrics.csv");
    const QByteArray json = contents("run.json");
    rlimit before = {};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small = {200, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    Status appended;
    for (int epoch = 2; epoch < 20 && appended.ok(); ++epoch)
        appended = m_store->appendEpoch(m_run, {epoch, 100.0 / 3, 100.0 / 7, 1.0 / 3, 1.0 / 7, 0.01, 12.5});
    const Status saved = m_store->save(m_run);
    const Status predicted = m_store->savePredictions(m_run, syntheticEvaluation(*syntheticDataset(), 0.5));
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);

    for (const Status& status : {appended, saved, predicted}) {
        QVERIFY(!status.ok());
        QVERIFY2(status.error().message.find(m_run.folder) != std::string::npos, status.error().message.c_str());
    }
    QCOMPARE(contents("run.json"), json);
    QVERIFY(contents("metrics.csv").startsWith(metrics));
    QVERIFY2(contents("metrics.csv").endsWith('\n'), "no half row is left");
    QVERIFY(!m_store->hasPredictions(m_run));
    QVERIFY(QDir(QString::fromStdString(m_run.folder)).entryList({QStringLiteral("*.new-*")}).isEmpty());
    QVERIFY2(m_store->save(m_run).ok(), "and with room again it works");
    QCOMPARE(m_store->load(m_run.id)->note, m_run.note);
}

void TestRunTables::tenThousandPredictionsAreReadQuickly()
{
    const auto dataset = syntheticDataset(10, 20);
    const Evaluation hundred = syntheticEvaluation(*dataset, 0.7);
    Evaluation evaluation;
    evaluation.classes = 10;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        const std::size_t row = i % hundred.size();
        evaluation.index.push_back(i);
        evaluation.label.push_back(hundred.label[row]);
        evaluation.predicted.push_back(hundred.predicted[row]);
        for (int klass = 0; klass < 10; ++klass)
            evaluation.probabilities.push_back(hundred.probability(row, klass));
    }
    QVERIFY(m_store->savePredictions(m_run, evaluation).ok());
    QElapsedTimer timer;
    timer.start();
    const auto back = m_store->predictions(m_run);
    const qint64 milliseconds = timer.elapsed();
    QVERIFY(back.ok());
    QCOMPARE(back->size(), std::size_t(10'000));
    qInfo("10,000 predictions read in %lld ms", milliseconds);
    QVERIFY(milliseconds < 1'000); // far above what is expected: the machine may be busy or sanitized
}

QTEST_GUILESS_MAIN(TestRunTables)
#include "tst_runtables.moc"
