// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/rescue.h"

#include "model/base/userfolder.h"
#include "model/store/atomicfile.h"
#include "model/store/recovery.h"
#include "model/store/runfolder.h"
#include "model/store/runlock.h"
#include "model/store/storetext.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace normscope {

using namespace storage;

namespace {

constexpr mode_t forTheOwner = 0700;

Error ioError(const char* what, const std::string& path, int number)
{
    Error error = systemError(what, path, number);
    error.code = ErrorCode::Io;
    return error;
}

/// How far it was trained.
std::pair<std::size_t, int> reach(const Checkpoint& checkpoint)
{
    return {checkpoint.record.epochs.size(), checkpoint.training.position.batches};
}

Result<RunRecord> adoptIn(const Result<std::string>& folder, const Checkpoint& checkpoint, RunState state)
{
    if (!folder)
        return folder.error();
    const auto store = RunStore::open(*folder);
    return store ? adoptRun(*store, checkpoint, state) : Result<RunRecord>(store.error());
}

} // namespace

Status writeBack(const RunStore& store, const Checkpoint& checkpoint, RunState state)
{
    RunRecord record = checkpoint.record;
    if (store.folder() + "/" + record.id != record.folder)
        return Error{ErrorCode::NotFound, "The run " + shown(record.name) + " is not of the store " + store.folder() + ".", {}};
    struct stat info = {};
    if (::stat(record.folder.c_str(), &info) != 0)
        return errno == ENOENT ? Error{ErrorCode::NotFound, "The run's folder " + record.folder + " is gone.", {}}
                               : ioError("read", record.folder, errno);
    const auto lock = RunLock::acquire(record.folder, RunLock::Hold::ForAMoment);
    if (!lock)
        return lock.error();
    const auto onDisk = store.load(record.id);
    if (!onDisk)
        return onDisk.error();
    const auto found = findCheckpoint(*onDisk);
    if ((found && reach(found->checkpoint) > reach(checkpoint))
        || (onDisk->state != RunState::Damaged && onDisk->epochs.size() > record.epochs.size()))
        return Error{ErrorCode::BadUsage, "The run " + shown(onDisk->name) + " was trained further by another window or command line.", {}};
    if (onDisk->state != RunState::Damaged) { // what a person gave meanwhile
        record.name = onDisk->name;
        record.note = onDisk->note;
        record.colour = onDisk->colour;
    }
    record.state = state;
    Status status = store.saveCheckpoint(record, checkpoint);
    if (status)
        status = writeRunFiles(record.folder, checkpoint, record);
    if (status)
        removeUnfinished(record.folder);
    return status;
}

Result<std::string> rescueFolder()
{
    const std::string state = userFolder("XDG_STATE_HOME", ".local/state");
    if (state.empty())
        return Error{ErrorCode::NotFound, "There is no home folder to keep runs in.", {}};
    const std::string parent = state + "/normscope";
    const std::string folder = parent + "/rescued";
    std::error_code ignored; // mkdir tells
    std::filesystem::create_directories(parent, ignored);
    if (::mkdir(folder.c_str(), forTheOwner) != 0 && errno != EEXIST)
        return ioError("make the folder", folder, errno);
    struct stat info = {};
    if (::lstat(folder.c_str(), &info) != 0)
        return ioError("read", folder, errno);
    if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid())
        return Error{ErrorCode::Io, "Runs are not kept in " + folder + ": it is not a folder of this user.", {}};
    if ((info.st_mode & 0077) != 0 && ::chmod(folder.c_str(), forTheOwner) != 0)
        return ioError("close to others", folder, errno);
    return folder;
}

Result<std::string> temporaryRescueFolder()
{
    static std::mutex mutex;
    static std::string made; // one for all runs of this process
    const std::lock_guard lock(mutex);
    if (!made.empty())
        return made;
    std::error_code error;
    const auto temporary = std::filesystem::temp_directory_path(error);
    std::string name = (error ? std::filesystem::path("/tmp") : temporary).string() + "/normscope-rescued-XXXXXX";
    if (!::mkdtemp(name.data())) // with mode 0700
        return ioError("make a folder in", std::filesystem::path(name).parent_path().string(), errno);
    made = name;
    return made;
}

Result<RunRecord> rescueRun(const RunStore& own, const Checkpoint& checkpoint, RunState state, const std::vector<std::string>& places)
{
    const Status back = writeBack(own, checkpoint, state);
    if (back)
        return own.load(checkpoint.record.id);
    Result<RunRecord> kept = back.error();
    for (const std::string& place : places)
        if (kept = adoptIn(place, checkpoint, state); kept)
            return kept;
    for (const auto make : {rescueFolder, temporaryRescueFolder})
        if (kept = adoptIn(make(), checkpoint, state); kept)
            return kept;
    return kept;
}

} // namespace normscope
