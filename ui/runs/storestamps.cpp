// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/storestamps.h"

#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace normscope {

namespace {

constexpr std::int64_t nanosecondsPerSecond = 1'000'000'000;

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

FileStamp stampOf(int folder, const std::string& path)
{
    struct stat info = {};
    if (::fstatat(folder, path.c_str(), &info, 0) != 0)
        return {};
    return {info.st_size, info.st_mtim.tv_sec * nanosecondsPerSecond + info.st_mtim.tv_nsec, info.st_ino};
}

bool isFolder(int parent, const dirent& entry)
{
    if (entry.d_type == DT_DIR)
        return true;
    if (entry.d_type != DT_UNKNOWN && entry.d_type != DT_LNK)
        return false;
    struct stat info = {};
    return ::fstatat(parent, entry.d_name, &info, 0) == 0 && S_ISDIR(info.st_mode);
}

} // namespace

std::optional<StoreStamps> readStamps(const std::string& storeFolder, int* errorNumber)
{
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(storeFolder.c_str()));
    const auto failed = [&] {
        if (errorNumber)
            *errorNumber = errno;
        return std::nullopt;
    };
    if (!folder)
        return failed();
    const int fd = ::dirfd(folder.get());
    StoreStamps stamps;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(folder.get());
        if (!entry)
            break;
        if (entry->d_name[0] == '.' || !isFolder(fd, *entry))
            continue;
        const std::string id = entry->d_name;
        stamps.emplace(id, RunStamp{stampOf(fd, id + "/run.json"), stampOf(fd, id + "/metrics.csv")});
    }
    if (errno != 0) // half a list would look as if the other runs were gone
        return failed();
    return stamps;
}

} // namespace normscope
