// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/atonce.h"

#include "model/training/machine.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace normscope {

namespace {

constexpr std::size_t mostOnCuda = 3;
constexpr double nearlyDone = 0.5; // runs so far on the average leave their cores soon

enum class Place { Cuda, Fast, LibTorch };

Place placeOf(const RunSpec& spec, const SystemInfo& machine)
{
    const bool cuda = meansCuda(spec, machine);
    if (cuda)
        return Place::Cuda;
    return engineFor(spec, cuda, machine) == Engine::Fast ? Place::Fast : Place::LibTorch;
}

/// Runs of different kinds follow one another; on CUDA the precision belongs to the whole process.
bool goTogether(const RunSpec& a, const RunSpec& b, const SystemInfo& machine)
{
    const Place place = placeOf(a, machine);
    return place == placeOf(b, machine) && (place != Place::Cuda || a.precision == b.precision);
}

int coresOf(const SystemInfo& machine)
{
    return std::max(machine.cores, 1);
}

int threadsOf(int threads, const SystemInfo& machine)
{
    return threads > 0 ? threads : coresOf(machine);
}

/// How many cores those under way leave free.
int freeCores(const std::vector<RunUnderWay>& underWay, const SystemInfo& machine)
{
    int free = coresOf(machine);
    for (const RunUnderWay& run : underWay)
        free -= threadsOf(run.threads, machine);
    return std::max(free, 0);
}

/// `cores` dealt out to `runs`, each at least one, the first ones one more where it does not come out even.
std::vector<int> shares(int cores, std::size_t runs)
{
    const int each = cores / int(runs), over = cores % int(runs);
    std::vector<int> threads(runs, std::max(each, 1));
    for (int i = 0; each > 0 && i < over; ++i)
        ++threads[std::size_t(i)];
    return threads;
}

/// How many of the `waiting` fit on the cores, in their order; those with a number of threads take so many.
std::size_t fitting(const std::vector<RunSpec>& waiting, std::size_t candidates, int cores)
{
    std::size_t count = 0;
    for (int taken = 0; count < candidates; ++count) {
        taken += std::max(waiting[count].threads, 1);
        if (taken > cores)
            break;
    }
    return count;
}

/// Of the first `candidates` those that pay: one for each core, and one more rather than leave a single run for the end.
std::size_t paying(const std::vector<RunUnderWay>& underWay, const std::vector<RunSpec>& waiting, std::size_t candidates, int cores,
                   int free)
{
    const std::size_t count = fitting(waiting, candidates, free);
    if (!underWay.empty())
        return count;
    const bool oneMore = cores > 1 && count == std::size_t(cores) && count + 1 == candidates && waiting[count].threads <= 1;
    return oneMore ? candidates : std::max<std::size_t>(count, 1);
}

/// Threads for the first `count`.
std::vector<int> dealtOut(const std::vector<RunUnderWay>& underWay, const std::vector<RunSpec>& waiting, std::size_t count, int cores,
                          int free)
{
    int fixed = 0;
    std::size_t open = 0; // those whose threads are ours to choose
    for (std::size_t i = 0; i < count; ++i) {
        fixed += waiting[i].threads;
        open += waiting[i].threads == 0;
    }
    // The last one takes all cores where the others are about to leave theirs: it cannot change its threads later.
    const bool last = count == 1 && waiting.size() == 1
        && std::all_of(underWay.begin(), underWay.end(), [](const RunUnderWay& run) { return run.done >= nearlyDone; });
    const auto dealt = open == 0 ? std::vector<int>() : shares(last ? cores : std::max(free - fixed, 0), open);
    std::vector<int> threads;
    for (std::size_t i = 0, next = 0; i < count; ++i)
        threads.push_back(waiting[i].threads > 0 ? waiting[i].threads : dealt[next++]);
    return threads;
}

} // namespace

std::vector<int> startsNow(const std::vector<RunUnderWay>& underWay, const std::vector<RunSpec>& waiting, int atOnce,
                           const SystemInfo& machine)
{
    if (waiting.empty())
        return {};
    const RunSpec& like = underWay.empty() ? waiting.front() : underWay.front().spec;
    const Place place = placeOf(like, machine);
    std::size_t most = waiting.size() + underWay.size();
    if (atOnce > 0)
        most = std::size_t(atOnce);
    else if (place != Place::Fast)
        most = place == Place::Cuda ? mostOnCuda : 1;
    std::size_t candidates = 0; // the first ones that may train beside those under way
    while (candidates < waiting.size() && candidates + underWay.size() < most && goTogether(like, waiting[candidates], machine))
        ++candidates;
    if (candidates == 0)
        return {};
    if (most == 1) // alone: as its spec says
        return {waiting.front().threads};
    if (place == Place::Cuda) { // the device computes; the CPU's threads are no matter
        std::vector<int> threads;
        for (std::size_t i = 0; i < candidates; ++i)
            threads.push_back(waiting[i].threads);
        return threads;
    }
    const int cores = coresOf(machine), free = freeCores(underWay, machine);
    return dealtOut(underWay, waiting, atOnce > 0 ? candidates : paying(underWay, waiting, candidates, cores, free), cores, free);
}

void trainTogether(const std::vector<RunSpec>& specs, int atOnce, const std::function<void(TogetherRun&)>& train)
{
    struct Active {
        TogetherRun run;
        std::thread thread;
        bool ended = false;
    };
    if (atOnce == 1 || specs.size() == 1) {
        for (std::size_t i = 0; i < specs.size(); ++i) {
            TogetherRun run;
            run.number = i;
            train(run);
        }
        return;
    }
    std::mutex mutex;
    std::condition_variable end;
    std::list<Active> active;
    std::size_t next = 0;
    std::unique_lock lock(mutex);
    while (next < specs.size() || !active.empty()) {
        std::vector<RunUnderWay> underWay;
        for (const Active& a : active)
            underWay.push_back({specs[a.run.number], a.run.threads, a.run.done});
        for (const int threads : startsNow(underWay, {specs.begin() + std::ptrdiff_t(next), specs.end()}, atOnce)) {
            Active& a = active.emplace_back();
            a.run.number = next++;
            a.run.threads = threads;
            a.thread = std::thread([&a, &train, &mutex, &end] {
                train(a.run);
                const std::lock_guard guard(mutex);
                a.ended = true;
                end.notify_one();
            });
        }
        end.wait(lock, [&] { return std::any_of(active.begin(), active.end(), [](const Active& a) { return a.ended; }); });
        for (Active& a : active)
            if (a.ended)
                a.thread.join(); // it holds the mutex no more
        active.remove_if([](const Active& a) { return a.ended; });
    }
}

double doneOf(const BatchProgress& progress)
{
    if (progress.epochs <= 0)
        return 0;
    const double epoch = progress.phase == BatchProgress::Phase::Testing ? 1
        : progress.batches > 0 ? double(progress.batch) / progress.batches : 0;
    return std::clamp((std::max(progress.epoch - 1, 0) + epoch) / progress.epochs, 0.0, 1.0);
}

} // namespace normscope
