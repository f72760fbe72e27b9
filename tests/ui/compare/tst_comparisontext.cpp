// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/comparisontext.h"

#include <QTest>

#include <functional>

using namespace normscope;

namespace {

Run finishedRun(const std::string& name, double testAccuracy, std::uint64_t seed = 1)
{
    Run run;
    run.record.id = name + std::to_string(seed);
    run.record.name = name;
    run.record.state = RunState::Finished;
    run.record.spec.seed = seed;
    run.record.spec.epochs = 2;
    run.record.dataFingerprint = std::string("abc");
    run.record.dataTitle = std::string("CIFAR-10");
    run.record.testImages = 10'000;
    run.record.parameters = 40'394;
    run.record.device = std::string("CPU, 2 threads");
    run.record.epochs = {{1, 50, 40, 2, 2.1, 0.01, 3}, {2, testAccuracy + 3, testAccuracy, 0.7, 0.9, 0.01, 4}};
    return run;
}

Run normalized(Run run, Normalization normalization)
{
    run.record.spec.normalization = normalization;
    return run;
}

} // namespace

using Change = std::function<void(RunRecord&)>;
Q_DECLARE_METATYPE(Change)

class TestComparisonText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void differencesSentence_data();
    void differencesSentence();
    void severalDifferencesAreNamedInOrder();
    void oneOrNoRun();
    void differentDataIsWarnedAbout();
    void differentTestSizesAreWarnedAbout();
    void reading();
    void readingOfRepeats();
    void readingOfLiveAndEmptyRuns();
    void targets();
    void namesWithPlaceMarkersStayWhole();
};

void TestComparisonText::differencesSentence_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const Change& change, const QString& text) { QTest::newRow(name) << change << text; };
    row("nothing", [](RunRecord&) {}, QStringLiteral("These runs have equal settings."));
    row("normalization", [](RunRecord& r) { r.spec.normalization = Normalization::Layer; },
        QStringLiteral("These runs differ only in: normalization (BN, LN)."));
    row("seed", [](RunRecord& r) { r.spec.seed = 7; }, QStringLiteral("These runs differ only in: seed (1, 7)."));
    row("epochs", [](RunRecord& r) { r.spec.epochs = 20; }, QStringLiteral("These runs differ only in: epochs (2, 20)."));
    row("batch", [](RunRecord& r) { r.spec.batchSize = 128; }, QStringLiteral("These runs differ only in: batch size (64, 128)."));
    row("rate", [](RunRecord& r) { r.spec.learningRate = 0.1; },
        QStringLiteral("These runs differ only in: learning rate (0.01, 0.1)."));
    row("momentum", [](RunRecord& r) { r.spec.momentum = 0; }, QStringLiteral("These runs differ only in: momentum (0.9, 0)."));
    row("step", [](RunRecord& r) { r.spec.stepSize = 7; }, QStringLiteral("These runs differ only in: StepLR step (8, 7)."));
    row("factor", [](RunRecord& r) { r.spec.gamma = 0.5; }, QStringLiteral("These runs differ only in: StepLR factor (0.1, 0.5)."));
    row("dropout", [](RunRecord& r) { r.spec.dropout = 0; }, QStringLiteral("These runs differ only in: dropout (0.02, 0)."));
    row("augment", [](RunRecord& r) { r.spec.augment = 0; }, QStringLiteral("These runs differ only in: augmentation (0.25, 0)."));
    row("quick", [](RunRecord& r) { r.spec.quickLook = true; },
        QStringLiteral("These runs differ only in: images used (all, a fifth)."));
    row("limit", [](RunRecord& r) { r.spec.limitTrain = 5000; },
        QStringLiteral("These runs differ only in: images used (all; 5,000 + all)."));
    row("device", [](RunRecord& r) { r.device = std::string("CUDA: NVIDIA H100"); },
        QStringLiteral("These runs differ only in: device (CPU, 2 threads; CUDA: NVIDIA H100)."));
    row("engine", [](RunRecord& r) { r.spec.engine = Engine::Fast; r.device = std::string("CPU, 2 threads, fast engine"); },
        QStringLiteral("These runs differ only in: device (CPU, 2 threads; CPU, 2 threads, fast engine)."));
    row("engine that auto means too", [](RunRecord& r) { r.spec.engine = Engine::LibTorch; },
        QStringLiteral("These runs have equal settings."));
    row("precision", [](RunRecord& r) { r.spec.precision = Precision::BFloat16; r.device = std::string("CPU, 2 threads, bf16"); },
        QStringLiteral("These runs differ only in: precision (f32, bf16)."));
    row("data", [](RunRecord& r) { r.dataFingerprint = std::string("def"); r.dataTitle = std::string("Fashion-MNIST"); },
        QStringLiteral("These runs differ only in: data set (CIFAR-10, Fashion-MNIST)."));
    row("same folder, other content", [](RunRecord& r) { r.dataFingerprint = std::string("def"); },
        QStringLiteral("These runs differ only in: data set."));
    // Settings that cannot matter: how many groups where there are none, a name, a note.
    row("groups of batch norm", [](RunRecord& r) { r.spec.groups = 8; }, QStringLiteral("These runs have equal settings."));
    row("name and note", [](RunRecord& r) { r.name = std::string("x"); r.note = std::string("y"); r.colour = 3; },
        QStringLiteral("These runs have equal settings."));
}

void TestComparisonText::differencesSentence()
{
    QFETCH(Change, change);
    QFETCH(QString, expected);
    const Run a = finishedRun("A", 70);
    Run b = finishedRun("B", 71);
    change(b.record);
    QCOMPARE(ComparisonText::differencesSentence({a, b}), expected);
}

void TestComparisonText::severalDifferencesAreNamedInOrder()
{
    const Run a = finishedRun("A", 70);
    Run b = normalized(finishedRun("B", 71), Normalization::Group);
    b.record.spec.stepSize = 7;
    b.record.spec.dropout = 0;
    QCOMPARE(ComparisonText::differencesSentence({a, b}),
             QStringLiteral("These runs differ in: normalization (BN, GN 4), StepLR step (8, 7) and dropout (0.02, 0)."));
}

void TestComparisonText::oneOrNoRun()
{
    QVERIFY(ComparisonText::differencesSentence({}).isEmpty());
    QVERIFY(ComparisonText::differencesSentence({finishedRun("A", 70)}).startsWith(QStringLiteral("One run")));
    QVERIFY(ComparisonText::reading({}).isEmpty());
    QCOMPARE(ComparisonText::reading({finishedRun("A", 70)}), QStringLiteral("A has a test accuracy of 70.00 % after 2 epoch(s)."));
}

void TestComparisonText::differentDataIsWarnedAbout()
{
    const Run a = finishedRun("A", 70);
    Run b = finishedRun("B", 80);
    QVERIFY(ComparisonText::dataWarning({a, b}).isEmpty());
    b.record.dataFingerprint = std::string("other");
    QVERIFY(ComparisonText::dataWarning({a, b}).contains(QStringLiteral("different data sets")));
    QVERIFY(!ComparisonText::reading({a, b}).contains(QStringLiteral("highest")));
    // A run that has not started has no fingerprint: then what was asked for decides.
    b.record.dataFingerprint.clear();
    QVERIFY(ComparisonText::dataWarning({a, b}).isEmpty());
    b.record.spec.data = *DataSpec::parse("folder:elsewhere");
    QVERIFY(!ComparisonText::dataWarning({a, b}).isEmpty());
}

void TestComparisonText::differentTestSizesAreWarnedAbout()
{
    const Run a = finishedRun("A", 70);
    Run b = finishedRun("B", 80);
    b.record.testImages = 2000;
    QVERIFY(ComparisonText::dataWarning({a, b}).contains(QStringLiteral("(10,000 and 2,000)")));
}

void TestComparisonText::reading()
{
    const std::vector<Run> runs = {normalized(finishedRun("Layer norm", 70.55), Normalization::Layer),
                                   finishedRun("Batch norm", 75.84),
                                   normalized(finishedRun("Group norm", 71.04), Normalization::Group)};
    QCOMPARE(ComparisonText::reading(runs),
             QStringLiteral("Batch norm has the highest test accuracy: 75.84 %, 4.80 points above Group norm (71.04 %) and 5.29 points "
                            "above Layer norm (70.55 %). One run each, so differences under about a point may be noise."));
}

void TestComparisonText::readingOfRepeats()
{
    const QString text = ComparisonText::reading({finishedRun("A", 75.84, 1), finishedRun("B", 75.20, 2)});
    QVERIFY2(text.contains(QStringLiteral("Runs that differ only in seed lie up to 0.64 points apart")), qPrintable(text));
    QVERIFY(!text.contains(QStringLiteral("One run each")));
}

void TestComparisonText::readingOfLiveAndEmptyRuns()
{
    Run empty = finishedRun("Empty", 0);
    empty.record.epochs.clear();
    empty.record.state = RunState::Queued;
    QVERIFY(ComparisonText::reading({empty}).contains(QStringLiteral("no figures")));
    QCOMPARE(ComparisonText::unfinishedSentence({empty}), QStringLiteral("Not complete: Empty (queued)."));
    Run live = finishedRun("Live", 60);
    live.record.state = RunState::Running;
    live.record.spec.epochs = 20;
    QCOMPARE(ComparisonText::unfinishedSentence({live, finishedRun("Done", 50)}),
             QStringLiteral("Not complete: Live (training, epoch 2 of 20)."));
    QVERIFY(ComparisonText::reading({live, finishedRun("Done", 50)}).startsWith(QStringLiteral("So far Live has the highest")));
}

void TestComparisonText::targets()
{
    const std::vector<Run> runs = {finishedRun("A", 75), finishedRun("B", 65)};
    const QStringList lines = ComparisonText::targetLines(runs);
    QCOMPARE(lines.size(), 3);
    QCOMPARE(lines[0], QStringLiteral("Test accuracy above 70 %: not met by B"));
    QCOMPARE(lines[1], QStringLiteral("Fewer than 50,000 parameters: met by all 2 runs"));
    QCOMPARE(lines[2], QStringLiteral("At most 20 epochs: met by all 2 runs"));
    const QString tip = ComparisonText::targetsToolTip(runs[1].record);
    QVERIFY(tip.startsWith(QStringLiteral("\u2717 test accuracy 65.00 %")));
    QCOMPARE(tip.count(QStringLiteral("\u2713")), 2);
}

void TestComparisonText::namesWithPlaceMarkersStayWhole()
{
    const QString text = ComparisonText::reading({finishedRun("lr %1 %2", 75), finishedRun("%3 <b>&", 70)});
    QVERIFY(text.startsWith(QStringLiteral("lr %1 %2 has the highest test accuracy: 75.00 %, 5.00 points above %3 <b>& (70.00 %)")));
}

QTEST_GUILESS_MAIN(TestComparisonText)
#include "tst_comparisontext.moc"
