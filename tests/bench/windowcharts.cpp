// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "tests/bench/windowfigures.h"
#include "tests/bench/windowsession.h"
#include "ui/curves/curvespage.h"
#include "ui/curves/history.h"
#include "ui/window/pagearea.h"


#include <cmath>

namespace normscope::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int runCount = 10;
constexpr int epochCount = 20;
constexpr int batchesPerEpoch = 782;
constexpr int newsSize = 8;   // batches in 200 ms, which is how often the worker tells of them
constexpr int refreshes = 20; // of each measurement

std::vector<float> losses(int first, int count, unsigned seed)
{
    std::vector<float> values;
    RandomStream random(streamKey(seed, "bench losses", std::uint64_t(first)));
    for (int i = first; i < first + count; ++i)
        values.push_back(static_cast<float>(0.7 + 1.6 * std::exp(-i / 2500.0) + 0.4 * (random.uniform() - 0.5)));
    return values;
}

EpochMetrics epochRow(int epoch, unsigned seed)
{
    const double rise = 1 - std::exp(-epoch / 5.0);
    return {epoch, 30 + 40 * rise + seed, 28 + 40 * rise + seed, 2 - rise, 2.1 - rise - 0.01 * seed, 0.01, 20};
}

void writeRun(const RunStore& store, const QString& data, unsigned seed, bool whole)
{
    RunSpec spec;
    spec.data = DataSpec::parse(data.toStdString()).value();
    spec.epochs = epochCount;
    auto run = store.create(spec, "Run " + std::to_string(seed), int(seed));
    if (!run)
        qFatal("%s", run.error().message.c_str());
    if (!whole)
        return;
    run->state = RunState::Finished;
    for (int epoch = 1; epoch <= epochCount; ++epoch) {
        run->epochs.push_back(epochRow(epoch, seed));
        static_cast<void>(store.appendEpoch(*run, run->epochs.back()).ok());
    }
    static_cast<void>(store.appendBatchLosses(*run, 1, losses(0, epochCount * batchesPerEpoch, seed)).ok());
    static_cast<void>(store.save(*run).ok());
}

/// For how long the window was busy with each refresh that `news` causes: its slots, layout, painting and flush.
std::vector<double> refreshTimes(const std::function<void(int)>& news)
{
    std::vector<double> times;
    for (int i = 0; i < refreshes; ++i) {
        BusyApplication::takeBusyMs();
        news(i);
        waitFor([] { return false; }, 2 * History::refreshInterval);
        times.push_back(BusyApplication::takeBusyMs());
    }
    return times;
}

} // namespace

QJsonObject measureCharts(const Options& options)
{
    const QTemporaryDir folder;
    const RunStore store = *RunStore::open(folder.path().toStdString());
    for (unsigned seed = 0; seed < runCount; ++seed)
        writeRun(store, options.data, seed, seed + 1 < runCount);
    WindowSession session(folder.path(), std::make_shared<DatasetCache>());
    QStringList ids;
    for (const Run* run : session.library.runs())
        ids.append(run->id());
    session.library.setChecked(ids, true);
    const QString live = ids.constLast();
    RunRecord running = session.library.run(live)->record;
    running.state = RunState::Running;
    session.library.applyRecord(running);

    session.window.show();
    session.window.pages()->showPage(0);
    settle(session.provider, 500);
    auto* curves = session.window.findChild<CurvesPage*>();
    const auto epochNews = [&](int i) { session.library.appendEpoch(live, epochRow(i % epochCount + 1, runCount)); };
    const auto batchNews = [&, next = 0](int) mutable {
        session.library.appendBatchLosses(live, losses(next, newsSize, runCount));
        next += newsSize;
    };
    const auto epochs = refreshTimes(epochNews);
    curves->showBatches(true);
    settle(session.provider, 500);
    const auto early = refreshTimes(batchNews);
    const int filled = epochCount * batchesPerEpoch - refreshes * newsSize;
    session.library.appendBatchLosses(live, losses(0, filled - int(session.library.batchLosses(live).size()), runCount + 1));
    settle(session.provider, 500);
    const auto late = refreshTimes(batchNews);
    return {{u"runs"_s, runCount},
            {u"batches_of_each_run"_s, int(session.library.batchLosses(live).size())},
            {u"page_size"_s, u"%1x%2"_s.arg(curves->width()).arg(curves->height())},
            {u"epochs_tab"_s, summary(epochs)},
            {u"batches_tab_early"_s, summary(early)},
            {u"batches_tab_full"_s, summary(late)},
            {u"how"_s, u"time that the window is busy with one refresh: slots, layout, painting, flush; one of the runs is live"_s}};
}

} // namespace normscope::bench
