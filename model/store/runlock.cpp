// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runlock.h"

#include "model/base/filereplacement.h"
#include "model/store/atomicfile.h"
#include "model/store/storetext.h"

#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace normscope {

using namespace storage;

namespace {

constexpr std::size_t ownerLimit = 1024;
constexpr auto acquireWait = std::chrono::milliseconds(10);

/// The lock files that this process holds, by device and inode: paths have many spellings.
struct HeldHere {
    std::mutex mutex;
    std::set<std::pair<dev_t, ino_t>> files;
};

HeldHere& heldHere()
{
    static HeldHere held;
    return held;
}

std::string lockPath(const std::string& folder)
{
    return folder + "/lock";
}

/// flock until it succeeds, fails for good, or stayed busy through all tries.
bool tryLock(int fd, int tries)
{
    for (;;) {
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || --tries <= 0)
            return false;
        std::this_thread::sleep_for(acquireWait);
    }
}

/// For people; a full disk does not keep anybody from holding a lock.
void writeOwner(int fd)
{
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    const std::string text = "process " + std::to_string(::getpid()) + (host[0] ? std::string(" on ") + host : std::string()) + "\n";
    if (::ftruncate(fd, 0) == 0)
        static_cast<void>(writeAll(fd, text));
}

} // namespace

Result<RunLock> RunLock::acquire(const std::string& folder, Hold hold, std::chrono::milliseconds patience)
{
    const std::string path = lockPath(folder);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0)
        return systemError("write", path, errno);
    struct stat info = {};
    const int tries = 1 + int(patience / acquireWait);
    if (::fstat(fd, &info) != 0 || !tryLock(fd, tries)) {
        const int failure = errno;
        ::close(fd);
        if (failure != EWOULDBLOCK)
            return systemError("lock", path, failure);
        const std::string by = owner(folder);
        return Error{ErrorCode::BadUsage,
                     "The run in " + folder + " is being trained already" + (by.empty() ? "" : ", by " + by)
                         + ". Wait for it to end, or stop it there.",
                     {}};
    }
    writeOwner(fd);
    if (hold == Hold::AsOwner) {
        auto& held = heldHere();
        const std::lock_guard guard(held.mutex);
        held.files.emplace(info.st_dev, info.st_ino);
    }
    return RunLock(fd, info.st_dev, info.st_ino, hold);
}

bool RunLock::isHeldHere(const std::string& folder)
{
    struct stat info = {};
    if (::stat(lockPath(folder).c_str(), &info) != 0)
        return false;
    auto& held = heldHere();
    const std::lock_guard guard(held.mutex);
    return held.files.contains({info.st_dev, info.st_ino});
}

std::string RunLock::owner(const std::string& folder)
{
    const auto text = readFile(lockPath(folder), ownerLimit);
    if (!text || !text->starts_with("process ") || !text->ends_with('\n'))
        return {};
    return cleanName(*text);
}

bool RunLock::isHeld(const std::string& folder)
{
    if (isHeldHere(folder))
        return true;
    const int fd = ::open(lockPath(folder).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) // too many open files, say, must not make a run that is being trained look as if it were not
        return errno != ENOENT && errno != ENOTDIR && errno != EACCES;
    // A shared lock, so that two who ask at once do not see one another.
    const bool busy = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(fd);
    return busy;
}

RunLock::RunLock(RunLock&& other) noexcept
    : m_fd(std::exchange(other.m_fd, -1))
    , m_device(other.m_device)
    , m_inode(other.m_inode)
    , m_hold(other.m_hold)
{
}

RunLock& RunLock::operator=(RunLock&& other) noexcept
{
    if (this != &other) {
        release();
        m_fd = std::exchange(other.m_fd, -1);
        m_device = other.m_device;
        m_inode = other.m_inode;
        m_hold = other.m_hold;
    }
    return *this;
}

RunLock::~RunLock()
{
    release();
}

void RunLock::release()
{
    if (m_fd < 0)
        return;
    {
        auto& held = heldHere();
        const std::lock_guard guard(held.mutex);
        if (m_hold == Hold::AsOwner)
            held.files.erase({m_device, m_inode});
        ::close(std::exchange(m_fd, -1));
    }
}

} // namespace normscope
