// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runfolder.h"

#include "model/store/atomicfile.h"
#include "model/store/runjson.h"
#include "model/store/runlock.h"
#include "model/store/runtables.h"
#include "model/store/storetext.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include <sys/stat.h>

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

/// Running says the file; whether it is true says the lock.
void checkOwner(RunRecord& record)
{
    if (record.state != RunState::Running || RunLock::isHeld(record.folder))
        return;
    // The owner may have saved the end of the run and let go of the lock since run.json was read.
    RunRecord again;
    again.folder = record.folder;
    again.id = record.id;
    if (!readJson(again) || again.state != RunState::Running) {
        record = std::move(again);
        return;
    }
    record.state = RunState::Interrupted;
    if (record.reason.empty())
        record.reason = "The program that trained this run ended before the run did. The epochs done until then are kept.";
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
        checkOwner(record);
        if (record.state != RunState::Damaged)
            readCurves(record);
    }
    record.name = cleanName(record.name);
    if (record.name.empty())
        record.name = record.state == RunState::Damaged ? cleanName(record.id)
                                                        : normalizationTitle(record.spec.normalization, record.spec.groups);
    return record;
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
