// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/csv.h"
#include "model/store/runstore.h"

#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <clocale>
#include <limits>
#include <locale>

using namespace normscope;
using namespace normscope::storage;
using namespace normscope::testing;

class TestComparison : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tableHasTheSeedsColumns();
    void tableGivesTheLastEpoch();
    void namesAreQuotedAndNeutralized();
    void runsWithoutEpochsHaveEmptyCells();
    void jsonHasTheSameFacts();
    void confusionIsTrueDownPredictedAcross();
    void targets_data();
    void targets();
    void secondsAreSummed();
    void aCommaLocaleChangesNoFile();
};

namespace {

RunRecord exampleRun()
{
    RunRecord run;
    run.id = "20261122-181502-group-1";
    run.folder = "/runs/20261122-181502-group-1";
    run.name = "Group norm";
    run.spec.normalization = Normalization::Group;
    run.spec.groups = 8;
    run.spec.data = {DataKind::Cifar10, "/data/cifar"};
    run.spec.seed = 3;
    run.spec.precision = Precision::BFloat16;
    run.device = "CPU, 2 threads, fast engine, bf16";
    run.state = RunState::Stopped;
    run.parameters = 40'394;
    run.epochs = {{1, 50, 51, 2, 1.5, 0.01, 10.5}, {2, 70.5, 71.25, 1.25, 0.75, 0.01, 10}};
    return run;
}

std::vector<std::vector<std::string>> rowsOf(const std::string& text)
{
    std::vector<std::vector<std::string>> rows;
    CsvReader reader(text);
    while (reader.next())
        rows.emplace_back(reader.fields().begin(), reader.fields().end());
    return rows;
}

/// Makes the process write 0,5 for a half wherever it asks the locale: C's where such a locale is installed
/// or can be made from its source, C++'s always.
class CommaLocale {
public:
    CommaLocale() : m_before(std::locale::global(std::locale(std::locale::classic(), new Comma)))
    {
        for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "nl_NL.UTF-8", "de_DE"})
            if (std::setlocale(LC_ALL, name))
                return;
        const QString made = m_folder.filePath(QStringLiteral("de_DE.UTF-8"));
        QProcess localedef;
        localedef.start(QStringLiteral("localedef"), {QStringLiteral("-i"), QStringLiteral("de_DE"), QStringLiteral("-f"),
                                                      QStringLiteral("UTF-8"), made});
        localedef.waitForFinished();
        qputenv("LOCPATH", m_folder.path().toLocal8Bit());
        std::setlocale(LC_ALL, "de_DE.UTF-8");
    }
    ~CommaLocale()
    {
        std::locale::global(m_before);
        qunsetenv("LOCPATH");
        std::setlocale(LC_ALL, "C.UTF-8");
    }
    static bool isInC() { return std::string(std::localeconv()->decimal_point) == ","; }

private:
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    QTemporaryDir m_folder;
    std::locale m_before;
};

QMap<QString, QByteArray> filesOf(const std::string& folder)
{
    QMap<QString, QByteArray> files;
    const QDir dir(QString::fromStdString(folder));
    for (const QString& name : dir.entryList(QDir::Files)) {
        QFile file(dir.filePath(name));
        if (file.open(QIODevice::ReadOnly))
            files[name] = file.readAll();
    }
    return files;
}

} // namespace

void TestComparison::tableHasTheSeedsColumns()
{
    const std::string text = comparisonCsv({});
    QCOMPARE(text, std::string("Run,Train Acc,Test Acc,Train Loss,Test Loss,Parameters,Epochs,Seconds,Targets Met,Quick Look,"
                               "Normalization,Data,Seed,Precision,Device,State,Folder\n"));
    QVERIFY(text.find("Train Acc,Test Acc,Train Loss,Test Loss") != std::string::npos);
}

void TestComparison::tableGivesTheLastEpoch()
{
    RunRecord quick = exampleRun();
    quick.spec.quickLook = true;
    const auto rows = rowsOf(comparisonCsv({exampleRun(), quick}));
    QCOMPARE(rows.size(), std::size_t(3));
    QCOMPARE(rows[1], (std::vector<std::string>{"Group norm", "70.5", "71.25", "1.25", "0.75", "40394", "2", "20.5", "3 of 3",
                                                "no", normalizationTitle(Normalization::Group, 8), "cifar10:/data/cifar", "3",
                                                "bf16", "CPU, 2 threads, fast engine, bf16", "stopped", "/runs/20261122-181502-group-1"}));
    QCOMPARE(rows[2][9], std::string("yes"));
}

void TestComparison::namesAreQuotedAndNeutralized()
{
    RunRecord run = exampleRun();
    run.name = "=cmd|'/C calc'!A0, \"x\"";
    run.folder = "/runs/a,b";
    const std::string text = comparisonCsv({run});
    QVERIFY2(text.find("\n\"'=cmd|'/C calc'!A0, \"\"x\"\"\",70.5,") != std::string::npos, text.c_str());
    const auto rows = rowsOf(text);
    QCOMPARE(rows[1].size(), rows[0].size());
    QCOMPARE(rows[1].back(), std::string("/runs/a,b"));
}

void TestComparison::runsWithoutEpochsHaveEmptyCells()
{
    RunRecord run = exampleRun();
    run.epochs.clear();
    run.parameters = 0;
    const auto rows = rowsOf(comparisonCsv({run}));
    QCOMPARE(rows[1].size(), rows[0].size());
    for (std::size_t column = 1; column <= 5; ++column)
        QCOMPARE(rows[1][column], std::string());
    QCOMPARE(rows[1][6], std::string("0"));
    QCOMPARE(rows[1][8], std::string("0 of 3"));
}

void TestComparison::jsonHasTheSameFacts()
{
    RunRecord diverged = exampleRun();
    diverged.epochs.back().trainLoss = std::numeric_limits<double>::quiet_NaN();
    diverged.name = "not UTF-8: \xFF";
    const auto text = QByteArray::fromStdString(comparisonJson({exampleRun(), diverged}));
    const auto runs = QJsonDocument::fromJson(text).array();
    QCOMPARE(runs.size(), 2);
    const QJsonObject run = runs[0].toObject();
    QCOMPARE(run[QStringLiteral("name")].toString(), QStringLiteral("Group norm"));
    QCOMPARE(run[QStringLiteral("state")].toString(), QStringLiteral("stopped"));
    QCOMPARE(run[QStringLiteral("seconds")].toDouble(), 20.5);
    QCOMPARE(run[QStringLiteral("targetsMet")].toInt(), 3);
    QCOMPARE(run[QStringLiteral("quickLook")].toBool(true), false);
    QCOMPARE(run[QStringLiteral("figures")].toObject()[QStringLiteral("Test Acc")].toDouble(), 71.25);
    const QJsonObject spec = run[QStringLiteral("spec")].toObject();
    QCOMPARE(spec[QStringLiteral("normalization")].toString(), QStringLiteral("group"));
    QCOMPARE(spec[QStringLiteral("groups")].toInt(), 8);
    QCOMPARE(runs[1].toObject()[QStringLiteral("figures")].toObject()[QStringLiteral("Train Loss")].toString(), QStringLiteral("nan"));
    QCOMPARE(QJsonDocument::fromJson(QByteArray::fromStdString(comparisonJson({}))).array().size(), 0);
}

void TestComparison::confusionIsTrueDownPredictedAcross()
{
    Evaluation evaluation;
    evaluation.classes = 3;
    evaluation.index = {0, 1, 2, 3};
    evaluation.label = {0, 0, 1, 2};
    evaluation.predicted = {0, 1, 1, 0};
    evaluation.probabilities.resize(12);
    QCOMPARE(confusionCsv(ConfusionMatrix(evaluation), {"cat", "big, dog"}), // the third has no name
             std::string("True \\ Predicted,cat,\"big, dog\",2\n"
                         "cat,1,1,0\n"
                         "\"big, dog\",0,1,0\n"
                         "2,1,0,0\n"));
}

void TestComparison::targets_data()
{
    QTest::addColumn<double>("accuracy");
    QTest::addColumn<qint64>("parameters");
    QTest::addColumn<int>("epochs");
    QTest::addColumn<int>("met");
    QTest::newRow("all") << 70.01 << qint64(49'999) << 20 << 3;
    QTest::newRow("70 is not above 70") << 70.0 << qint64(40'394) << 20 << 2;
    QTest::newRow("50,000 is not fewer") << 71.0 << qint64(50'000) << 20 << 2;
    QTest::newRow("21 epochs") << 71.0 << qint64(40'394) << 21 << 2;
    QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN() << qint64(40'394) << 1 << 2;
    QTest::newRow("nothing known") << 0.0 << qint64(0) << 0 << 0;
}

void TestComparison::targets()
{
    QFETCH(double, accuracy);
    QFETCH(qint64, parameters);
    QFETCH(int, epochs);
    QFETCH(int, met);
    RunRecord run;
    run.parameters = parameters;
    for (int epoch = 1; epoch <= epochs; ++epoch)
        run.epochs.push_back({epoch, 99, epoch == epochs ? accuracy : 99.0, 1, 1, 0.01, 1});
    QCOMPARE(targetsMet(run).count(), met);
}

void TestComparison::secondsAreSummed()
{
    RunRecord run;
    QCOMPARE(trainingSeconds(run), 0.0);
    for (const double seconds : {1.5, 2.25, std::numeric_limits<double>::quiet_NaN()})
        run.epochs.push_back({int(run.epochs.size()) + 1, 0, 0, 0, 0, 0, seconds});
    QCOMPARE(trainingSeconds(run), 3.75);
}

void TestComparison::aCommaLocaleChangesNoFile()
{
    const QTemporaryDir folder;
    const auto store = *RunStore::open(folder.path().toStdString());
    const auto dataset = syntheticDataset(3, 40);
    RunSpec spec;
    spec.batchSize = 1'234;
    const auto plain = writeFinishedRun(store, *dataset, spec, 0.7);
    const auto plainFiles = filesOf(plain.folder);
    const std::string plainTable = comparisonCsv({plain});
    const std::string plainJson = comparisonJson({plain});

    const CommaLocale comma;
    if (!CommaLocale::isInC())
        qInfo("no comma locale is installed: only the C++ library's was changed");
    const auto run = writeFinishedRun(store, *dataset, spec, 0.7);
    auto files = filesOf(run.folder);
    files[QStringLiteral("run.json")].replace(QByteArray::fromStdString(run.created), QByteArray::fromStdString(plain.created));
    QCOMPARE(files, plainFiles);
    QCOMPARE(comparisonCsv({plain}), plainTable);
    QCOMPARE(comparisonJson({plain}), plainJson);

    const auto back = *store.load(plain.id);
    QCOMPARE(back.state, RunState::Finished);
    QCOMPARE(back.spec, spec);
    QCOMPARE(back.epochs, plain.epochs);
    QCOMPARE(store.predictions(back)->probabilities, store.predictions(run)->probabilities);
    QCOMPARE(store.batchLosses(back), store.batchLosses(run));
}

QTEST_GUILESS_MAIN(TestComparison)
#include "tst_comparison.moc"
