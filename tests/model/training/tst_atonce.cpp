// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/atonce.h"
#include "model/training/session.h"
#include "tests/fixtures/testsupport.h"

#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>

using namespace normscope;
using Threads = std::vector<int>;

namespace {

SystemInfo machine(int cores, bool fast = true, bool cuda = false)
{
    SystemInfo info;
    info.cores = cores;
    info.fastEngine = fast;
    info.cuda = cuda;
    return info;
}

RunSpec withThreads(int threads)
{
    RunSpec spec;
    spec.threads = threads;
    return spec;
}

RunSpec withEngine(Engine engine, DeviceChoice device = DeviceChoice::Cpu)
{
    RunSpec spec;
    spec.engine = engine;
    spec.device = device;
    return spec;
}

std::vector<RunSpec> several(int count, const RunSpec& spec = {})
{
    return std::vector<RunSpec>(std::size_t(count), spec);
}

} // namespace

class TestAtOnce : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsWhatPays_data();
    void startsWhatPays();
    void lastOneTakesAllCoresWhereTheOthersEnd();
    void precisionsOfCudaDoNotMix();
    void trainsAllAndNoMoreThanAllowed_data();
    void trainsAllAndNoMoreThanAllowed();
    void sameResultsAtOnceAndInSequence();
};

void TestAtOnce::startsWhatPays_data()
{
    QTest::addColumn<SystemInfo>("on");
    QTest::addColumn<std::vector<RunUnderWay>>("underWay");
    QTest::addColumn<std::vector<RunSpec>>("waiting");
    QTest::addColumn<int>("atOnce");
    QTest::addColumn<Threads>("expected");
    using Runs = std::vector<RunUnderWay>;
    const auto row = [](const char* name, const SystemInfo& on, const Runs& underWay, const std::vector<RunSpec>& waiting, int atOnce,
                        const Threads& expected) { QTest::newRow(name) << on << underWay << waiting << atOnce << expected; };
    const RunUnderWay one{{}, 1, 0}, all{{}, 0, 0};
    const RunSpec torch = withEngine(Engine::LibTorch), cuda = withEngine(Engine::Auto, DeviceChoice::Cuda);
    row("nothing waits", machine(2), {}, {}, 0, {});
    row("one alone takes all cores", machine(2), {}, several(1), 0, {0});
    row("two on two cores", machine(2), {}, several(2), 0, {1, 1});
    row("three on two cores: none is left for the end", machine(2), {}, several(3), 0, {1, 1, 1});
    row("four on two cores", machine(2), {}, several(4), 0, {1, 1});
    row("three on eight cores", machine(8), {}, several(3), 0, {3, 3, 2});
    row("one core", machine(1), {}, several(3), 0, {1});
    row("unknown cores", machine(0), {}, several(2), 0, {1});
    row("no core is free", machine(2), {one, one}, several(2), 0, {});
    row("one has all cores", machine(2), {all}, several(1), 0, {});
    row("a core is free", machine(2), {one}, several(2), 0, {1});
    row("fixed threads fill the cores", machine(2), {}, several(2, withThreads(2)), 0, {2});
    row("fixed threads beside open ones", machine(4), {}, {withThreads(3), {}, {}}, 0, {3, 1});
    row("fixed threads are kept, the rest is dealt out", machine(8), {}, {withThreads(2), {}, {}}, 0, {2, 3, 3});
    row("more threads than cores", machine(2), {}, several(2, withThreads(8)), 0, {8});
    row("one after another", machine(8), {}, several(3), 1, {0});
    row("one after another, one trains", machine(8), {one}, several(3), 1, {});
    row("two at most", machine(8), {}, several(3), 2, {4, 4});
    row("four, though they do not fit", machine(2), {}, several(5), 4, {1, 1, 1, 1});
    row("LibTorch: one after another", machine(8), {}, several(3, torch), 0, {0});
    row("LibTorch because the processor lacks AVX-512", machine(8, false), {}, several(3), 0, {0});
    row("LibTorch, two asked for", machine(8), {}, several(3, torch), 2, {4, 4});
    row("LibTorch waits for the fast engine's", machine(8), {one}, several(1, torch), 0, {});
    row("the fast engine's wait for LibTorch's", machine(8), {{torch, 0, 0}}, several(1), 0, {});
    row("of mixed ones the first kind", machine(8), {}, {{}, {}, torch, {}}, 0, {4, 4});
    row("CUDA: three", machine(8, true, true), {}, several(5, cuda), 0, {0, 0, 0});
    row("CUDA: two train", machine(8, true, true), {{cuda, 0, 0}, {cuda, 0, 0}}, several(5, cuda), 0, {0});
    row("CUDA: one after another", machine(8, true, true), {}, several(3, cuda), 1, {0});
}

void TestAtOnce::startsWhatPays()
{
    QFETCH(SystemInfo, on);
    QFETCH(std::vector<RunUnderWay>, underWay);
    QFETCH(std::vector<RunSpec>, waiting);
    QFETCH(int, atOnce);
    QFETCH(Threads, expected);
    QCOMPARE(startsNow(underWay, waiting, atOnce, on), expected);
}

void TestAtOnce::lastOneTakesAllCoresWhereTheOthersEnd()
{
    QCOMPARE(startsNow({{{}, 1, 0.1}}, several(1), 0, machine(2)), Threads{1});
    QCOMPARE(startsNow({{{}, 1, 0.9}}, several(1), 0, machine(2)), Threads{2});
    QCOMPARE(startsNow({{{}, 1, 0.9}}, several(2), 0, machine(2)), Threads{1}); // it is not the last
}

void TestAtOnce::precisionsOfCudaDoNotMix()
{
    RunSpec f32 = withEngine(Engine::Auto, DeviceChoice::Cuda), tf32 = f32;
    tf32.precision = Precision::Tf32;
    QCOMPARE(startsNow({}, {f32, f32, tf32}, 0, machine(8, true, true)), (Threads{0, 0}));
    QCOMPARE(startsNow({{tf32, 0, 0}}, {f32}, 0, machine(8, true, true)), Threads{});
}

void TestAtOnce::trainsAllAndNoMoreThanAllowed_data()
{
    QTest::addColumn<int>("atOnce");
    QTest::newRow("one") << 1;
    QTest::newRow("two") << 2;
    QTest::newRow("three") << 3;
    QTest::newRow("nine, of which there are seven") << 9;
}

void TestAtOnce::trainsAllAndNoMoreThanAllowed()
{
    QFETCH(int, atOnce);
    std::mutex mutex;
    std::vector<std::size_t> order;
    int now = 0, most = 0;
    trainTogether(several(7), atOnce, [&](TogetherRun& run) {
        {
            const std::lock_guard lock(mutex);
            order.push_back(run.number);
            most = std::max(most, ++now);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(40));
        const std::lock_guard lock(mutex);
        --now;
    });
    QCOMPARE(std::set<std::size_t>(order.begin(), order.end()).size(), std::size_t(7));
    QCOMPARE(order.size(), std::size_t(7));
    QCOMPARE(most, std::min(atOnce, 7));
    if (atOnce == 1)
        QVERIFY(std::is_sorted(order.begin(), order.end()));
}

/// Runs at once share a process, not their results.
void TestAtOnce::sameResultsAtOnceAndInSequence()
{
    const auto dataset = std::make_shared<const Dataset>(*testing::syntheticDataset(3, 40));
    std::vector<RunSpec> specs;
    for (const auto norm : {Normalization::Batch, Normalization::Group, Normalization::Layer}) {
        RunSpec spec = seedRecipe(norm);
        spec.epochs = 2;
        spec.batchSize = 16;
        spec.device = DeviceChoice::Cpu;
        spec.threads = 1;
        specs.push_back(spec);
    }
    const auto train = [&](int atOnce) {
        const QTemporaryDir folder;
        const auto store = RunStore::open(folder.path().toStdString());
        std::vector<std::vector<EpochMetrics>> results(specs.size());
        std::mutex mutex;
        trainTogether(specs, atOnce, [&](TogetherRun& run) {
            std::unique_lock lock(mutex);
            const RunRecord record = *store->create(specs[run.number], "run", 0);
            lock.unlock();
            RunControl control;
            control.threads = run.threads;
            TrainerObserver observer;
            results[run.number] = executeRun(*store, record, dataset, observer, control).epochs;
        });
        return results;
    };
    const auto sequence = train(1), together = train(3);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        QCOMPARE(sequence[i].size(), std::size_t(2));
        QCOMPARE(together[i].size(), std::size_t(2));
        for (std::size_t epoch = 0; epoch < 2; ++epoch) {
            QCOMPARE(together[i][epoch].trainLoss, sequence[i][epoch].trainLoss);
            QCOMPARE(together[i][epoch].testLoss, sequence[i][epoch].testLoss);
        }
    }
}

QTEST_GUILESS_MAIN(TestAtOnce)
#include "tst_atonce.moc"
