// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/atomicfile.h"

#include "model/base/filehandle.h"
#include "model/base/filereplacement.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace normscope::storage {

namespace {

int openFile(const std::string& path, int flags)
{
    for (;;) {
        const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EINTR)
            return fd;
    }
}

std::string_view advice(int errorNumber)
{
    switch (errorNumber) {
    case ENOSPC:
    case EDQUOT: return " Free some space and try again.";
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOTDIR: return " Choose another folder for the runs, or change its permissions.";
    default: return "";
    }
}

/// Length of the file up to and with its last line end; -1 on a read error.
off_t lengthOfWholeRows(int fd, off_t size)
{
    char block[4096];
    while (size > 0) {
        const off_t start = std::max<off_t>(0, size - off_t(sizeof block));
        const ssize_t got = ::pread(fd, block, static_cast<std::size_t>(size - start), start);
        if (got != size - start) {
            errno = got < 0 ? errno : EIO; // shortened by somebody else meanwhile
            return -1;
        }
        const auto newline = std::string_view(block, static_cast<std::size_t>(got)).rfind('\n');
        if (newline != std::string_view::npos)
            return start + off_t(newline) + 1;
        size = start;
    }
    return 0;
}

std::string folderOf(const std::string& path)
{
    const auto parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

} // namespace

Error systemError(std::string_view doing, const std::string& path, int errorNumber)
{
    const bool full = errorNumber == ENOSPC || errorNumber == EDQUOT;
    const ErrorCode code = errorNumber == ENOENT ? ErrorCode::NotFound : full ? ErrorCode::DiskFull : ErrorCode::Io;
    std::string message = "Cannot " + std::string(doing) + " " + path + ": "
        + std::generic_category().message(errorNumber) + "." + std::string(advice(errorNumber));
    return Error{code, std::move(message), "errno " + std::to_string(errorNumber)};
}

Status syncFolder(const std::string& folder)
{
    const FileHandle fd(openFile(folder, O_RDONLY | O_DIRECTORY));
    if (fd.get() < 0)
        return systemError("open", folder, errno);
    // Some file systems cannot sync a folder and say EINVAL; there is nothing more to be done there.
    if (::fsync(fd.get()) != 0 && errno != EINVAL)
        return systemError("save", folder, errno);
    return {};
}

Status replaceFile(const std::string& path, std::string_view contents)
{
    if (const int failure = normscope::replaceFile(path, {&contents, 1}, Durability::Synced); failure != 0)
        return systemError("write", path, failure);
    return syncFolder(folderOf(path));
}

namespace {

/// A second name for the file, by which `path` stays where it is; where the file system has no links it gets the other name.
Status keepAs(const std::string& path, const std::string& old)
{
    const std::string beside = old + ".next";
    ::unlink(beside.c_str()); // of a crash between the next two lines
    if (::link(path.c_str(), beside.c_str()) == 0) {
        if (::rename(beside.c_str(), old.c_str()) != 0)
            return systemError("rename", beside, errno);
        ::unlink(beside.c_str()); // it is still there where both were the same file already
        return {};
    }
    if (errno == ENOENT)
        return {};
    return ::rename(path.c_str(), old.c_str()) == 0 ? Status() : Status(systemError("rename", path, errno));
}

} // namespace

Status replaceFileKeepingOld(const std::string& path, const std::string& old, std::string_view contents)
{
    const std::string next = path + ".next";
    if (Status status = replaceFile(next, contents); !status)
        return status;
    if (Status status = keepAs(path, old); !status)
        return status;
    if (::rename(next.c_str(), path.c_str()) != 0)
        return systemError("rename", next, errno);
    return syncFolder(folderOf(path));
}

Status removeFile(const std::string& path)
{
    return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Status() : Status(systemError("delete", path, errno));
}

Status appendRows(const std::string& path, std::string_view header, std::string_view rows)
{
    FileHandle fd(openFile(path, O_RDWR | O_CREAT | O_NONBLOCK));
    struct stat info = {};
    if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0)
        return systemError("write", path, errno);
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::BadInput, "Cannot write " + path + ": it is not a regular file.", {}};
    const off_t whole = lengthOfWholeRows(fd.get(), info.st_size);
    if (whole < 0)
        return systemError("read", path, errno);
    if ((whole != info.st_size && ::ftruncate(fd.get(), whole) != 0) || ::lseek(fd.get(), whole, SEEK_SET) < 0)
        return systemError("write", path, errno);

    const std::string text = (whole == 0 ? std::string(header) : std::string()) + std::string(rows);
    if (!writeAll(fd.get(), text) || ::fsync(fd.get()) != 0) {
        const int failure = errno;
        if (::ftruncate(fd.get(), whole) != 0) // half a row would be dropped on reading as well
            return systemError("shorten", path, failure);
        return systemError("write", path, failure);
    }
    if (!fd.closeChecked())
        return systemError("write", path, errno);
    return whole == 0 ? syncFolder(folderOf(path)) : Status();
}

Result<std::string> readFile(const std::string& path, std::size_t limit)
{
    const FileHandle fd(openFile(path, O_RDONLY | O_NONBLOCK));
    struct stat info = {};
    if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0)
        return systemError("read", path, errno);
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::BadInput, "Cannot read " + path + ": it is not a regular file.", {}};
    const auto tooLarge = [&] {
        return Error{ErrorCode::BadInput,
                     "Cannot read " + path + ": it is larger than the " + std::to_string(limit) + " bytes that such a file can have.", {}};
    };
    if (info.st_size > 0 && std::size_t(info.st_size) > limit) // before memory is taken for it
        return tooLarge();
    std::string text;
    // The file may grow while it is read, so its length is only a first guess.
    text.resize(std::min(limit, static_cast<std::size_t>(std::max<off_t>(info.st_size, 0))) + 1);
    std::size_t length = 0;
    for (;;) {
        if (length == text.size())
            text.resize(text.size() * 2);
        const ssize_t got = ::read(fd.get(), text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError("read", path, errno);
        length += static_cast<std::size_t>(got);
        if (length > limit)
            return tooLarge();
        if (got == 0)
            break;
    }
    text.resize(length);
    return text;
}

} // namespace normscope::storage
