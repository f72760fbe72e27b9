// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/team.h"

#include "model/fast/singlethreaded.h"

#include <xmmintrin.h>

#include <algorithm>

namespace normscope::fast {

namespace {

constexpr int spins = 2'000; ///< some 20 to 80 microseconds, about as long as putting a thread to sleep and waking it

/// Denormals are taken as 0 on this thread (flush to zero, denormals are zero): they slow the end of training.
void flushDenormals()
{
    _mm_setcsr(_mm_getcsr() | 0x8040U);
}

int shareStart(int tasks, int threads, int thread)
{
    return tasks * thread / threads;
}

} // namespace

Team::Team(int threads)
{
    try {
        for (int thread = 1; thread < threads; ++thread)
            m_workers.emplace_back([this, thread] { workerLoop(thread); });
    } catch (...) { // the system gives no more threads
        dismiss();
        throw;
    }
}

Team::~Team()
{
    dismiss();
}

void Team::dismiss()
{
    {
        const std::lock_guard lock(m_mutex);
        m_quit = true;
    }
    m_wake.notify_all();
    for (std::thread& worker : m_workers)
        worker.join();
}

void Team::workerLoop(int thread)
{
    omp_set_num_threads(1); // oneDNN uses OpenMP: each of our threads alone
    flushDenormals();
    unsigned round = 0;
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_quit || m_round != round; });
            if (m_quit)
                return;
            round = m_round;
        }
        goThrough(thread);
    }
}

void Team::run(const std::vector<Phase>& phases)
{
    const SingleThreaded guard;
    flushDenormals();
    m_failed = false;
    m_failure = nullptr;
    m_phases = &phases;
    m_shares.resize(std::max(m_shares.size(), phases.size()));
    for (std::size_t i = 0; i < phases.size(); ++i) {
        while (m_shares[i].next.size() < static_cast<std::size_t>(threads()))
            m_shares[i].next.emplace_back(0);
        for (int thread = 0; thread < threads(); ++thread)
            m_shares[i].next[static_cast<std::size_t>(thread)] = shareStart(phases[i].tasks, threads(), thread);
    }
    m_missing = threads();
    {
        const std::lock_guard lock(m_mutex);
        ++m_round;
    }
    m_wake.notify_all();
    goThrough(0);
    if (m_failure)
        std::rethrow_exception(m_failure);
}

void Team::goThrough(int thread)
{
    const std::vector<Phase>& phases = *m_phases;
    const std::size_t count = phases.size(); // after the last meeting they may be gone
    for (std::size_t i = 0; i < count; ++i) {
        doTasks(phases[i], m_shares[i], thread);
        meet(phases[i]);
    }
}

void Team::doTasks(const Phase& phase, Shares& shares, int thread)
{
    for (int i = 0; i < threads(); ++i) {
        const int owner = (thread + i) % threads();
        const int end = shareStart(phase.tasks, threads(), owner + 1);
        auto& next = shares.next[static_cast<std::size_t>(owner)];
        for (int task = next++; task < end && !m_failed; task = next++) {
            try {
                phase.work(task, thread);
            } catch (...) {
                fail();
            }
        }
    }
}

/// The last thread to come does what is to be done afterwards and lets the others go on.
void Team::meet(const Phase& phase)
{
    const unsigned meeting = m_meeting;
    if (--m_missing == 0) {
        if (phase.afterwards && !m_failed) {
            try {
                phase.afterwards();
            } catch (...) {
                fail();
            }
        }
        m_missing = threads();
        ++m_meeting;
        m_meeting.notify_all();
        return;
    }
    for (int i = 0; i < spins && m_meeting == meeting; ++i)
        _mm_pause();
    while (m_meeting == meeting)
        m_meeting.wait(meeting);
}

void Team::fail()
{
    const std::lock_guard lock(m_mutex);
    if (!m_failure)
        m_failure = std::current_exception();
    m_failed = true;
}

} // namespace normscope::fast
