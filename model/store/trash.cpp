// SPDX-License-Identifier: GPL-3.0-or-later
// The store's trash: FOLDER/.trash/ID.
#include "model/store/runstore.h"

#include "model/store/atomicfile.h"
#include "model/store/runlock.h"
#include "model/store/storetext.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <sys/stat.h>

namespace normscope {

using namespace storage;

namespace fs = std::filesystem;

namespace {

bool exists(const std::string& path)
{
    std::error_code error;
    return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

Status moveFolder(const std::string& from, const std::string& to)
{
    return ::rename(from.c_str(), to.c_str()) == 0 ? Status() : Status(systemError("move", from, errno));
}

/// A run with this id may lie in the trash already, where somebody copied one back by hand: keep both.
Status makeRoom(const std::string& inTrash)
{
    if (!exists(inTrash))
        return {};
    int number = 1;
    while (exists(inTrash + "~" + std::to_string(number)))
        ++number;
    return moveFolder(inTrash, inTrash + "~" + std::to_string(number));
}

Status syncBoth(const std::string& store, const std::string& trash)
{
    const Status status = syncFolder(trash);
    return status ? syncFolder(store) : status;
}

} // namespace

Status RunStore::remove(std::string_view id) const
{
    const auto run = load(id);
    if (!run)
        return run.error();
    // Held until it lies in the trash, so that nobody begins to train it meanwhile.
    const auto lock = RunLock::acquire(run->folder, RunLock::Hold::ForAMoment, std::chrono::milliseconds(300));
    if (!lock && RunLock::isHeld(run->folder))
        return Error{ErrorCode::BadUsage, "The run " + shown(run->name) + " is being trained. Stop it before it is deleted.", {}};
    const std::string trash = m_folder + "/.trash";
    if (::mkdir(trash.c_str(), 0777) != 0 && errno != EEXIST)
        return systemError("make the trash", trash, errno);
    const std::string target = trash + "/" + run->id;
    if (Status status = makeRoom(target); !status)
        return status;
    if (Status status = moveFolder(run->folder, target); !status)
        return status;
    return syncBoth(m_folder, trash);
}

Status RunStore::restore(std::string_view id) const
{
    const std::string trash = m_folder + "/.trash";
    const std::string source = trash + "/" + std::string(id);
    const std::string target = m_folder + "/" + std::string(id);
    if (id.empty() || id.front() == '.' || id.find('/') != std::string_view::npos || !exists(source))
        return Error{ErrorCode::NotFound, "The run " + shown(id) + " is not in the trash " + trash + ".", {}};
    if (exists(target))
        return Error{ErrorCode::Io, "Cannot bring back the run " + shown(id) + ": " + target + " is there already.", {}};
    if (Status status = moveFolder(source, target); !status)
        return status;
    return syncBoth(m_folder, trash);
}

Status RunStore::purge(std::string_view id) const
{
    const std::string path = m_folder + "/.trash/" + std::string(id);
    if (id.empty() || id.front() == '.' || id.find('/') != std::string_view::npos)
        return Error{ErrorCode::NotFound, "The run " + shown(id) + " is not in the trash of " + m_folder + ".", {}};
    std::error_code error;
    fs::remove_all(path, error);
    return error ? Status(systemError("delete", path, error.value())) : Status();
}

Status RunStore::emptyTrash() const
{
    const std::string trash = m_folder + "/.trash";
    std::error_code error;
    fs::remove_all(trash, error);
    return error ? Status(systemError("delete", trash, error.value())) : Status();
}

} // namespace normscope
