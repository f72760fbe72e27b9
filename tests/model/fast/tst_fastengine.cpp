// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "model/fast/fastnetwork.h"
#include "model/training/device.h"
#include "model/training/learner.h"

#include <QTest>

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

using namespace normscope;

namespace {

RunSpec specOf(Normalization normalization, Engine engine, int threads = 2)
{
    RunSpec spec;
    spec.normalization = normalization;
    spec.engine = engine;
    spec.threads = threads;
    spec.dropout = 0.1;
    spec.seed = 11;
    return spec;
}

/// Smooth pictures, one kind for each class, with noise.
Batch batchOf(int images, std::uint64_t seed)
{
    RandomStream random(seed);
    Batch batch{at::empty({images, 3, 32, 32}), at::empty({images}, at::kLong)};
    auto pixels = batch.images.accessor<float, 4>();
    for (int n = 0; n < images; ++n) {
        const int label = static_cast<int>(random.below(10));
        batch.labels[n] = label;
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x)
                    pixels[n][c][y][x] = static_cast<float>(std::sin(0.3 * x * (label + 1)) + std::cos(0.2 * y * c + label) + random.uniform() - 0.5);
    }
    return batch;
}

/// |a - b| / |b|, all tensors together.
double distance(const std::vector<std::pair<std::string, at::Tensor>>& a, const std::vector<std::pair<std::string, at::Tensor>>& b)
{
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const at::Tensor left = a[i].second.detach().to(at::kDouble), right = b[i].second.detach().to(at::kDouble);
        difference += (left - right).square().sum().item<double>();
        size += right.square().sum().item<double>();
    }
    return std::sqrt(difference / size);
}

/// The largest |a - b| / |b| of a single tensor. Where b is but rounding, against the largest tensor's size times `floor`.
double worst(const std::vector<std::pair<std::string, at::Tensor>>& a, const std::vector<std::pair<std::string, at::Tensor>>& b, double floor)
{
    double largest = 0, result = 0;
    for (const auto& [name, tensor] : b)
        largest = std::max(largest, tensor.norm().item<double>());
    for (std::size_t i = 0; i < a.size(); ++i)
        result = std::max(result, (a[i].second - b[i].second).norm().item<double>() / std::max(b[i].second.norm().item<double>(), floor * largest));
    return result;
}

bool equal(const Learner& a, const Learner& b)
{
    const auto left = a.network().stateDict(), right = b.network().stateDict();
    for (std::size_t i = 0; i < left.size(); ++i)
        if (!at::equal(left[i].second, right[i].second))
            return false;
    return true;
}

std::vector<NamedArray> arraysOf(const Network& network)
{
    std::vector<NamedArray> arrays;
    for (const auto& [name, tensor] : network.stateDict())
        arrays.push_back({name, tensor.scalar_type() == at::kLong ? nullptr : tensor.data_ptr<float>(),
                          tensor.scalar_type() == at::kLong ? tensor.data_ptr<std::int64_t>() : nullptr,
                          static_cast<std::size_t>(tensor.numel()), tensor.requires_grad()});
    return arrays;
}

} // namespace

class TestFastEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void agreesWithAutograd_data();
    void agreesWithAutograd();
    void threadsDoNotChangeResults_data();
    void threadsDoNotChangeResults();
    void bfloat16IsNear_data();
    void bfloat16IsNear();
    void narrowVectorsAgree_data();
    void narrowVectorsAgree();
    void aNaNIsSeen();
    void restartTakesOverWeights();
};

void TestFastEngine::initTestCase()
{
    if (!FastEngine::available())
        QSKIP("no AVX2 here, so no fast engine");
    prepareTrainingThread(2);
}

void TestFastEngine::agreesWithAutograd_data()
{
    QTest::addColumn<int>("normalization");
    QTest::addColumn<int>("images");
    QTest::addColumn<int>("classes");
    for (const auto n : {Normalization::Batch, Normalization::Group, Normalization::Layer, Normalization::Instance, Normalization::None}) {
        const auto row = [&](int images, int classes) {
            QTest::addRow("%s, %d images, %d classes", std::string(toString(n)).c_str(), images, classes) << int(n) << images << classes;
        };
        for (const int images : {64, 16, 13, 1})
            row(images, 10);
        row(77, 100);
        row(12, 2);
    }
}

/// One step with dropout: both engines drop the same values. In evaluation too, with the statistics that are left.
void TestFastEngine::agreesWithAutograd()
{
    QFETCH(int, normalization);
    QFETCH(int, images);
    QFETCH(int, classes);
    const auto kind = static_cast<Normalization>(normalization);
    Learner fast(specOf(kind, Engine::Fast), classes, at::kCPU);
    Learner torch(specOf(kind, Engine::LibTorch), classes, at::kCPU);
    Batch batch = batchOf(images, 3);
    batch.labels.remainder_(classes);
    const auto a = fast.step(batch, 0.01, 99), b = torch.step(batch, 0.01, 99);
    QVERIFY2(std::abs(a.loss - b.loss) < 1e-5, qPrintable(QStringLiteral("%1 %2").arg(a.loss).arg(b.loss)));
    QCOMPARE(a.correct, b.correct);
    // Mostly below 1e-5; more where a ReLU's or a max pool's inputs nearly tie and rounding sends a gradient another way.
    const double off = worst(fast.gradients(), torch.gradients(), 1e-2);
    QVERIFY2(off < 2e-2, qPrintable(QString::number(off)));
    const double state = distance(fast.network().stateDict(), torch.network().stateDict());
    QVERIFY2(state < 1e-5, qPrintable(QString::number(state)));
    Batch others = batchOf(21, 5);
    others.labels.remainder_(classes);
    const double output = (fast.logProbabilities(others.images) - torch.logProbabilities(others.images)).abs().max().item<double>();
    QVERIFY2(output < 1e-4, qPrintable(QString::number(output)));
    QVERIFY(std::abs(fast.step(others, 0.01, 5).loss - torch.step(others, 0.01, 5).loss) < 1e-3); // and a step after evaluation
}

void TestFastEngine::threadsDoNotChangeResults_data()
{
    QTest::addColumn<int>("normalization");
    QTest::addColumn<int>("precision");
    for (const auto n : {Normalization::Batch, Normalization::Group, Normalization::Layer})
        for (const auto p : {Precision::Float32, Precision::BFloat16})
            QTest::addRow("%s, %s", std::string(toString(n)).c_str(), std::string(toString(p)).c_str()) << int(n) << int(p);
}

/// Bit for bit, with a small last batch, and again in a second run.
void TestFastEngine::threadsDoNotChangeResults()
{
    QFETCH(int, normalization);
    QFETCH(int, precision);
    if (static_cast<Precision>(precision) == Precision::BFloat16 && !FastEngine::bfloat16Available())
        QSKIP("no AVX-512 BF16 here");
    const auto trained = [&](int threads) {
        RunSpec spec = specOf(static_cast<Normalization>(normalization), Engine::Fast, threads);
        spec.precision = static_cast<Precision>(precision);
        auto learner = std::make_unique<Learner>(spec, 10, at::kCPU);
        for (int step = 0; step < 4; ++step)
            learner->step(batchOf(step == 2 ? 19 : 64, std::uint64_t(step)), 0.05, std::uint64_t(step));
        return learner;
    };
    const auto one = trained(1);
    const Batch batch = batchOf(100, 77);
    for (const int threads : {1, 2, 3, 5}) {
        const auto other = trained(threads);
        QVERIFY2(equal(*one, *other), qPrintable(QString::number(threads)));
        QVERIFY(at::equal(one->logProbabilities(batch.images), other->logProbabilities(batch.images)));
    }
}

void TestFastEngine::bfloat16IsNear_data()
{
    QTest::addColumn<int>("normalization");
    for (const auto n : {Normalization::Batch, Normalization::Group, Normalization::Layer, Normalization::Instance})
        QTest::newRow(std::string(toString(n)).c_str()) << int(n);
}

/// Gradients in bfloat16 point roughly where those in float do: it has 8 bits, and more near ties fall another way.
void TestFastEngine::bfloat16IsNear()
{
    QFETCH(int, normalization);
    if (!FastEngine::bfloat16Available())
        QSKIP("no AVX-512 BF16 here");
    RunSpec spec = specOf(static_cast<Normalization>(normalization), Engine::Fast);
    Learner full(spec, 10, at::kCPU);
    spec.precision = Precision::BFloat16;
    Learner half(spec, 10, at::kCPU);
    const Batch batch = batchOf(64, 3);
    const auto a = half.step(batch, 0.01, 99), b = full.step(batch, 0.01, 99);
    QVERIFY2(std::abs(a.loss - b.loss) < 0.02, qPrintable(QStringLiteral("%1 %2").arg(a.loss).arg(b.loss)));
    const double off = worst(half.gradients(), full.gradients(), 0.1);
    QVERIFY2(off > 0 && off < 0.5, qPrintable(QString::number(off)));
}

void TestFastEngine::narrowVectorsAgree_data()
{
    QTest::addColumn<int>("normalization");
    for (const auto n : {Normalization::Batch, Normalization::Group, Normalization::Layer})
        QTest::newRow(std::string(toString(n)).c_str()) << int(n);
}

/// The kernels for processors with AVX2 alone, against autograd.
void TestFastEngine::narrowVectorsAgree()
{
    QFETCH(int, normalization);
    const RunSpec spec = specOf(static_cast<Normalization>(normalization), Engine::LibTorch);
    Learner torch(spec, 10, at::kCPU);
    Network network(spec.normalization, spec.groups, 10, spec.dropout, spec.seed);
    network.to(at::kCPU, at::MemoryFormat::Contiguous);
    FastEngine::Settings settings;
    settings.normalization = spec.normalization;
    settings.threads = 2;
    settings.dropout = spec.dropout;
    fast::FastNetwork<float> narrow(fast::avx2Kernels, settings, arraysOf(network));
    const Batch batch = batchOf(29, 1);
    const float* pixels = batch.images.data_ptr<float>();
    const auto* labels = batch.labels.data_ptr<std::int64_t>();
    const FastImages images{29, [&](int i, float* planes) { std::copy_n(pixels + i * 3072, 3072, planes); },
                            [&](int i) { return static_cast<int>(labels[i]); }};
    for (int step = 0; step < 2; ++step) {
        const double left = narrow.step(images, 0.01, 1).loss, right = torch.step(batch, 0.01, 1).loss;
        QVERIFY2(std::abs(left - right) < 1e-4, qPrintable(QStringLiteral("%1 %2").arg(left).arg(right)));
    }
    QVERIFY(distance(network.stateDict(), torch.network().stateDict()) < 1e-4);
}

/// Divergence must not be hidden by ReLU, by max pooling or by a variance that is kept above zero.
void TestFastEngine::aNaNIsSeen()
{
    for (const auto n : {Normalization::Batch, Normalization::Layer, Normalization::None}) {
        Learner learner(specOf(n, Engine::Fast), 10, at::kCPU);
        {
            const at::NoGradGuard noGrad;
            learner.network().parameters().front().second.fill_(std::numeric_limits<float>::quiet_NaN());
        }
        learner.restart();
        QVERIFY(std::isnan(learner.step(batchOf(16, 1), 0.01, 0).loss));
    }
}

void TestFastEngine::restartTakesOverWeights()
{
    Learner first(specOf(Normalization::Group, Engine::Fast), 10, at::kCPU), second(specOf(Normalization::Group, Engine::Fast), 10, at::kCPU);
    const Batch batch = batchOf(64, 1);
    first.step(batch, 0.05, 1);
    second.step(batchOf(64, 2), 0.05, 1);
    const auto from = first.network().stateDict(), to = second.network().stateDict();
    {
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i].second.detach().copy_(from[i].second.detach());
    }
    second.restart();
    QVERIFY(at::equal(first.logProbabilities(batch.images), second.logProbabilities(batch.images)));
    first.restart();
    first.step(batch, 0.05, 2);
    second.step(batch, 0.05, 2);
    QVERIFY(equal(first, second));
}

QTEST_GUILESS_MAIN(TestFastEngine)
#include "tst_fastengine.moc"
