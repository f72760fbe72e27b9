// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace normscope::fast {

/// Threads that work through phases of tasks together, the caller among them. Unlike OpenMP's loops, a thread that has
/// done its share of a phase takes over the others', and who waits does so briefly awake and then asleep: a machine
/// that is busy with other things, such as our own window, costs no more than its share.
class Team {
public:
    explicit Team(int threads);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    int threads() const { return static_cast<int>(m_workers.size()) + 1; }

    struct Phase {
        int tasks = 0;
        std::function<void(int task, int thread)> work;
        std::function<void()> afterwards; ///< by one thread, when all tasks are done and before the next phase begins; may be null
    };
    /// Goes through the phases; every task is done once, by any thread. The first exception of a task comes out here;
    /// what is left is not done then.
    void run(const std::vector<Phase>& phases);

private:
    /// Each thread's part of a phase's tasks; the others take from it when theirs is empty.
    struct Shares {
        std::deque<std::atomic<int>> next; ///< a deque, since an atomic cannot be moved
    };

    void dismiss();
    void workerLoop(int thread);
    void goThrough(int thread);
    void doTasks(const Phase& phase, Shares& shares, int thread);
    void meet(const Phase& phase);
    void fail();

    std::vector<std::thread> m_workers;
    const std::vector<Phase>* m_phases = nullptr;
    std::deque<Shares> m_shares; ///< for each phase
    std::atomic<int> m_missing{0};    ///< threads that have not reached the end of the phase
    std::atomic<unsigned> m_meeting{0}; ///< how many phases have ended
    std::atomic<bool> m_failed{false};
    std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_wake;
    unsigned m_round = 0;
    bool m_quit = false;
    std::exception_ptr m_failure;
};

} // namespace normscope::fast
