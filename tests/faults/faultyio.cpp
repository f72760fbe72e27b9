// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into a program, it lets the n-th system call on files below a folder fail, or ends the program there.
// NORMSCOPE_FAULT_BELOW  the folder
// NORMSCOPE_FAULT_AT     which call, from 1; 0: none, they are only counted
// NORMSCOPE_FAULT_ERRNO  the error it gives
// NORMSCOPE_FAULT_KIND   "once"; "from": this call and all after it; "kill": the process gets SIGKILL before it;
//                        "slow": every call takes that many milliseconds longer (NORMSCOPE_FAULT_AT)
// NORMSCOPE_FAULT_COUNT  a file for the number of calls seen, written at the end of the program
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int descriptors = 4096;
std::atomic<bool> watched[descriptors]; // open files below the folder
std::atomic<long> calls{0};

struct Setting {
    const char* below = getenv("NORMSCOPE_FAULT_BELOW");
    long at = getenv("NORMSCOPE_FAULT_AT") ? atol(getenv("NORMSCOPE_FAULT_AT")) : 0;
    int error = getenv("NORMSCOPE_FAULT_ERRNO") ? atoi(getenv("NORMSCOPE_FAULT_ERRNO")) : EIO;
    const char* kind = getenv("NORMSCOPE_FAULT_KIND") ? getenv("NORMSCOPE_FAULT_KIND") : "once";

    ~Setting()
    {
        const char* count = getenv("NORMSCOPE_FAULT_COUNT");
        if (!count)
            return;
        const int fd = int(syscall(SYS_openat, AT_FDCWD, count, O_WRONLY | O_CREAT | O_TRUNC, 0666));
        char text[32];
        const int length = snprintf(text, sizeof text, "%ld\n", calls.load());
        static_cast<void>(syscall(SYS_write, fd, text, length));
        syscall(SYS_close, fd);
    }
};

Setting& setting()
{
    static Setting s;
    return s;
}

bool isBelow(const char* path)
{
    const char* below = setting().below;
    return below && path && strncmp(path, below, strlen(below)) == 0;
}

bool isWatched(int fd)
{
    return fd >= 0 && fd < descriptors && watched[fd];
}

/// Counts a call; true where it is to fail, with errno set.
bool fails()
{
    const Setting& s = setting();
    const long call = ++calls;
    if (strcmp(s.kind, "slow") == 0) {
        usleep(useconds_t(s.at * 1000));
        return false;
    }
    const bool hit = s.at > 0 && (call == s.at || (call > s.at && strcmp(s.kind, "from") == 0));
    if (hit && strcmp(s.kind, "kill") == 0)
        raise(SIGKILL);
    if (hit)
        errno = s.error;
    return hit;
}

template <class Function> Function* next(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int openWatched(const char* name, const char* path, int flags, mode_t mode)
{
    if (isBelow(path) && fails())
        return -1;
    const int fd = next<int(const char*, int, mode_t)>(name)(path, flags, mode);
    if (fd >= 0 && fd < descriptors)
        watched[fd] = isBelow(path);
    return fd;
}

mode_t modeOf(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

} // namespace

extern "C" {

int open(const char* path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = modeOf(flags, arguments);
    va_end(arguments);
    return openWatched("open", path, flags, mode);
}

int open64(const char* path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = modeOf(flags, arguments);
    va_end(arguments);
    return openWatched("open64", path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t count)
{
    if (isWatched(fd) && fails()) {
        if (count > 1) // as a disk that fills up does: some of it is written
            next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, count / 2);
        return -1;
    }
    return next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, count);
}

int fsync(int fd)
{
    return isWatched(fd) && fails() ? -1 : next<int(int)>("fsync")(fd);
}

int ftruncate(int fd, off_t length) noexcept
{
    return isWatched(fd) && fails() ? -1 : next<int(int, off_t)>("ftruncate")(fd, length);
}

int ftruncate64(int fd, off64_t length) noexcept
{
    return isWatched(fd) && fails() ? -1 : next<int(int, off64_t)>("ftruncate64")(fd, length);
}

int close(int fd)
{
    const bool bad = isWatched(fd) && fails();
    const int error = errno;
    if (fd >= 0 && fd < descriptors)
        watched[fd] = false;
    const int result = next<int(int)>("close")(fd);
    if (bad)
        errno = error;
    return bad ? -1 : result;
}

int rename(const char* from, const char* to) noexcept
{
    return isBelow(to) && fails() ? -1 : next<int(const char*, const char*)>("rename")(from, to);
}

int link(const char* from, const char* to) noexcept
{
    return isBelow(to) && fails() ? -1 : next<int(const char*, const char*)>("link")(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept
{
    return isBelow(path) && fails() ? -1 : next<int(const char*, mode_t)>("mkdir")(path, mode);
}

int unlink(const char* path) noexcept
{
    return isBelow(path) && fails() ? -1 : next<int(const char*)>("unlink")(path);
}

} // extern "C"
