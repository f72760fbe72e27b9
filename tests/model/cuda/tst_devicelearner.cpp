// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cuda/batchfeed.h"
#include "model/cuda/devicelearner.h"
#include "model/cuda/devicesplit.h"
#include "model/nn/dropout.h"
#include "model/training/device.h"
#include "model/training/learner.h"
#include "model/training/trainer.h"
#include "tests/fixtures/testsupport.h"

#include <QTest>

#include <ATen/ATen.h>

#include <numeric>

using namespace normscope;

namespace {

/// Ten classes; 120 training and 60 test images.
std::shared_ptr<const Dataset> data()
{
    static const auto dataset = testing::syntheticDataset(10, 12);
    return dataset;
}

std::vector<std::uint32_t> allOf(const Split& split)
{
    std::vector<std::uint32_t> indices(split.size());
    std::iota(indices.begin(), indices.end(), 0U);
    return indices;
}

BatchSource sourceOf(const Split& split, int batchSize)
{
    return {data()->inputScale(), split, allOf(split), batchSize, at::MemoryFormat::Contiguous};
}

RunSpec specOf(Normalization normalization)
{
    RunSpec spec = seedRecipe(normalization);
    spec.dropout = 0;
    spec.threads = 1;
    spec.engine = Engine::LibTorch;
    spec.device = DeviceChoice::Cpu;
    return spec;
}

/// A network on the device and what trains it there.
struct OnDevice {
    OnDevice(const RunSpec& spec, at::Device device)
        : network(moved(spec, device)), learner(std::make_unique<DeviceLearner>(spec, network, device))
    {
    }
    static Network moved(const RunSpec& spec, at::Device device)
    {
        Network network(spec.normalization, spec.groups, 10, spec.dropout, spec.seed);
        network.to(device, at::MemoryFormat::Contiguous);
        return network;
    }
    std::vector<DeviceLearner::Result> epoch(BatchSource& source, int number, double rate)
    {
        source.beginEpoch(1, number, 0.5);
        learner->beginEpoch(source, static_cast<std::uint64_t>(number));
        std::vector<DeviceLearner::Result> all;
        for (int i = 0; i < source.batches(); ++i) {
            learner->enqueue(i, rate);
            for (const auto& result : learner->results(i + 1 == source.batches()))
                all.push_back(result);
        }
        learner->endEpoch();
        return all;
    }

    Network network;
    std::unique_ptr<DeviceLearner> learner;
};

/// Then the optimizer's kernel rounds in its own way.
#if __has_include(<ATen/ops/_fused_sgd.h>)
constexpr bool fusedUpdate = true;
#else
constexpr bool fusedUpdate = false;
#endif

double relativeDifference(const at::Tensor& a, const at::Tensor& b)
{
    const at::Tensor x = a.detach().cpu().to(at::kDouble), y = b.detach().cpu().to(at::kDouble);
    return ((x - y).norm() / y.norm().clamp_min(1e-3)).item<double>();
}

} // namespace

class TestDeviceLearner : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { prepareTrainingThread(specOf(Normalization::Batch)); }
    void batchesAreThoseOfTheCpu_data() { devices(); }
    void batchesAreThoseOfTheCpu();
    void trainsAsTheLearnerDoes_data();
    void trainsAsTheLearnerDoes();
    void answersAreTheLearners();
    void resultsComeLateButAll();
    void anEpochCanBeLeft();
    void anotherRateNeedsNoRecording();
    void dropoutFollowsItsKey();
    void bf16StaysNear();
    void trainerGoesThroughIt();

private:
    static void devices()
    {
        QTest::addColumn<bool>("cuda");
        QTest::newRow("CPU") << false;
        QTest::newRow("CUDA") << true;
    }
};

#define DEVICE_OR_SKIP(cuda) \
    if ((cuda) && !systemInfo().cuda) \
        QSKIP("no CUDA device here"); \
    const at::Device device((cuda) ? at::kCUDA : at::kCPU, (cuda) ? 0 : -1)

void TestDeviceLearner::batchesAreThoseOfTheCpu()
{
    QFETCH(bool, cuda);
    DEVICE_OR_SKIP(cuda);
    BatchSource source = sourceOf(data()->train, 16);
    source.beginEpoch(3, 2, 0.5);
    const DeviceStream stream(device);
    const DeviceStream::Scope scope(stream);
    const DeviceSplit split(data()->train, data()->inputScale(), device, 16);
    BatchFeed feed(source, split.firstStaged(), stream, 2);
    int changed = 0;
    for (int number = 0; number < source.batches(); ++number) {
        const Batch expected = source.batch(number);
        const auto& parcel = feed.take(number);
        changed += parcel.changed;
        split.staged(parcel.changed).copy_(parcel.pixels.narrow(0, 0, parcel.changed), true);
        const at::Tensor numbers = parcel.numbers.to(device).narrow(1, 0, source.batchImages(number));
        QVERIFY(at::equal(numbers[1].cpu(), expected.labels));
        QVERIFY(at::equal(split.batch(numbers[0]).cpu(), expected.images));
        feed.release(number, stream.mark());
    }
    QVERIFY(changed > 30 && changed < 90); // of 120, each with probability 0.5
}

void TestDeviceLearner::trainsAsTheLearnerDoes_data()
{
    QTest::addColumn<int>("normalization");
    QTest::addColumn<bool>("cuda");
    for (const auto n : {Normalization::Batch, Normalization::Layer, Normalization::Group, Normalization::Instance, Normalization::None})
        for (const bool cuda : {false, true})
            QTest::addRow("%s, %s", std::string(toString(n)).c_str(), cuda ? "CUDA" : "CPU") << int(n) << cuda;
}

void TestDeviceLearner::trainsAsTheLearnerDoes()
{
    QFETCH(int, normalization);
    QFETCH(bool, cuda);
    DEVICE_OR_SKIP(cuda);
    const RunSpec spec = specOf(static_cast<Normalization>(normalization));
    prepareTrainingThread(spec);
    BatchSource source = sourceOf(data()->train, 16), again = sourceOf(data()->train, 16); // 7 batches and one of 8
    Learner learner(spec, 10, at::kCPU);
    OnDevice other(spec, device);
    const bool exact = !cuda && !fusedUpdate;
    for (int epoch = 1; epoch <= 3; ++epoch) { // in the third everything is replayed
        const double rate = epoch == 3 ? 0x1p-10 : 0x1p-7; // products with them are exact, in one rounding or two
        const double bound = exact ? 0 : epoch == 1 ? 2e-3 : 0.1; // rounding grows where pixels tie, as they do here
        const auto results = other.epoch(again, epoch, rate);
        QCOMPARE(results.size(), std::size_t(source.batches()));
        source.beginEpoch(1, epoch, 0.5);
        for (int i = 0; i < source.batches(); ++i) {
            const auto expected = learner.step(source, i, rate, 0);
            const auto& found = results[static_cast<std::size_t>(i)];
            QVERIFY2(std::abs(found.loss - expected.loss) <= bound * expected.loss,
                     qPrintable(QStringLiteral("epoch %1, batch %2: %3 for %4").arg(epoch).arg(i).arg(found.loss).arg(expected.loss)));
            if (exact)
                QCOMPARE(found.correct, expected.correct);
        }
    }
    QCOMPARE(other.learner->recordings(), 2);
    const auto state = learner.network().stateDict(), found = other.network.stateDict();
    for (std::size_t i = 0; i < state.size(); ++i) {
        const double off = relativeDifference(found[i].second, state[i].second);
        QVERIFY2(exact ? off == 0 : off < 0.5, qPrintable(QStringLiteral("%1: %2").arg(QString::fromStdString(state[i].first)).arg(off)));
    }
}

void TestDeviceLearner::answersAreTheLearners()
{
    const RunSpec spec = specOf(Normalization::Batch);
    const Learner learner(spec, 10, at::kCPU);
    OnDevice other(spec, at::kCPU);
    const BatchSource source = sourceOf(data()->test, 16);
    const at::Tensor all = other.learner->logProbabilities(source);
    QCOMPARE(all.size(0), std::int64_t(60));
    for (int i = 0; i < source.batches(); ++i)
        QVERIFY(at::allclose(all.narrow(0, i * 16, source.batchImages(i)), learner.logProbabilities(source, i), 1e-5, 1e-6));
}

void TestDeviceLearner::resultsComeLateButAll()
{
    OnDevice other(specOf(Normalization::Group), at::kCPU);
    BatchSource source = sourceOf(data()->train, 2); // 60 batches
    source.beginEpoch(1, 1, 0);
    other.learner->beginEpoch(source, 1);
    std::size_t count = 0;
    for (int i = 0; i < source.batches(); ++i) {
        other.learner->enqueue(i, 0.01);
        count += other.learner->results(i + 1 == source.batches()).size();
        QCOMPARE(count, std::size_t(i + 1 < 50 ? 0 : i + 1 < 60 ? 50 : 60));
    }
    QVERIFY(other.learner->results(true).empty());
    // What is asked for in between comes at once.
    other.learner->beginEpoch(source, 1);
    other.learner->enqueue(0, 0.01);
    other.learner->enqueue(1, 0.01);
    QCOMPARE(other.learner->results(false).size(), std::size_t(0));
    QCOMPARE(other.learner->results(true).size(), std::size_t(2));
    other.learner->enqueue(2, 0.01);
    QCOMPARE(other.learner->results(true).size(), std::size_t(1));
    other.learner->endEpoch();
}

void TestDeviceLearner::anEpochCanBeLeft()
{
    OnDevice other(specOf(Normalization::Group), at::kCPU);
    BatchSource source = sourceOf(data()->train, 16);
    for (const int steps : {0, 1, 5}) {
        source.beginEpoch(1, 1, 0.5);
        other.learner->beginEpoch(source, 1);
        for (int i = 0; i < steps; ++i)
            other.learner->enqueue(i, 0.01);
        other.learner->endEpoch();
        QVERIFY(other.learner->results(true).empty());
        QCOMPARE(other.epoch(source, 2, 0.01).size(), std::size_t(source.batches()));
    }
    { // and be left with the learner
        OnDevice gone(specOf(Normalization::Group), at::kCPU);
        source.beginEpoch(1, 1, 0.5);
        gone.learner->beginEpoch(source, 1);
    }
}

void TestDeviceLearner::anotherRateNeedsNoRecording()
{
    OnDevice other(specOf(Normalization::None), at::kCPU);
    BatchSource source = sourceOf(data()->train, 16);
    other.epoch(source, 1, 0.01);
    const at::Tensor before = other.network.parameters()[0].second.detach().clone();
    other.epoch(source, 2, 0);
    QVERIFY(at::equal(before, other.network.parameters()[0].second));
    other.epoch(source, 3, 0.01);
    QVERIFY(!at::equal(before, other.network.parameters()[0].second));
}

void TestDeviceLearner::dropoutFollowsItsKey()
{
    at::Generator generator = DeviceStream(at::kCPU).makeGenerator();
    const at::Tensor ones = at::ones({64, 16, 32, 32}).requires_grad_(true);
    const auto masked = [&](std::uint64_t key) {
        generator.set_current_seed(key);
        return generatorDropout(ones, 0.1, generator);
    };
    const at::Tensor first = masked(5);
    QVERIFY(std::abs((first == 0).to(at::kDouble).mean().item<double>() - 0.1) < 5 * std::sqrt(0.09 / 1'048'576));
    QVERIFY(std::abs(first.max().item<double>() - 1 / 0.9) < 1e-6);
    QVERIFY(at::equal(first, masked(5)));
    QVERIFY(!at::equal(first, masked(6)));
    first.sum().backward();
    QVERIFY(at::equal(ones.grad(), first.detach()));

    RunSpec spec = specOf(Normalization::Batch);
    spec.dropout = 0.2;
    const auto lossOf = [&](std::uint64_t key) {
        OnDevice other(spec, at::kCPU);
        BatchSource source = sourceOf(data()->train, 16);
        source.beginEpoch(1, 1, 0);
        other.learner->beginEpoch(source, key);
        for (int i = 0; i < source.batches(); ++i)
            other.learner->enqueue(i, 0.01);
        return other.learner->results(true).back().loss;
    };
    QCOMPARE(lossOf(7), lossOf(7));
    QVERIFY(lossOf(7) != lossOf(8));
}

void TestDeviceLearner::bf16StaysNear()
{
    if (!systemInfo().cudaBf16)
        QSKIP("no CUDA device with bf16 here");
    RunSpec spec = specOf(Normalization::Batch), coarse = spec;
    coarse.precision = Precision::BFloat16;
    const at::Device device(at::kCUDA, 0);
    OnDevice fine(spec, device), other(coarse, device);
    BatchSource source = sourceOf(data()->train, 16);
    for (int epoch = 1; epoch <= 3; ++epoch) {
        const auto expected = fine.epoch(source, epoch, 0.01), found = other.epoch(source, epoch, 0.01);
        for (std::size_t i = 0; i < found.size(); ++i)
            QVERIFY(std::abs(found[i].loss - expected[i].loss) < 0.1 * expected[i].loss + 0.02);
    }
}

void TestDeviceLearner::trainerGoesThroughIt()
{
    if (!systemInfo().cuda)
        QSKIP("no CUDA device here");
    struct Log : TrainerObserver {
        void batchDone(const BatchProgress& progress) override { losses += progress.phase == BatchProgress::Phase::Training; }
        void epochDone(const EpochMetrics& metrics) override { last = metrics; }
        int losses = 0;
        EpochMetrics last;
    } log;
    RunSpec spec = seedRecipe(Normalization::Batch);
    spec.data = data()->spec;
    spec.device = DeviceChoice::Cuda;
    spec.epochs = 20;
    spec.batchSize = 16;
    const auto trainer = Trainer::create(spec, data());
    QVERIFY(trainer);
    const auto outcome = (*trainer)->run(log, {});
    QVERIFY(outcome && outcome->end == TrainingEnd::Finished);
    QCOMPARE(log.losses, 20 * 8);
    QVERIFY(log.last.testAccuracy > 50);
    QVERIFY((*trainer)->deviceText().starts_with("CUDA: "));
}

QTEST_GUILESS_MAIN(TestDeviceLearner)
#include "tst_devicelearner.moc"
