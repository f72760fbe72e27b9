// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace normscope {

/// A queue of work on a device: on CUDA a stream of its own, so that several learners share the device; on the CPU,
/// for the tests, everything is done at once.
class DeviceStream {
public:
    explicit DeviceStream(at::Device device);
    ~DeviceStream();

    at::Device device() const { return m_device; }

    /// While it lives, this thread's work goes to the stream.
    class Scope {
    public:
        explicit Scope(const DeviceStream& stream);
        ~Scope();

    private:
        struct Guard;
        std::unique_ptr<Guard> m_guard;
    };

    /// A place in the queue.
    class Mark {
    public:
        bool isReached() const;
        void wait() const;

    private:
        friend class DeviceStream;
        struct Event;
        std::shared_ptr<Event> m_event; ///< null: reached
    };
    Mark mark() const; ///< behind everything that is queued now

    /// Memory of the host that the device copies from and to while the host goes on (page-locked on CUDA).
    at::Tensor hostTensor(at::IntArrayRef shape, at::ScalarType type) const;
    /// Random numbers of its own, not the device's: what other learners draw does not change them.
    at::Generator makeGenerator() const;

    /// Work that can be queued again as a whole, on the same tensors.
    class Recording {
    public:
        virtual ~Recording() = default;
        virtual void replay() = 0;
    };
    /// Records `work` without doing it: a CUDA graph. `work` must have run on this stream before. Throws what LibTorch
    /// throws where something in it cannot be recorded; work goes on as before then.
    std::unique_ptr<Recording> record(const std::function<void()>& work, const at::Generator& generator) const;

private:
    struct Stream;
    at::Device m_device;
    std::unique_ptr<Stream> m_stream; ///< null on the CPU
};

} // namespace normscope
