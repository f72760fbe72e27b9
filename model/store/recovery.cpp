// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/recovery.h"

#include "model/store/atomicfile.h"
#include "model/store/runfolder.h"
#include "model/store/runjson.h"
#include "model/store/runlock.h"
#include "model/store/storetext.h"
#include "model/training/machine.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace normscope {

using namespace storage;

namespace {

constexpr std::size_t shownFingerprint = 12; // of 64 digits

Result<Checkpoint> checkpointAt(const std::string& path)
{
    const auto bytes = readFile(path, checkpointLimit);
    return bytes ? readCheckpoint(*bytes, path) : bytes.error();
}

/// "learning rate 0.1 instead of 0.01", one for each field of run.json's spec in which the two differ.
std::string specDifferences(const RunSpec& asked, const RunSpec& trained)
{
    const Json a = specToJson(asked), b = specToJson(trained);
    std::string text;
    for (const auto& [key, value] : a.items()) {
        // Where the images lie and what computes may change; whether the images are the same is checked when they are loaded.
        if (key == "data" || key == "dataPathHex" || key == "device" || key == "threads" || key == "engine")
            continue;
        if (b.contains(key) && b[key] != value)
            text += (text.empty() ? "" : ", ") + key + " is " + jsonText(value) + " instead of " + jsonText(b[key]);
    }
    return text;
}

bool resultsDependOnThreads(const RunSpec& spec)
{
    return spec.engine != Engine::Fast; // Auto: whether it was the fast engine says the run's device text
}

/// Changes the spec as chosen; a line for the run's history where results are no longer those of an uninterrupted run.
std::string applyChoice(RunRecord& record, const ResumeChoice& choice)
{
    std::string changed;
    const auto add = [&](const std::string& what) { changed += (changed.empty() ? "" : ", ") + what; };
    const bool fast = record.device.find("fast engine") != std::string::npos;
    if (choice.device && *choice.device != record.spec.device)
        add("device " + std::string(toString(*choice.device)));
    if (choice.engine && *choice.engine != record.spec.engine)
        add("engine " + std::string(toString(*choice.engine)));
    if (choice.threads && *choice.threads != record.spec.threads && !fast && resultsDependOnThreads(record.spec))
        add(std::to_string(*choice.threads) + " threads");
    record.spec.device = choice.device.value_or(record.spec.device);
    record.spec.engine = choice.engine.value_or(record.spec.engine);
    record.spec.threads = choice.threads.value_or(record.spec.threads);
    record.spec.data = choice.data.value_or(record.spec.data);
    return changed.empty() ? "" : "Resumed with " + changed + ": not bit-identical to an uninterrupted run.";
}

/// Of the run as it is on the disk.
Status checkAgainstCheckpoint(const RunRecord& record, const ResumeChoice& choice)
{
    const auto found = findCheckpoint(record);
    if (!found && found.error().code != ErrorCode::NotFound)
        return found.error();
    if (!found && !record.epochs.empty())
        return Error{ErrorCode::NotFound,
                     "The run " + shown(record.name) + " cannot be resumed: it has " + std::to_string(record.epochs.size())
                         + (record.epochs.size() == 1 ? " epoch" : " epochs")
                         + ", but no checkpoint to go on from, and is left as it is. Start a new run with its settings.",
                     {}};
    if (!found)
        return {};
    const std::string differences = specDifferences(record.spec, found->checkpoint.record.spec);
    if (!differences.empty())
        return Error{ErrorCode::BadInput,
                     "The run " + shown(record.name) + " cannot be resumed: its run.json was changed since it was trained (" + differences
                         + "). Put that back, or start a new run.",
                     {}};
    if (choice.dataFingerprint.empty())
        return {};
    return compareData(found->checkpoint.record, choice.dataFingerprint, choice.data.value_or(record.spec.data).title());
}

/// The checkpoint's record with what of the damaged one a person gave since then.
RunRecord repairedRecord(const RunRecord& damaged, const FoundCheckpoint& found)
{
    RunRecord repaired = found.checkpoint.record;
    repaired.id = damaged.id;
    repaired.folder = damaged.folder;
    if (!damaged.created.empty()) { // run.json could be read as far as that
        repaired.name = damaged.name;
        repaired.note = damaged.note;
        repaired.colour = damaged.colour;
    }
    const bool done = static_cast<int>(repaired.epochs.size()) == repaired.spec.epochs;
    repaired.state = done ? RunState::Finished : RunState::Interrupted;
    repaired.reason = done ? "" : "It was repaired from its checkpoint. Resume goes on from there.";
    addHistory(repaired, "Repaired from its checkpoint; it was damaged: " + damaged.reason + (found.note.empty() ? "" : " " + found.note));
    return repaired;
}

/// What lies there under the files' names may be a folder or a pipe: it is kept, out of the way.
void setAside(const std::string& folder)
{
    namespace fs = std::filesystem;
    std::error_code error;
    for (const char* name : {"run.json", "metrics.csv", "batches.csv", "predictions.csv", "weights.pt"}) {
        const std::string path = folder + "/" + name;
        const auto type = fs::symlink_status(path, error).type();
        if (type != fs::file_type::regular && type != fs::file_type::not_found)
            fs::rename(path, path + ".damaged", error);
    }
}

} // namespace

Result<FoundCheckpoint> findCheckpoint(const RunRecord& run)
{
    const std::string newestPath = checkpointPath(run.folder);
    auto newest = checkpointAt(newestPath);
    if (newest)
        return FoundCheckpoint{std::move(*newest), {}, newestPath};
    Error problem = newest.error();
    // The next one lies whole beside them where a crash came before it got its name.
    for (const std::string& path : {checkpointNextPath(run.folder), checkpointBeforePath(run.folder)}) {
        auto other = checkpointAt(path);
        if (!other) {
            if (problem.code == ErrorCode::NotFound)
                problem = other.error();
            continue;
        }
        // On a file system without links a crash leaves no newest one for a moment: then nothing that was told is missing.
        if (newest.error().code == ErrorCode::NotFound)
            return FoundCheckpoint{std::move(*other), {}, path};
        const auto epochs = other->record.epochs.size();
        return FoundCheckpoint{std::move(*other), newest.error().message + " The one before it is used, which has "
                                   + std::to_string(epochs) + (epochs == 1 ? " epoch." : " epochs."), path};
    }
    if (problem.code == ErrorCode::NotFound)
        return Error{ErrorCode::NotFound, "The run " + shown(run.name) + " has no checkpoint.", {}};
    return problem;
}

Status promoteCheckpoint(const RunRecord& run, const FoundCheckpoint& found)
{
    const std::string newest = checkpointPath(run.folder);
    if (found.path == newest)
        return {};
    if (::rename(found.path.c_str(), newest.c_str()) != 0)
        return systemError("rename", found.path, errno);
    return syncFolder(run.folder);
}

Status compareData(const RunRecord& trained, const std::string& fingerprint, const std::string& title)
{
    if (trained.dataFingerprint == fingerprint)
        return {};
    return Error{ErrorCode::BadInput,
                 "The run cannot be resumed: its images are not those it was trained on (" + trained.dataTitle + ", fingerprint "
                     + trained.dataFingerprint.substr(0, shownFingerprint) + ", now " + title + ", fingerprint "
                     + fingerprint.substr(0, shownFingerprint) + "). Bring the images back, or start a new run.",
                 {}};
}

std::string whyNotResumable(const RunRecord& run)
{
    if (run.readOnly)
        return "A newer version of Normscope wrote it. Resume it with that version.";
    switch (run.state) {
    case RunState::Interrupted:
    case RunState::Stopped:
    case RunState::Failed:
    case RunState::Queued: return {};
    case RunState::Running: return "It is being trained.";
    case RunState::Finished: return "It has all its " + std::to_string(run.spec.epochs) + " epochs.";
    case RunState::Diverged: return "It would diverge again, bit for bit. Start a new run with a smaller learning rate.";
    case RunState::Damaged: return "It is damaged; repair it first.";
    }
    return {};
}

Result<RunRecord> requeueRun(const RunStore& store, std::string_view id, const ResumeChoice& choice)
{
    auto record = store.load(id);
    const auto refusal = [&] {
        const std::string why = whyNotResumable(*record);
        return why.empty() ? Status() : Status(Error{ErrorCode::BadUsage, "The run " + shown(record->name) + " cannot be resumed. " + why, {}});
    };
    if (!record)
        return record;
    if (const Status status = refusal(); !status)
        return status.error();
    const auto lock = RunLock::acquire(record->folder, RunLock::Hold::ForAMoment);
    if (!lock)
        return lock.error();
    if (record = store.load(id); !record) // somebody may have trained or deleted it since
        return record;
    if (const Status status = refusal(); !status)
        return status.error();
    if (const Status status = checkAgainstCheckpoint(*record, choice); !status)
        return status.error();
    addHistory(*record, applyChoice(*record, choice));
    if (const Status status = checkMachine(record->spec); !status)
        return status.error();
    record->state = RunState::Queued;
    record->reason.clear();
    const Status status = writeRecord(*record);
    return status ? record : status.error();
}

Result<RunRecord> repairRun(const RunStore& store, std::string_view id)
{
    auto damaged = store.load(id);
    if (!damaged)
        return damaged;
    const auto lock = RunLock::acquire(damaged->folder, RunLock::Hold::ForAMoment);
    if (!lock)
        return lock.error();
    if (damaged = store.load(id); !damaged)
        return damaged;
    if (damaged->state != RunState::Damaged)
        return Error{ErrorCode::BadUsage, "The run " + shown(damaged->name) + " is not damaged.", {}};
    if (damaged->readOnly)
        return Error{ErrorCode::BadInput, damaged->reason, {}};
    const auto found = findCheckpoint(*damaged);
    if (!found)
        return Error{found.error().code,
                     "The run in " + damaged->folder + " cannot be repaired: " + (found.error().code == ErrorCode::NotFound
                         ? std::string("it has no checkpoint.") : found.error().message) + " It is damaged: " + damaged->reason,
                     found.error().detail};
    const RunRecord repaired = repairedRecord(*damaged, *found);
    setAside(repaired.folder);
    Status status = promoteCheckpoint(repaired, *found);
    if (status)
        status = writeRunFiles(repaired.folder, found->checkpoint, repaired);
    if (!status)
        return status.error();
    removeUnfinished(repaired.folder);
    return store.load(id);
}

Result<RunRecord> adoptRun(const RunStore& store, const Checkpoint& checkpoint, RunState state)
{
    auto made = store.create(checkpoint.record.spec, checkpoint.record.name, checkpoint.record.colour);
    if (!made)
        return made;
    const auto lock = RunLock::acquire(made->folder, RunLock::Hold::ForAMoment);
    if (!lock)
        return lock.error();
    Checkpoint own = checkpoint;
    own.record.id = made->id;
    own.record.folder = made->folder;
    own.record.state = state;
    addHistory(own.record, "Kept here because its own folder could not be written: " + checkpoint.record.folder);
    Status status = store.saveCheckpoint(own.record, own);
    if (status)
        status = writeRunFiles(made->folder, own, own.record);
    if (!status) { // nothing half made is left for a queue to find
        std::error_code ignored;
        std::filesystem::remove_all(made->folder, ignored);
        return status.error();
    }
    return store.load(made->id);
}

} // namespace normscope
