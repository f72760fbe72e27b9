// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cuda/batchfeed.h"

#include <ATen/ATen.h>

#include <array>

namespace normscope {

namespace {

constexpr int parcelsPerThread = 4;
constexpr std::size_t planeBytes = imageBytes / 3;

void toPlanes(const std::uint8_t* pixels, std::uint8_t* planes)
{
    for (std::size_t i = 0; i < planeBytes; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            planes[c * planeBytes + i] = pixels[3 * i + c];
}

} // namespace

BatchFeed::BatchFeed(const BatchSource& source, std::int64_t firstStaged, const DeviceStream& stream, int threads, int first)
    : m_source(source), m_firstStaged(firstStaged), m_parcels(static_cast<std::size_t>(threads * parcelsPerThread)), m_next(first)
{
    const std::int64_t size = source.batchSize();
    for (int number = first; number < first + static_cast<int>(m_parcels.size()); ++number) {
        Parcel& parcel = parcelOf(number);
        parcel.numbers = stream.hostTensor({2, size}, at::kLong);
        parcel.pixels = stream.hostTensor({size, static_cast<std::int64_t>(imageBytes)}, at::kByte);
        parcel.next = number;
    }
    for (int i = 0; i < threads; ++i)
        m_threads.emplace_back([this] { work(); });
}

BatchFeed::~BatchFeed()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

const BatchFeed::Parcel& BatchFeed::take(int number)
{
    Parcel& parcel = parcelOf(number);
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return parcel.ready == number || m_problem; });
    if (m_problem)
        std::rethrow_exception(m_problem);
    return parcel;
}

void BatchFeed::release(int number, DeviceStream::Mark copied)
{
    {
        const std::lock_guard lock(m_mutex);
        Parcel& parcel = parcelOf(number);
        parcel.copied = std::move(copied);
        parcel.next = number + static_cast<int>(m_parcels.size());
    }
    m_changed.notify_all();
}

/// False: the feed is being stopped.
bool BatchFeed::waitForPlace(Parcel& parcel, int number)
{
    DeviceStream::Mark copied;
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return parcel.next == number || m_stopping; });
        if (m_stopping)
            return false;
        copied = parcel.copied;
    }
    copied.wait();
    return true;
}

void BatchFeed::work()
{
    try {
        for (;;) {
            int number = 0;
            {
                const std::lock_guard lock(m_mutex);
                number = m_next++;
            }
            if (number >= m_source.batches())
                return;
            Parcel& parcel = parcelOf(number);
            if (!waitForPlace(parcel, number))
                return;
            fill(parcel, number);
            {
                const std::lock_guard lock(m_mutex);
                parcel.ready = number;
            }
            m_changed.notify_all();
        }
    } catch (...) {
        const std::lock_guard lock(m_mutex);
        m_problem = std::current_exception();
        m_changed.notify_all();
    }
}

void BatchFeed::fill(Parcel& parcel, int number) const
{
    std::array<std::uint8_t, imageBytes> scratch;
    auto* rows = parcel.numbers.data_ptr<std::int64_t>();
    auto* labels = rows + m_source.batchSize();
    auto* planes = parcel.pixels.data_ptr<std::uint8_t>();
    parcel.changed = 0;
    for (int i = 0; i < m_source.batchImages(number); ++i) {
        labels[i] = m_source.label(number, i);
        if (m_source.pixels(number, i, scratch.data()) != scratch.data()) {
            rows[i] = m_source.index(number, i);
            continue;
        }
        toPlanes(scratch.data(), planes + static_cast<std::size_t>(parcel.changed) * imageBytes);
        rows[i] = m_firstStaged + parcel.changed++;
    }
}

} // namespace normscope
