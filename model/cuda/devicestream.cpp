// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cuda/devicestream.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#ifdef NORMSCOPE_CUDA
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGeneratorImpl.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

#include <mutex>

namespace normscope {

namespace {

/// On the CPU nothing needs recording; this keeps one order of calls for both.
class RepeatedWork : public DeviceStream::Recording {
public:
    explicit RepeatedWork(std::function<void()> work) : m_work(std::move(work)) {}
    void replay() override { m_work(); }

private:
    std::function<void()> m_work;
};

#ifdef NORMSCOPE_CUDA

class RecordedGraph : public DeviceStream::Recording {
public:
    RecordedGraph(const std::function<void()>& work, const at::Generator& generator)
    {
        useGenerator(m_graph, generator.get<at::CUDAGeneratorImpl>());
        begin(m_graph);
        try {
            work();
        } catch (...) {
            try {
                m_graph.capture_end(); // the stream has to leave its recording state
            } catch (const std::exception&) { // what went wrong first is what counts
            }
            throw;
        }
        m_graph.capture_end();
    }

    void replay() override { m_graph.replay(); }

private:
    // What differs between LibTorch's versions is asked of the class itself.

    /// Thread-local where it is known (2.1): other runs go on on their threads meanwhile, which the default forbids.
    template <typename Graph>
    static void begin(Graph& graph)
    {
        const at::cuda::MempoolId_t ownPool{0, 0};
        if constexpr (requires { graph.capture_begin(ownPool, cudaStreamCaptureModeThreadLocal); })
            graph.capture_begin(ownPool, cudaStreamCaptureModeThreadLocal);
        else
            graph.capture_begin(ownPool);
    }

    /// 2.3 to 2.10 want to know a generator beforehand; later ones find it; earlier ones know but the device's.
    template <typename Graph, typename Generator>
    static void useGenerator(Graph& graph, Generator* generator)
    {
        if constexpr (requires { generator->register_graph(&graph); })
            generator->register_graph(&graph);
    }

    at::cuda::CUDAGraph m_graph;
};

#endif

} // namespace

#ifdef NORMSCOPE_CUDA

struct DeviceStream::Stream {
    c10::cuda::CUDAStream stream;
};

struct DeviceStream::Scope::Guard {
    c10::cuda::CUDAStreamGuard guard;
};

struct DeviceStream::Mark::Event {
    at::cuda::CUDAEvent event;
};

DeviceStream::DeviceStream(at::Device device) : m_device(device)
{
    if (device.is_cuda())
        m_stream.reset(new Stream{c10::cuda::getStreamFromPool(false, device.index())});
}

DeviceStream::Scope::Scope(const DeviceStream& stream)
{
    if (stream.m_stream)
        m_guard.reset(new Guard{c10::cuda::CUDAStreamGuard(stream.m_stream->stream)});
}

bool DeviceStream::Mark::isReached() const
{
    return !m_event || m_event->event.query();
}

void DeviceStream::Mark::wait() const
{
    if (m_event)
        m_event->event.synchronize();
}

DeviceStream::Mark DeviceStream::mark() const
{
    Mark mark;
    if (m_stream) {
        mark.m_event = std::make_shared<Mark::Event>();
        mark.m_event->event.record(m_stream->stream);
    }
    return mark;
}

at::Generator DeviceStream::makeGenerator() const
{
    return m_stream ? at::cuda::detail::createCUDAGenerator(m_device.index()) : at::detail::createCPUGenerator();
}

std::unique_ptr<DeviceStream::Recording> DeviceStream::record(const std::function<void()>& work, const at::Generator& generator) const
{
    if (!m_stream)
        return std::make_unique<RepeatedWork>(work);
    static std::mutex oneAtATime; // of all learners
    const std::lock_guard lock(oneAtATime);
    m_stream->stream.synchronize();
    return std::make_unique<RecordedGraph>(work, generator);
}

#else

struct DeviceStream::Stream {};
struct DeviceStream::Scope::Guard {};
struct DeviceStream::Mark::Event {};

DeviceStream::DeviceStream(at::Device device) : m_device(device)
{
    TORCH_CHECK(device.is_cpu(), "this build has no CUDA");
}

DeviceStream::Scope::Scope(const DeviceStream&) {}

bool DeviceStream::Mark::isReached() const
{
    return true;
}

void DeviceStream::Mark::wait() const {}

DeviceStream::Mark DeviceStream::mark() const
{
    return {};
}

at::Generator DeviceStream::makeGenerator() const
{
    return at::detail::createCPUGenerator();
}

std::unique_ptr<DeviceStream::Recording> DeviceStream::record(const std::function<void()>& work, const at::Generator&) const
{
    return std::make_unique<RepeatedWork>(work);
}

#endif

DeviceStream::~DeviceStream() = default;
DeviceStream::Scope::~Scope() = default;

at::Tensor DeviceStream::hostTensor(at::IntArrayRef shape, at::ScalarType type) const
{
    return at::zeros(shape, at::TensorOptions().dtype(type).pinned_memory(m_device.is_cuda()));
}

} // namespace normscope
