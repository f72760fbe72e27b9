// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/cuda/devicestream.h"
#include "model/training/batches.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace normscope {

/// Makes what of an epoch's batches has to be sent to the device (the rows, the labels and the changed images) on
/// threads of its own, some batches ahead.
class BatchFeed {
public:
    struct Parcel {
        at::Tensor numbers; ///< [2, batch size] int64: rows of a DeviceSplit, labels
        at::Tensor pixels;  ///< [batch size, 3072] bytes: planes of the changed images
        int changed = 0;

    private:
        friend class BatchFeed;
        int ready = -1;            ///< the batch that lies here
        int next = 0;              ///< the batch that may be put here
        DeviceStream::Mark copied; ///< when the device has read it
    };

    /// An epoch of `source`, which must not change meanwhile, from batch `first` on. Changed images get the rows from
    /// `firstStaged` on.
    BatchFeed(const BatchSource& source, std::int64_t firstStaged, const DeviceStream& stream, int threads, int first = 0);
    ~BatchFeed();

    const Parcel& take(int number); ///< batch after batch; waits until it is made
    void release(int number, DeviceStream::Mark copied);

private:
    void work();
    bool waitForPlace(Parcel& parcel, int number);
    void fill(Parcel& parcel, int number) const;
    Parcel& parcelOf(int number) { return m_parcels[static_cast<std::size_t>(number) % m_parcels.size()]; }

    const BatchSource& m_source;
    std::int64_t m_firstStaged;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Parcel> m_parcels;
    int m_next = 0;
    bool m_stopping = false;
    std::exception_ptr m_problem;
    std::vector<std::thread> m_threads;
};

} // namespace normscope
