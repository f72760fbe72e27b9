// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/session.h"

#include "model/data/filestamps.h"
#include "model/store/recovery.h"
#include "model/store/runlock.h"
#include "model/training/device.h"
#include "model/training/recorder.h"

namespace normscope {

namespace {

RunState stateAfter(TrainingEnd end)
{
    switch (end) {
    case TrainingEnd::Finished: return RunState::Finished;
    case TrainingEnd::Stopped: return RunState::Stopped;
    case TrainingEnd::Diverged: return RunState::Diverged;
    }
    return RunState::Failed;
}

void describeStart(RunRecord& record, const Dataset& dataset, const Trainer& trainer)
{
    const SystemInfo system = systemInfo();
    record.state = RunState::Running;
    record.dataTitle = dataset.title;
    record.dataFingerprint = dataset.fingerprint;
    record.classNames = dataset.classNames;
    record.inputScale = dataset.inputScale();
    record.trainImages = trainer.trainImages();
    record.testImages = trainer.testImages();
    record.parameters = trainer.parameterCount();
    record.device = trainer.deviceText();
    record.software = "Normscope " + system.version + ", LibTorch " + system.torchVersion;
}

/// Of two device texts; the fast engine's results do not depend on the number of its threads.
bool sameResults(std::string a, std::string b)
{
    const auto withoutThreads = [](std::string& text) {
        const auto thread = text.find(" thread");
        const auto from = thread == std::string::npos ? thread : text.rfind(", ", thread);
        if (from != std::string::npos)
            text.erase(from, text.find_first_of(",", thread) - from);
    };
    if (a.find("fast engine") != std::string::npos && b.find("fast engine") != std::string::npos) {
        withoutThreads(a);
        withoutThreads(b);
    }
    return a == b;
}

/// What the user should know before a run goes on from a checkpoint; an error where it must not.
Result<std::string> compareWithCheckpoint(const RunRecord& record, const FoundCheckpoint& found, const Dataset& dataset)
{
    const RunRecord& before = found.checkpoint.record;
    if (const Status status = compareData(before, dataset.fingerprint, dataset.title); !status)
        return status.error();
    std::string note = found.note;
    const auto add = [&](const std::string& text) { note += (note.empty() ? "" : " ") + text; };
    if (!sameResults(before.device, record.device))
        add("It was trained on \"" + before.device + "\" and goes on on \"" + record.device + "\": not bit-identical to an uninterrupted run.");
    if (before.software != record.software)
        add("It was trained by " + before.software + " and goes on with " + record.software
            + ": perhaps not bit-identical to an uninterrupted run.");
    return note;
}

/// Trains and leaves the end in the record and on the disk.
void train(const RunStore& store, RunRecord& record, const std::shared_ptr<const Dataset>& dataset,
           TrainerObserver& observer, const RunControl& control)
{
    const RunRecord queued = record;
    const auto fail = [&](const Error& error) {
        record = queued;
        record.state = RunState::Failed;
        record.reason = error.message;
        if (const Status status = store.save(record); !status)
            record.reason += "; " + status.error().message;
    };
    RunSpec spec = record.spec; // the record keeps what was asked for
    if (spec.threads == 0)
        spec.threads = control.threads;
    auto trainer = Trainer::create(spec, dataset);
    if (!trainer)
        return fail(trainer.error());
    const auto found = findCheckpoint(record);
    if (!found && (found.error().code != ErrorCode::NotFound || !record.epochs.empty())) // it would be trained anew, over its epochs
        return fail(found.error());
    describeStart(record, *dataset, **trainer);
    if (found) {
        const auto note = compareWithCheckpoint(record, *found, *dataset);
        if (!note)
            return fail(note.error());
        const TrainingState& from = found->checkpoint.training;
        if (const Status status = (*trainer)->restore(from); !status)
            return fail(status.error());
        addHistory(record, std::string("Resumed in epoch ").append(std::to_string(from.position.epoch)).append(note->empty() ? "." : ". ").append(*note));
        if (const Status status = promoteCheckpoint(record, *found); !status)
            return fail(status.error());
        observer.resumed(from.position, *note);
    }
    record.reason.clear();
    Recorder recorder(store, record, **trainer, observer, control);
    recorder.begin(found ? &found->checkpoint : nullptr);
    const auto outcome = (*trainer)->run(recorder, control);
    record.state = outcome ? stateAfter(outcome->end) : RunState::Failed;
    record.reason = outcome ? outcome->reason : outcome.error().message;
    if (const std::string changed = changedSince(*dataset); !changed.empty()) {
        addHistory(record, changed);
        observer.dataChanged(changed);
    }
    recorder.end();
}

} // namespace

RunRecord executeRun(const RunStore& store, RunRecord record, std::shared_ptr<const Dataset> dataset,
                     TrainerObserver& observer, const RunControl& control)
{
    const auto lock = RunLock::acquire(record.folder);
    if (!lock) { // somebody else's run: its files are not ours to write
        record.state = RunState::Failed;
        record.reason = lock.error().message;
        return record;
    }
    // Another window may have trained it while it waited here.
    const auto onDisk = store.load(record.id);
    if (!onDisk) {
        record.state = RunState::Failed;
        record.reason = onDisk.error().message;
        return record;
    }
    if (onDisk->state != RunState::Queued)
        return *onDisk;
    if (onDisk->readOnly) {
        record = *onDisk;
        record.state = RunState::Failed;
        return record;
    }
    record.history = onDisk->history;
    record.epochs = onDisk->epochs;
    try {
        train(store, record, dataset, observer, control);
    } catch (const std::exception& e) { // memory, most likely; the last checkpoint stands
        const Error error = errorFromException(e, record.spec.batchSize);
        record.state = RunState::Failed;
        record.reason = error.message;
        if (const Status status = store.save(record); !status)
            record.reason += "; " + status.error().message;
    }
    return record;
}

} // namespace normscope
