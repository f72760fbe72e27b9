// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/cachefolder.h"

#include "model/base/filereplacement.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace normscope {

namespace {

namespace fs = std::filesystem;

struct CacheFile {
    fs::path path;
    std::uint64_t bytes = 0;
    fs::file_time_type used;
    bool isUnfinished = false;
};

std::vector<CacheFile> cacheFiles(const fs::path& folder)
{
    std::vector<CacheFile> files;
    std::error_code error;
    for (fs::directory_iterator next(folder, error), end; !error && next != end; next.increment(error)) {
        const std::string name = next->path().filename().string();
        const bool isUnfinished = name.find(std::string(cacheFileEnding) + std::string(unfinishedMark)) != name.npos;
        std::error_code gone; // another program may be tidying up as well
        if ((!isUnfinished && !name.ends_with(cacheFileEnding)) || !next->is_regular_file(gone))
            continue;
        CacheFile file{next->path(), next->file_size(gone), next->last_write_time(gone), isUnfinished};
        if (!gone)
            files.push_back(std::move(file));
    }
    return files;
}

/// Nobody else's eyes: the images may be from a folder that only the user can read.
bool makeFolder(const fs::path& folder)
{
    std::error_code error;
    if (fs::is_directory(folder, error))
        return true;
    if (!fs::create_directories(folder, error))
        return false;
    fs::permissions(folder, fs::perms::owner_all, error);
    return !error;
}

} // namespace

bool makeRoom(const std::string& path, std::uint64_t bytes, std::uint64_t limit)
{
    std::error_code error;
    const fs::path folder = fs::path(path).parent_path();
    if (bytes > limit || !makeFolder(folder))
        return false;
    auto files = cacheFiles(folder);
    std::sort(files.begin(), files.end(), [](const CacheFile& a, const CacheFile& b) { return a.used < b.used; });
    std::uint64_t total = bytes;
    for (const auto& file : files)
        if (file.path != path)
            total += file.bytes;
    const auto anHourAgo = fs::file_time_type::clock::now() - std::chrono::hours(1);
    for (const auto& file : files) {
        const bool isLeftOver = file.isUnfinished && file.used < anHourAgo;
        if (file.path == path || (!isLeftOver && (file.isUnfinished || total <= limit)))
            continue;
        if (fs::remove(file.path, error))
            total -= file.bytes;
    }
    const auto space = fs::space(folder, error);
    return total <= limit && !error && space.available / 2 >= bytes;
}

void markUsed(const std::string& path)
{
    static_cast<void>(::utimensat(AT_FDCWD, path.c_str(), nullptr, 0));
}

std::uint64_t cacheBytes(const std::string& folder)
{
    std::uint64_t total = 0;
    for (const auto& file : cacheFiles(folder))
        total += file.bytes;
    return total;
}

} // namespace normscope
