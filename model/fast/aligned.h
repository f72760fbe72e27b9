// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace normscope::fast {

/// Memory for vectors: aligned to a cache line, made once, zero at first.
template <typename T> class AlignedArray {
public:
    AlignedArray() = default;
    explicit AlignedArray(std::size_t size) : m_size(size), m_data(static_cast<T*>(::operator new[](size * sizeof(T), alignment)))
    {
        std::memset(static_cast<void*>(m_data.get()), 0, size * sizeof(T));
    }

    T* data() { return m_data.get(); }
    const T* data() const { return m_data.get(); }
    std::size_t size() const { return m_size; }
    T& operator[](std::size_t i) { return m_data[i]; }
    const T& operator[](std::size_t i) const { return m_data[i]; }

private:
    static constexpr std::align_val_t alignment{64};
    struct Free {
        void operator()(T* p) const { ::operator delete[](p, alignment); }
    };
    std::size_t m_size = 0;
    std::unique_ptr<T[], Free> m_data;
};

} // namespace normscope::fast
