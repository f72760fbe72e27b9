// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <chrono>
#include <string>

#include <sys/types.h>

namespace normscope {

/// Says who owns a run: held (flock on FOLDER/lock) by the process that trains it, and let go by the system
/// when that process dies. Hold it from before the state Running is saved until after the final state is.
class RunLock {
public:
    enum class Hold {
        AsOwner,    ///< who queues or trains the run
        ForAMoment, ///< who mends, renames or moves it, on whatever thread
    };
    /// Waits for whoever holds it only for a moment.
    /// Errors: BadUsage where somebody holds it already, saying who; Io where the lock file cannot be made.
    static Result<RunLock> acquire(const std::string& folder, Hold hold = Hold::AsOwner,
                                   std::chrono::milliseconds patience = std::chrono::milliseconds(1000));
    /// Whether anybody holds it, this process included; also where that cannot be found out.
    static bool isHeld(const std::string& folder);
    /// Whether this process holds it as its owner.
    static bool isHeldHere(const std::string& folder);
    /// "process 4711 on lab-3", as its last owner wrote it; empty where that is not known.
    static std::string owner(const std::string& folder);

    RunLock(RunLock&& other) noexcept;
    RunLock& operator=(RunLock&& other) noexcept;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    ~RunLock();

private:
    RunLock(int fd, dev_t device, ino_t inode, Hold hold) : m_fd(fd), m_device(device), m_inode(inode), m_hold(hold) {}
    void release();

    int m_fd = -1;
    dev_t m_device = 0;
    ino_t m_inode = 0;
    Hold m_hold = Hold::AsOwner;
};

} // namespace normscope
