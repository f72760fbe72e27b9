// SPDX-License-Identifier: GPL-3.0-or-later
// To be loaded before the C library: the wall clock goes back by an hour whenever it is looked at. The monotonic clocks
// go on as they do.
#include <atomic>
#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

std::time_t hoursBack()
{
    static std::atomic<int> looks{0};
    return std::time_t(3600) * ++looks;
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept
{
    const int result = int(::syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec -= hoursBack();
    return result;
}

extern "C" int gettimeofday(timeval* time, void*) noexcept
{
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

extern "C" time_t time(time_t* to) noexcept
{
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    if (to)
        *to = now.tv_sec;
    return now.tv_sec;
}
