// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/runspec.h"
#include "model/training/schedule.h"

#include <QString>
#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace normscope;

class TestRunSpec : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusesWithTheRange_data();
    void refusesWithTheRange();
    void warns_data();
    void warns();
    void namesReadBack();
    void schedule();
    void presetsAreTheSeeds();
    void usedImagesAndIndices();
};

void TestRunSpec::refusesWithTheRange_data()
{
    QTest::addColumn<RunSpec>("spec");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, auto change, const char* field, const char* message) {
        RunSpec spec;
        change(spec);
        QTest::newRow(name) << spec << QString::fromLatin1(field) << QString::fromLatin1(message);
    };
    row("epochs 0", [](RunSpec& s) { s.epochs = 0; }, "epochs", "Epochs must be from 1 to 1000, not 0.");
    row("epochs huge", [](RunSpec& s) { s.epochs = 1'000'000; }, "epochs", "Epochs must be from 1 to 1000, not 1000000.");
    row("batch 0", [](RunSpec& s) { s.batchSize = 0; }, "batch-size", "Batch size must be from 1 to 8192, not 0.");
    row("batch larger than the data", [](RunSpec& s) { s.batchSize = 600; }, "batch-size",
        "Batch size 600 is larger than the 500 training images; choose at most 500.");
    row("lr negative", [](RunSpec& s) { s.learningRate = -0.1; }, "lr", "Learning rate must be a number from 0 to 100, for example 0.01, not -0.1.");
    row("lr infinite", [](RunSpec& s) { s.learningRate = std::numeric_limits<double>::infinity(); }, "lr",
        "Learning rate must be a number from 0 to 100, for example 0.01, not inf.");
    row("lr NaN", [](RunSpec& s) { s.learningRate = std::nan(""); }, "lr", "Learning rate must be a number from 0 to 100, for example 0.01, not nan.");
    row("momentum 1", [](RunSpec& s) { s.momentum = 1; }, "momentum", "Momentum must be at least 0 and below 1, for example 0.9, not 1.");
    row("step 0", [](RunSpec& s) { s.stepSize = 0; }, "step-size", "StepLR step must be from 1 to 1000 epochs, not 0.");
    row("gamma 0", [](RunSpec& s) { s.gamma = 0; }, "gamma", "StepLR factor must be above 0 and at most 1, for example 0.1, not 0.");
    row("dropout 1", [](RunSpec& s) { s.dropout = 1; }, "dropout", "Dropout must be at least 0 and below 1, for example 0.02, not 1.");
    row("augment 1.5", [](RunSpec& s) { s.augment = 1.5; }, "augment", "Augmentation probability must be from 0 to 1, for example 0.25, not 1.5.");
    row("threads -1", [](RunSpec& s) { s.threads = -1; }, "threads", "Threads must be from 0 (as many as cores) to 1024, not -1.");
    row("groups 3", [](RunSpec& s) { s.normalization = Normalization::Group; s.groups = 3; }, "groups",
        "Groups must divide the network's channel counts, 16 and 32: choose one of 1, 2, 4, 8, 16, not 3.");
    row("groups 32", [](RunSpec& s) { s.normalization = Normalization::Group; s.groups = 32; }, "groups",
        "Groups must divide the network's channel counts, 16 and 32: choose one of 1, 2, 4, 8, 16, not 32.");
    row("limit above the data", [](RunSpec& s) { s.limitTrain = 501; }, "limit-train",
        "The data set has only 500 training images; the limit asks for 501. Choose at most 500, or 0 for all.");
}

void TestRunSpec::refusesWithTheRange()
{
    QFETCH(RunSpec, spec);
    QFETCH(QString, field);
    QFETCH(QString, message);
    const auto issues = validate(spec, 500);
    QCOMPARE(issues.size(), std::size_t(1));
    QCOMPARE(QString::fromStdString(issues[0].field), field);
    QCOMPARE(QString::fromStdString(issues[0].message), message);
    QVERIFY(issues[0].isError);
    const Status status = checkSpec(spec, 500);
    QVERIFY(!status);
    QCOMPARE(QString::fromStdString(status.error().message), message);
}

void TestRunSpec::warns_data()
{
    QTest::addColumn<RunSpec>("spec");
    QTest::addColumn<QString>("part");
    RunSpec one;
    one.batchSize = 1;
    QTest::newRow("batch 1 with batch norm") << one << QStringLiteral("batch of 1");
    RunSpec tail;
    tail.batchSize = 499;
    QTest::newRow("tail of 1 with batch norm") << tail << QStringLiteral("last batch of every epoch has a single image");
    RunSpec still;
    still.learningRate = 0;
    QTest::newRow("learning rate 0") << still << QStringLiteral("weights never change");
}

void TestRunSpec::warns()
{
    QFETCH(RunSpec, spec);
    QFETCH(QString, part);
    const auto issues = validate(spec, 500);
    QCOMPARE(issues.size(), std::size_t(1));
    QVERIFY(!issues[0].isError);
    QVERIFY2(QString::fromStdString(issues[0].message).contains(part), issues[0].message.c_str());
    QVERIFY(checkSpec(spec, 500));
    spec.normalization = Normalization::Layer;
    QCOMPARE(validate(spec, 500).size(), std::size_t(spec.learningRate == 0 ? 1 : 0));
}

void TestRunSpec::namesReadBack()
{
    for (const auto value : {Engine::Auto, Engine::LibTorch, Engine::Fast})
        QVERIFY(parseEngine(toString(value)).value() == value);
    for (const auto value : {Precision::Float32, Precision::Tf32, Precision::BFloat16})
        QVERIFY(parsePrecision(toString(value)).value() == value);
    QCOMPARE(toString(Engine::LibTorch), std::string_view("libtorch"));
    QCOMPARE(toString(Precision::BFloat16), std::string_view("bf16"));
    QCOMPARE(parseEngine("Fast").error().message, std::string("Unknown engine \"Fast\": choose auto, libtorch or fast."));
    QCOMPARE(parsePrecision("").error().message, std::string("Unknown precision \"\": choose f32, tf32 or bf16."));
}

void TestRunSpec::schedule()
{
    RunSpec spec; // PyTorch's StepLR(step_size=8, gamma=0.1): epochs 1-8, 9-16, 17-20
    const double expected[] = {0.01, 0.01, 0.001, 0.001, 0.0001};
    const int epochs[] = {1, 8, 9, 16, 17};
    for (int i = 0; i < 5; ++i)
        QVERIFY(std::abs(stepLearningRate(spec, epochs[i]) - expected[i]) < 1e-12);
}

void TestRunSpec::presetsAreTheSeeds()
{
    const auto all = presets();
    QCOMPARE(all.size(), std::size_t(6));
    QCOMPARE(all[0].spec.dropout, 0.02);
    QCOMPARE(all[0].spec.stepSize, 8);
    for (const std::size_t i : {1, 2}) {
        QCOMPARE(all[i].spec.dropout, 0.0);
        QCOMPARE(all[i].spec.stepSize, 7);
        QCOMPARE(all[i].spec.epochs, 20);
    }
    QCOMPARE(all[1].spec.groups, 4);
    for (const std::size_t i : {3, 4, 5}) {
        QVERIFY(all[i].spec.quickLook);
        QCOMPARE(all[i].spec.epochs, 5);
        QCOMPARE(usedImages(50'000, all[i].spec.limitTrain, all[i].spec.quickLook), std::size_t(10'000));
    }
    for (const auto& preset : all)
        QVERIFY(validate(preset.spec, 50'000).empty());
}

void TestRunSpec::usedImagesAndIndices()
{
    QCOMPARE(usedImages(100, 0, false), std::size_t(100));
    QCOMPARE(usedImages(100, 7, false), std::size_t(7));
    QCOMPARE(usedImages(101, 0, true), std::size_t(21));
    const auto indices = usedIndices(1'000, 50, false, "train");
    QCOMPARE(indices, usedIndices(1'000, 50, false, "train"));
    QCOMPARE(std::set<std::uint32_t>(indices.begin(), indices.end()).size(), std::size_t(50));
    QVERIFY(std::is_sorted(indices.begin(), indices.end()));
    QVERIFY2(indices.back() > 500, "the choice is spread over the whole split");
}

QTEST_GUILESS_MAIN(TestRunSpec)
#include "tst_runspec.moc"
