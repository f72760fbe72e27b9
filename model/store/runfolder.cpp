// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runfolder.h"

#include "model/base/filereplacement.h"
#include "model/store/atomicfile.h"
#include "model/store/checkpoint.h"
#include "model/store/recovery.h"
#include "model/store/runjson.h"
#include "model/store/runlock.h"
#include "model/store/runtables.h"
#include "model/store/statedict.h"
#include "model/store/storetext.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace normscope::storage {

namespace {

void markDamaged(RunRecord& record, const std::string& reason)
{
    record.state = RunState::Damaged;
    record.reason = reason;
}

/// False where run.json is not there or not readable; the record is then Damaged.
bool readJson(RunRecord& record)
{
    const std::string path = record.folder + "/run.json";
    const auto text = readFile(path, runJsonLimit);
    if (!text) {
        markDamaged(record, text.error().code == ErrorCode::NotFound
                                ? record.folder + " is not a whole run: it has no run.json."
                                : text.error().message);
        return false;
    }
    const RunJsonState state = readRunJson(*text, record);
    if (state.schema > runSchema) {
        record.readOnly = true;
        const std::string newer = path + " was " + newerVersionText(state);
        if (!state.problem.empty())
            markDamaged(record, newer + " and cannot be read here: " + state.problem + ". Open it with that version.");
        else
            record.reason = newer + ". It is shown as far as it can be read, and not changed."
                + (record.reason.empty() ? "" : " " + record.reason);
        return state.problem.empty();
    }
    if (!state.problem.empty())
        markDamaged(record, path + ": " + state.problem + ".");
    return state.problem.empty();
}

void readCurves(RunRecord& record)
{
    const std::string path = record.folder + "/metrics.csv";
    const auto text = readFile(path, tableLimit);
    // A run that never came to the end of its first epoch has no metrics.csv.
    if (!text && text.error().code == ErrorCode::NotFound) {
        if (record.state == RunState::Finished)
            markDamaged(record, path + " is missing, though the run is finished.");
        return;
    }
    if (!text) {
        markDamaged(record, text.error().message);
        return;
    }
    MetricsTable table = readMetrics(*text);
    record.epochs = std::move(table.epochs);
    if (!table.problem.empty())
        markDamaged(record, path + ", " + table.problem + ".");
    else if (record.epochs.empty() && record.state == RunState::Finished)
        markDamaged(record, path + " has no epochs, though the run is finished.");
    else if (table.cutShort && record.reason.empty())
        record.reason = path + ": the last row was not written whole and is left out.";
}

std::string interruptedText(const RunRecord& record, const Result<FoundCheckpoint>& found)
{
    const std::string done = record.epochs.empty() ? "before its first epoch was done"
        : "after " + std::to_string(record.epochs.size()) + " of " + std::to_string(record.spec.epochs) + " epochs";
    const std::string text = "The program that trained this run ended " + done + ". ";
    if (found)
        return text + "Resume goes on from there.";
    if (found.error().code != ErrorCode::NotFound)
        return text + "It cannot be resumed, but what is here can be looked at. " + found.error().message;
    return text + (record.epochs.empty() ? "Resume trains it from the start." : "It has no checkpoint to go on from.");
}

/// All files of a run whose owner died tell of the epoch that its checkpoint has.
void settle(RunRecord& record)
{
    // Where it cannot be had, somebody else settles it, or the store cannot be written: then it is only shown so.
    const auto lock = RunLock::acquire(record.folder, RunLock::Hold::ForAMoment, std::chrono::milliseconds(0));
    if (lock) {
        RunRecord again;
        again.folder = record.folder;
        again.id = record.id;
        if (!readJson(again) || again.state != RunState::Running) { // its owner, or who settled it, was quicker
            record = std::move(again);
            readCurves(record);
            return;
        }
    } else if (RunLock::isHeld(record.folder)) {
        return;
    }
    const auto found = findCheckpoint(record);
    const bool ahead = found && found->checkpoint.record.epochs.size() >= record.epochs.size();
    if (ahead)
        record.epochs = found->checkpoint.record.epochs;
    const bool done = ahead && static_cast<int>(record.epochs.size()) == record.spec.epochs; // all but the last line was written
    record.state = done ? RunState::Finished : RunState::Interrupted;
    record.reason = done ? "" : interruptedText(record, found);
    if (!lock)
        return;
    removeUnfinished(record.folder);
    // Neither can be told to anybody here; the next reader tries again.
    if (ahead)
        static_cast<void>(writeRunFiles(record.folder, found->checkpoint, record).ok());
    else
        static_cast<void>(writeRecord(record).ok());
}

/// Running says the file; whether it is true says the lock.
void checkOwner(RunRecord& record)
{
    if (record.state != RunState::Running || RunLock::isHeld(record.folder))
        return;
    if (record.readOnly)
        record.state = RunState::Interrupted;
    else
        settle(record);
}

std::string isoTime(std::time_t seconds)
{
    std::tm utc = {};
    ::gmtime_r(&seconds, &utc);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                  utc.tm_hour, utc.tm_min, utc.tm_sec);
    return text;
}

/// The time in an id like 20261122-181502-batch-1, or nothing.
std::string timeOfId(const std::string& id)
{
    constexpr std::size_t length = 15;
    if (id.size() < length || id[8] != '-')
        return {};
    for (std::size_t i = 0; i < length; ++i)
        if (i != 8 && std::isdigit(static_cast<unsigned char>(id[i])) == 0)
            return {};
    return id.substr(0, 4) + "-" + id.substr(4, 2) + "-" + id.substr(6, 2) + "T" + id.substr(9, 2) + ":"
        + id.substr(11, 2) + ":" + id.substr(13, 2);
}

} // namespace

RunRecord readRunFolder(const std::string& folder)
{
    RunRecord record;
    record.folder = folder;
    record.id = std::filesystem::path(folder).filename().string();
    if (readJson(record)) {
        readCurves(record);
        checkOwner(record);
    }
    record.name = cleanName(record.name);
    if (record.name.empty())
        record.name = record.state == RunState::Damaged ? cleanName(record.id)
                                                        : normalizationTitle(record.spec.normalization, record.spec.groups);
    return record;
}

namespace {

Status refuseNewer(const std::string& path, const Result<std::string>& text)
{
    RunRecord ignored;
    const RunJsonState state = text ? readRunJson(*text, ignored) : RunJsonState();
    if (state.schema > runSchema)
        return Error{ErrorCode::BadInput, path + " was " + newerVersionText(state) + " and is not changed here.", {}};
    return {};
}

} // namespace

Status writeRecord(const RunRecord& record)
{
    const std::string path = record.folder + "/run.json";
    const auto existing = readFile(path, runJsonLimit);
    if (Status status = refuseNewer(path, existing); !status)
        return status;
    return replaceFile(path, writeRunJson(record, existing ? std::string_view(*existing) : std::string_view()));
}

Status writeRunFiles(const std::string& folder, const Checkpoint& checkpoint, const RunRecord& record)
{
    const auto replaceOrRemove = [&](const char* name, bool replace, const auto& text) {
        const std::string path = folder + "/" + name;
        return replace ? replaceFile(path, text()) : removeFile(path);
    };
    const auto& epochs = checkpoint.record.epochs;
    const auto& losses = checkpoint.batchLosses;
    Status status = refuseNewer(folder + "/run.json", readFile(folder + "/run.json", runJsonLimit));
    if (status && checkpoint.training.position.batches == 0)
        status = replaceOrRemove("weights.pt", !epochs.empty(), [&] { return stateDictionaryBytes(checkpoint.training.weights); });
    if (status)
        status = replaceOrRemove("predictions.csv", checkpoint.evaluation.has_value(),
                                 [&] { return predictionsText(*checkpoint.evaluation, checkpoint.record.classNames); });
    if (status)
        status = replaceOrRemove("batches.csv", !losses.empty(), [&] { return std::string(batchesHeader) + batchRows(1, losses); });
    if (status)
        status = replaceOrRemove("metrics.csv", !epochs.empty(), [&] {
            std::string text(metricsHeader);
            for (const EpochMetrics& epoch : epochs)
                text += metricsRow(epoch);
            return text;
        });
    return status ? writeRecord(record) : status;
}

namespace {

/// "metrics.csv.new-4711-3", and nothing that somebody else put there.
bool isUnfinished(std::string_view name)
{
    constexpr std::string_view ours[] = {"run.json", "metrics.csv", "batches.csv", "predictions.csv", "weights.pt", "checkpoint.next"};
    return std::any_of(std::begin(ours), std::end(ours),
                       [&](std::string_view file) { return name.starts_with(file) && name.substr(file.size()).starts_with(unfinishedMark); });
}

} // namespace

void removeUnfinished(const std::string& folder)
{
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (isUnfinished(it->path().filename().string()))
            ::unlink(it->path().c_str());
}

std::string sortKey(const RunRecord& record)
{
    if (!record.created.empty())
        return record.created;
    if (const std::string time = timeOfId(record.id); !time.empty())
        return time;
    struct stat info = {};
    return ::stat(record.folder.c_str(), &info) == 0 ? isoTime(info.st_mtime) : std::string();
}

std::string utcNow()
{
    std::timespec now = {};
    std::timespec_get(&now, TIME_UTC);
    char fraction[32];
    std::snprintf(fraction, sizeof fraction, ".%06ldZ", static_cast<long>(now.tv_nsec / 1000));
    return isoTime(now.tv_sec) + fraction;
}

} // namespace normscope::storage
