// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/trainqueue.h"

#include "app/cli/commands.h"
#include "app/cli/progress.h"

#include "model/store/recovery.h"
#include "model/training/atonce.h"
#include "model/training/session.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

#include <unistd.h>

namespace normscope::cli {

namespace {

/// Passes the interrupt flag on to the runs.
class InterruptWatcher {
public:
    explicit InterruptWatcher(std::deque<QueuedRun>& runs)
        : m_thread([&runs](std::stop_token token) {
              while (!token.stop_requested()) {
                  if (interruptFlag())
                      for (QueuedRun& run : runs)
                          run.control.stop = true;
                  std::this_thread::sleep_for(std::chrono::milliseconds(20));
              }
          })
    {
    }

private:
    std::jthread m_thread;
};

/// A run whose turn comes after an interrupt.
RunRecord neverStarted(const RunStore& store, RunRecord record)
{
    record.state = RunState::Stopped;
    record.reason = "It was taken from the queue before it started.";
    if (const Status status = store.save(record); !status)
        record.reason += " " + status.error().message;
    return record;
}

/// Where a run is kept whose own folder could not be written to the end.
std::string rescueFolder()
{
    std::error_code error;
    const auto temporary = std::filesystem::temp_directory_path(error);
    return (error ? std::filesystem::path("/tmp") : temporary).string() + "/normscope-rescued-" + std::to_string(::getuid());
}

/// Nothing that was trained is thrown away: the command line ends, and its memory with it.
void rescue(ProgressLines& lines, const std::string& name, const Checkpoint& checkpoint, RunState state)
{
    const auto elsewhere = RunStore::open(rescueFolder());
    const auto kept = elsewhere ? adoptRun(*elsewhere, checkpoint, state) : Result<RunRecord>(elsewhere.error());
    lines.say(name, kept ? "The run was kept in " + kept->folder + ". Move that folder into the store when it can be written again."
                         : "The run could not be kept in " + rescueFolder() + " either: " + kept.error().message);
}

void trainOne(const RunStore& store, QueuedRun& run, TogetherRun& turn, ProgressLines& lines)
{
    const RunSpec& spec = run.record.spec;
    const std::string shortName = normalizationShortTitle(spec.normalization, spec.groups);
    run.control.threads = turn.threads;
    run.waiting.reset(); // executeRun() takes it itself
    ProgressPrinter printer(lines, run.record.name, shortName, turn);
    run.record = interruptFlag() ? neverStarted(store, run.record) : executeRun(store, run.record, run.dataset, printer, run.control);
    lines.ended(shortName);
    if (!run.record.reason.empty())
        lines.say(run.record.name, std::string(toString(run.record.state)) + ": " + run.record.reason);
    if (const auto unsaved = printer.unsaved())
        rescue(lines, run.record.name, *unsaved, run.record.state);
}

int exitCodeOf(const std::deque<QueuedRun>& runs)
{
    const auto any = [&](auto test) { return std::any_of(runs.begin(), runs.end(), [&](const QueuedRun& run) { return test(run.record); }); };
    if (any([](const RunRecord& record) { return record.state == RunState::Stopped; }))
        return Interrupted;
    // A finished run has a reason where not everything could be saved.
    return any([](const RunRecord& record) { return record.state != RunState::Finished || !record.reason.empty(); }) ? RunFailed : Done;
}

} // namespace

int trainQueue(const RunStore& store, std::deque<QueuedRun>& runs, int atOnce)
{
    ProgressLines lines(runs.size() > 1);
    std::vector<RunSpec> specs;
    for (QueuedRun& run : runs) {
        specs.push_back(run.record.spec);
        if (auto lock = RunLock::acquire(run.record.folder))
            run.waiting = std::move(*lock);
    }
    const InterruptWatcher watcher(runs);
    trainTogether(specs, atOnce, [&](TogetherRun& turn) { trainOne(store, runs[turn.number], turn, lines); });
    for (const QueuedRun& run : runs)
        std::cout << run.record.folder << std::endl;
    return exitCodeOf(runs);
}

} // namespace normscope::cli
