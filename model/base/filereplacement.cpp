// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/filereplacement.h"

#include "model/base/filehandle.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace normscope {

bool writeAll(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

int replaceFile(const std::string& path, std::span<const std::string_view> parts, Durability durability)
{
    static std::atomic<unsigned> counter{0};
    const std::string beside =
        path + std::string(unfinishedMark) + std::to_string(::getpid()) + "-" + std::to_string(++counter);
    FileHandle file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file.isOpen())
        return errno;
    int failure = 0;
    for (const auto part : parts)
        if (failure == 0 && !writeAll(file.get(), part))
            failure = errno;
    if (failure == 0 && durability == Durability::Synced && ::fsync(file.get()) != 0)
        failure = errno;
    if (!file.closeChecked() && failure == 0)
        failure = errno;
    if (failure == 0 && ::rename(beside.c_str(), path.c_str()) != 0)
        failure = errno;
    if (failure != 0)
        ::unlink(beside.c_str());
    return failure;
}

} // namespace normscope
