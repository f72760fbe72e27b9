// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/windowfigures.h"
#include "tests/bench/windowsession.h"
#include "tests/fixtures/testsupport.h"
#include "ui/curves/curvespage.h"
#include "ui/window/pagearea.h"

#include <QJsonArray>
#include <QTimer>

#include <algorithm>
#include <ctime>

namespace normscope::bench {

using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr int tickMs = 2;
constexpr int switchEveryMs = 1'000;
constexpr std::size_t longestListed = 5;

double threadCpuMs()
{
    timespec time = {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

struct Gap {
    double wall = 0;
    double cpu = 0; ///< of the window's thread: the rest it waited for a core
    double at = 0;  ///< seconds since the start of the measurement
};

/// The time between passes of the event loop, seen by a timer of 2 ms.
class GapMeter : public QObject {
public:
    GapMeter()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(tickMs);
        connect(&m_timer, &QTimer::timeout, this, &GapMeter::tick);
        m_whole.start();
        m_last.start();
        m_cpu = threadCpuMs();
        m_timer.start();
    }
    std::vector<Gap> take() { return std::exchange(m_gaps, {}); }

private:
    void tick()
    {
        const double cpu = threadCpuMs();
        m_gaps.push_back({double(m_last.nsecsElapsed()) / 1e6, cpu - m_cpu, double(m_whole.elapsed()) / 1e3});
        m_last.start();
        m_cpu = cpu;
    }

    QTimer m_timer;
    QElapsedTimer m_whole;
    QElapsedTimer m_last;
    double m_cpu = 0;
    std::vector<Gap> m_gaps;
};

QJsonObject report(std::vector<Gap> gaps)
{
    std::vector<double> walls;
    double whole = 0;
    for (const Gap& gap : gaps) {
        walls.push_back(gap.wall);
        whole += gap.wall;
    }
    // The gap that somebody who comes at a random moment falls into: harder than the one between passes.
    std::sort(gaps.begin(), gaps.end(), [](const Gap& a, const Gap& b) { return a.wall > b.wall; });
    double timed = 0;
    for (double sum = 0; const Gap& gap : gaps)
        if ((sum += gap.wall) >= 0.01 * whole) {
            timed = gap.wall;
            break;
        }
    QJsonArray longest;
    for (std::size_t i = 0; i < std::min(longestListed, gaps.size()); ++i)
        longest.append(QJsonObject{{u"ms"_s, rounded(gaps[i].wall)},
                                   {u"of_it_own_work_ms"_s, rounded(gaps[i].cpu)},
                                   {u"at_s"_s, rounded(gaps[i].at)}});
    return {{u"p99_ms"_s, rounded(quantile(walls, 0.99))}, {u"longest_ms"_s, rounded(quantile(walls, 1))},
            {u"median_ms"_s, rounded(median(walls))},      {u"p99_by_time_ms"_s, rounded(timed)},
            {u"seconds"_s, rounded(whole / 1e3)},          {u"passes"_s, int(walls.size())},
            {u"longest"_s, longest}};
}

class Scene {
public:
    Scene(const Options& options, const QString& store)
        : m_options(options), m_session(store, std::make_shared<DatasetCache>())
    {
        m_session.window.show();
        settle(m_session.provider, 500);
    }

    QJsonObject play(const RunSpec& spec)
    {
        QObject::connect(&m_session.controller, &TrainingController::progress, &m_session.window,
                         [this](const TrainingProgress& now) { m_speed = now.batch.imagesPerSecond; });
        GapMeter meter;
        m_session.window.startRun(spec);
        waitFor([this] { return m_session.controller.lastProgress().batch.batch > 0; }, 300'000);
        QJsonObject result{{u"loading"_s, report(meter.take())}};
        const int part = m_options.seconds * 1000 / 3;
        waitFor([] { return false; }, part);
        auto all = meter.take();
        result.insert(u"epoch_curves_shown"_s, report(all));
        const auto add = [&](const QString& name) {
            const auto gaps = meter.take();
            result.insert(name, report(gaps));
            all.insert(all.end(), gaps.begin(), gaps.end());
        };
        m_session.window.findChild<CurvesPage*>()->showBatches(true);
        waitFor([] { return false; }, part);
        add(u"batch_curves_shown"_s);
        switchPages(part);
        add(u"pages_switched"_s);
        result.insert(u"all_of_the_training"_s, report(all));
        finish(result);
        return result;
    }

private:
    void switchPages(int milliseconds)
    {
        QElapsedTimer time;
        time.start();
        for (int page = 1; time.elapsed() < milliseconds; ++page) {
            m_session.window.pages()->showPage(page % m_session.window.pages()->count());
            waitFor([] { return false; }, switchEveryMs);
        }
    }

    void finish(QJsonObject& result)
    {
        result.insert(u"images_per_second"_s, rounded(m_speed));
        result.insert(u"epochs_done"_s, m_session.controller.lastProgress().batch.epoch - 1);
        result.insert(u"memory"_s, QJsonObject{{u"resident_mb"_s, memoryMb(u"VmRSS"_s)},
                                               {u"resident_peak_mb"_s, memoryMb(u"VmHWM"_s)},
                                               {u"resident_own_mb"_s, memoryMb(u"RssAnon"_s)}});
        m_session.controller.stopAll();
        waitFor([this] { return m_session.controller.state() == State::Idle; }, 60'000);
    }

    const Options& m_options;
    WindowSession m_session;
    double m_speed = 0;
};

} // namespace

QJsonObject measureGaps(const Options& options)
{
    const QTemporaryDir folder;
    RunSpec spec;
    spec.data = DataSpec::parse(options.data.toStdString()).value();
    spec.threads = options.threads;
    spec.limitTrain = std::size_t(options.limit);
    // Finished runs beside the one that trains: the pages have something to draw.
    const RunStore store = *RunStore::open(folder.path().toStdString());
    const auto like = testing::syntheticDataset(10, 2'000);
    for (unsigned i = 1; i <= 3; ++i)
        testing::writeFinishedRun(store, *like, spec, 0.7, int(i), i);
    return Scene(options, folder.path()).play(spec);
}

} // namespace normscope::bench
