// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/datafile.h"

#include "model/data/wording.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace normscope {

Result<DataFile> DataFile::open(const std::string& path)
{
    // Without O_NONBLOCK, opening a FIFO waits for somebody to write to it.
    DataFile file{FileHandle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), 0};
    struct stat status = {};
    if (!file.handle.isOpen() || ::fstat(file.handle.get(), &status) != 0)
        return fileError("open", path, errno);
    if (!S_ISREG(status.st_mode))
        return Error{
            ErrorCode::BadInput, shownName(path) + " is not a regular file. Put the data file in its place.", {}};
    file.size = static_cast<std::uint64_t>(status.st_size);
    return file;
}

Result<std::size_t> DataFile::read(void* buffer, std::size_t count, const std::string& path)
{
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::read(handle.get(), static_cast<char*>(buffer) + done, count - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fileError("read", path, errno);
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<std::vector<std::uint8_t>> readFile(const std::string& path, std::uint64_t limit)
{
    auto file = DataFile::open(path);
    if (!file)
        return file.error();
    if (file->size > limit)
        return Error{ErrorCode::BadInput,
                     shownName(path) + " has " + groupedNumber(file->size) + " bytes, more than the "
                         + groupedNumber(limit) + " that such a file may have.",
                     {}};
    std::vector<std::uint8_t> bytes(file->size);
    const auto got = file->read(bytes.data(), bytes.size(), path);
    if (!got)
        return got.error();
    bytes.resize(*got);
    return bytes;
}

namespace {

std::string_view advice(int errorNumber)
{
    switch (errorNumber) {
    case EACCES:
    case EPERM: return " Change its permissions or choose another place.";
    case ELOOP: return " The link leads to itself: choose another place.";
    case EROFS: return " Choose a folder that can be written to.";
    case ENOSPC:
    case EDQUOT: return " Free some space and try again.";
    case EIO: return " Try again; the disk may be failing.";
    default: return "";
    }
}

} // namespace

Error fileError(const std::string& doing, const std::string& path, int errorNumber)
{
    const auto reason = std::generic_category().message(errorNumber);
    if (errorNumber == ENOENT || errorNumber == ENOTDIR)
        return {ErrorCode::NotFound, "Cannot " + doing + " " + shownName(path) + ": it is not there.", reason};
    return {ErrorCode::Io, "Cannot " + doing + " " + shownName(path) + ": " + reason + "." + std::string(advice(errorNumber)), reason};
}

Status checkFolder(const std::string& what, const std::string& path)
{
    // Without O_DIRECTORY, opening a device may wait or do something to it.
    const FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.isOpen())
        return {};
    const int reason = errno;
    struct stat status = {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode))
        return Error{ErrorCode::BadInput, shownName(path) + " is not a folder.", {}};
    if (reason == ENOENT || reason == ENOTDIR)
        return Error{ErrorCode::NotFound, what + " " + shownName(path) + " is not there.", {}};
    return fileError("list the folder", path, reason);
}

Error cancelledError(const std::string& what)
{
    return {ErrorCode::Cancelled, what + " was cancelled.", {}};
}

} // namespace normscope
