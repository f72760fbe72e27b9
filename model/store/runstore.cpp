// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runstore.h"

#include "model/base/userfolder.h"
#include "model/store/checkpoint.h"
#include "model/store/atomicfile.h"
#include "model/store/runfolder.h"
#include "model/store/runjson.h"
#include "model/store/runlock.h"
#include "model/store/runtables.h"
#include "model/store/storetext.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <sys/stat.h>
#include <unistd.h>

namespace normscope {

using namespace storage;

namespace fs = std::filesystem;

namespace {

constexpr int maxIdNumber = 100'000;

bool exists(const std::string& path)
{
    std::error_code error;
    return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

bool isFolder(const std::string& path)
{
    std::error_code error;
    return fs::is_directory(path, error);
}

/// Ids come from outside too (command line): they name a folder in the store and nothing else.
bool isId(std::string_view text)
{
    return !text.empty() && text.front() != '.' && text.find('/') == std::string_view::npos
        && text.find('\0') == std::string_view::npos;
}

Error noSuchRun(std::string_view text, const std::string& folder)
{
    return {ErrorCode::NotFound,
            "There is no run " + shown(text) + " in " + folder + ". `normscope-cli runs` lists the runs.",
            {}};
}

/// "2026-11-22T18:15:02.123456Z" to "20261122-181502".
std::string timeForId(const std::string& created)
{
    return created.substr(0, 4) + created.substr(5, 2) + created.substr(8, 2) + "-" + created.substr(11, 2)
        + created.substr(14, 2) + created.substr(17, 2);
}

/// The run as it is written: what people typed is cleaned, and a run without a name gets one.
RunRecord cleaned(RunRecord record)
{
    record.name = cleanName(record.name);
    if (record.name.empty())
        record.name = normalizationTitle(record.spec.normalization, record.spec.groups);
    record.note = cleanNote(record.note);
    return record;
}

/// False where the id is taken. Whoever makes the hidden folder owns the id (mkdir decides); the run appears
/// under its own name once it is whole, so that nobody sees it without its run.json.
Result<bool> makeRunFolder(const std::string& store, const RunRecord& record)
{
    const std::string hidden = store + "/.new-" + record.id;
    if (::mkdir(hidden.c_str(), 0777) != 0) {
        if (errno == EEXIST)
            return false;
        return systemError("make the run's folder", record.folder, errno);
    }
    std::error_code ignored;
    if (exists(record.folder) || exists(store + "/.trash/" + record.id)) {
        fs::remove_all(hidden, ignored);
        return false;
    }
    Status status = replaceFile(hidden + "/run.json", writeRunJson(record, {}));
    if (status && ::rename(hidden.c_str(), record.folder.c_str()) != 0)
        status = systemError("make the run's folder", record.folder, errno);
    if (!status) {
        fs::remove_all(hidden, ignored);
        return status.error();
    }
    static_cast<void>(syncFolder(store).ok()); // it is there and seen already; at worst a power failure takes it
    return true;
}

/// For a change by somebody who may not be the run's owner; nothing where this process is, or where the folder takes no
/// lock: writing will tell why.
Result<std::optional<RunLock>> lockToChange(const RunRecord& record)
{
    if (RunLock::isHeldHere(record.folder))
        return std::optional<RunLock>();
    auto lock = RunLock::acquire(record.folder, RunLock::Hold::ForAMoment, std::chrono::milliseconds(300));
    if (lock)
        return std::optional<RunLock>(std::move(*lock));
    if (!RunLock::isHeld(record.folder))
        return std::optional<RunLock>();
    const std::string by = RunLock::owner(record.folder);
    return Error{ErrorCode::BadUsage,
                 "The run " + shown(record.name) + " is being trained by another window or command line" + (by.empty() ? "" : " (" + by + ")")
                     + ", which alone may change it. Try again when it has ended.",
                 {}};
}

} // namespace

Result<RunStore> RunStore::open(const std::string& folder)
{
    if (folder.empty())
        return Error{ErrorCode::BadUsage, "The folder for the runs has no name. Give one, for example --store ~/runs.", {}};
    std::error_code error;
    const std::string path = fs::absolute(folder, error).lexically_normal().string();
    fs::create_directories(path, error);
    if (!isFolder(path)) {
        const int reason = error ? error.value() : ENOTDIR;
        Error failure = systemError("make the folder for the runs", path, reason);
        failure.code = ErrorCode::Io;
        return failure;
    }
    const fs::path canonical = fs::canonical(path, error);
    return RunStore(error ? path : canonical.string());
}

Result<std::string> RunStore::defaultFolder()
{
    const std::string data = userFolder("XDG_DATA_HOME", ".local/share");
    if (data.empty())
        return Error{ErrorCode::NotFound, "There is no home folder to keep the runs in. Set HOME, or name a folder with --store.", {}};
    return data + "/normscope/runs";
}

std::vector<RunRecord> RunStore::list() const
{
    std::vector<std::pair<std::string, RunRecord>> keyed;
    std::error_code error;
    for (fs::directory_iterator it(m_folder, error), end; !error && it != end; it.increment(error)) {
        const std::string path = it->path().string();
        if (!isId(it->path().filename().string()) || !isFolder(path))
            continue;
        RunRecord record = readRunFolder(path);
        std::string key = sortKey(record);
        keyed.emplace_back(std::move(key), std::move(record));
    }
    std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second.id < b.second.id;
    });
    std::vector<RunRecord> runs;
    runs.reserve(keyed.size());
    for (auto& [key, record] : keyed)
        runs.push_back(std::move(record));
    return runs;
}

Result<RunRecord> RunStore::load(std::string_view id) const
{
    const std::string folder = m_folder + "/" + std::string(id);
    if (!isId(id) || !isFolder(folder))
        return noSuchRun(id, m_folder);
    return readRunFolder(folder);
}

Result<RunRecord> RunStore::find(std::string_view text) const
{
    if (text.empty())
        return Error{ErrorCode::BadUsage, "Which run? Give its id, its name or its folder; `normscope-cli runs` lists the runs.", {}};
    if (auto run = load(text))
        return run;

    std::vector<RunRecord> named = list();
    std::erase_if(named, [&](const RunRecord& run) { return run.name != text; });
    if (named.size() == 1)
        return std::move(named.front());

    std::error_code error;
    const fs::path path = fs::canonical(fs::path(std::string(text)), error);
    const bool looksLikePath = text.find('/') != std::string_view::npos || text == "." || text == "..";
    if (!error && isFolder(path.string()) && (looksLikePath || named.empty())) {
        if (exists((path / "run.json").string()))
            return readRunFolder(path.string());
        return Error{ErrorCode::BadInput, path.string() + " is not a run's folder: it has no run.json.", {}};
    }
    if (named.empty())
        return noSuchRun(text, m_folder);
    std::string ids;
    for (const auto& run : named)
        ids += (ids.empty() ? "" : ", ") + run.id;
    return Error{ErrorCode::BadUsage,
                 std::to_string(named.size()) + " runs are named " + shown(text) + ": give the id of one, " + ids + ".", {}};
}

Result<RunRecord> RunStore::create(const RunSpec& spec, const std::string& name, int colour) const
{
    RunRecord record;
    record.spec = spec;
    record.name = name;
    record.colour = colour;
    record.created = utcNow();
    record = cleaned(std::move(record));
    const std::string stem = timeForId(record.created) + "-" + std::string(toString(spec.normalization)) + "-";
    for (int number = 1; number <= maxIdNumber; ++number) {
        record.id = stem + std::to_string(number);
        record.folder = m_folder + "/" + record.id;
        const auto made = makeRunFolder(m_folder, record);
        if (!made)
            return made.error();
        if (*made)
            return record;
    }
    return Error{ErrorCode::Internal, "Cannot make another run in " + m_folder + " in this second. Try again.", {}};
}

Status RunStore::save(const RunRecord& record) const
{
    if (record.state == RunState::Damaged)
        return Error{ErrorCode::BadInput, "The run in " + record.folder + " is damaged and is left as it is: " + record.reason, {}};
    const auto lock = lockToChange(record);
    return lock ? writeRecord(cleaned(record)) : Status(lock.error());
}

Result<RunRecord> RunStore::edit(std::string_view id, const std::function<void(RunRecord&)>& change) const
{
    auto record = load(id);
    if (!record)
        return record;
    const auto lock = lockToChange(*record);
    if (!lock)
        return lock.error();
    if (record = load(id); !record) // its owner may have written it while we waited
        return record;
    change(*record);
    *record = cleaned(std::move(*record));
    if (record->state == RunState::Damaged)
        return Error{ErrorCode::BadInput, "The run in " + record->folder + " is damaged and is left as it is: " + record->reason, {}};
    const Status status = writeRecord(*record);
    return status ? record : status.error();
}

Status RunStore::saveCheckpoint(const RunRecord& record, const Checkpoint& checkpoint) const
{
    return replaceFileKeepingOld(checkpointPath(record.folder), checkpointBeforePath(record.folder), checkpointBytes(checkpoint));
}

Status RunStore::appendEpoch(const RunRecord& record, const EpochMetrics& metrics) const
{
    return appendRows(record.folder + "/metrics.csv", metricsHeader, metricsRow(metrics));
}

Status RunStore::appendBatchLosses(const RunRecord& record, std::size_t firstBatch, const std::vector<float>& losses) const
{
    return appendRows(record.folder + "/batches.csv", batchesHeader, batchRows(firstBatch, losses));
}

std::vector<float> RunStore::batchLosses(const RunRecord& record) const
{
    const auto text = readFile(record.folder + "/batches.csv", tableLimit);
    return text ? readBatches(*text) : std::vector<float>();
}

Status RunStore::savePredictions(const RunRecord& record, const Evaluation& evaluation) const
{
    const std::size_t rows = evaluation.size();
    if (evaluation.classes < 1 || evaluation.label.size() != rows || evaluation.predicted.size() != rows
        || evaluation.probabilities.size() != rows * std::size_t(evaluation.classes))
        return Error{ErrorCode::Internal, "The answers of run " + shown(record.name) + " are incomplete and were not saved.", {}};
    return replaceFile(record.folder + "/predictions.csv", predictionsText(evaluation, record.classNames));
}

Result<Evaluation> RunStore::predictions(const RunRecord& record) const
{
    const std::string path = record.folder + "/predictions.csv";
    const auto text = readFile(path, tableLimit);
    if (!text)
        return text.error();
    return readPredictions(*text, path);
}

bool RunStore::hasPredictions(const RunRecord& record) const
{
    std::error_code error;
    return fs::is_regular_file(record.folder + "/predictions.csv", error);
}

std::string RunStore::weightsPath(const RunRecord& record) const
{
    return record.folder + "/weights.pt";
}

} // namespace normscope
