// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/trainqueue.h"

#include "app/cli/commands.h"
#include "app/cli/progress.h"

#include "model/store/rescue.h"
#include "model/training/atonce.h"
#include "model/training/session.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

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

/// Nothing that was trained is thrown away: the command line ends, and its memory with it.
void rescue(const RunStore& store, RunRecord& record, ProgressLines& lines, const Checkpoint& checkpoint)
{
    auto kept = rescueRun(store, checkpoint, record.state);
    if (!kept) {
        lines.say(record.name, "The run could not be kept anywhere else either: " + kept.error().message);
    } else if (kept->folder == record.folder) {
        lines.say(record.name, "Everything is saved after all.");
        record = std::move(*kept);
    } else {
        lines.say(record.name, "The run was kept in " + kept->folder + ". Move that folder into the store when it can be written again.");
    }
}

void trainOne(const RunStore& store, QueuedRun& run, TogetherRun& turn, ProgressLines& lines)
{
    const RunSpec& spec = run.record.spec;
    const std::string shortName = normalizationShortTitle(spec.normalization, spec.groups);
    run.control.threads = turn.threads;
    run.waiting.reset(); // executeRun() takes it itself
    ProgressPrinter printer(lines, run.record.id, run.record.name, shortName, turn);
    run.record = interruptFlag() ? neverStarted(store, run.record) : executeRun(store, run.record, run.dataset, printer, run.control);
    lines.ended(run.record.id);
    if (!run.record.reason.empty())
        lines.say(run.record.name, std::string(toString(run.record.state)) + ": " + run.record.reason);
    if (const auto unsaved = printer.unsaved())
        rescue(store, run.record, lines, *unsaved);
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
