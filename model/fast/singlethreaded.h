// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <omp.h>

namespace normscope::fast {

/// oneDNN asks OpenMP how many threads it may use, when a primitive is made and when it runs: one while this lives, on
/// this thread, since we run several primitives at once.
class SingleThreaded {
public:
    SingleThreaded() : m_before(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~SingleThreaded() { omp_set_num_threads(m_before); }
    SingleThreaded(const SingleThreaded&) = delete;
    SingleThreaded& operator=(const SingleThreaded&) = delete;

private:
    int m_before;
};

} // namespace normscope::fast
