// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cuda/devicelearner.h"

#include "model/cuda/autocast.h"
#include "model/training/device.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#if __has_include(<ATen/ops/_fused_sgd.h>)
#include <ATen/ops/_fused_sgd.h>
#define NORMSCOPE_FUSED_SGD
#endif

#include <algorithm>
#include <iostream>

namespace normscope {

namespace {

/// Results come back this many steps at a time; a loss that is no number is seen as much later.
constexpr int stepsPerFetch = 50;
/// Steps of a size before it is recorded: libraries choose and prepare their kernels in them. The epoch's last batch
/// comes once an epoch, and the first ones have prepared nearly everything.
constexpr int runsBeforeRecording = 3, runsOfTailBeforeRecording = 1;
constexpr int imagesPerTestBatch = 1'000;

/// Augmentation takes some tens of microseconds of one core for each changed image, a step on a GPU a few hundred.
int feedThreads(int threads)
{
    return std::clamp(resolveThreads(threads) / 4, 1, 4);
}

} // namespace

DeviceLearner::DeviceLearner(const RunSpec& spec, Network& network, at::Device device)
    : m_stream(device), m_network(network), m_bf16(spec.precision == Precision::BFloat16), m_momentum(spec.momentum),
      m_feedThreads(feedThreads(spec.threads)), m_generator(m_stream.makeGenerator())
{
    const DeviceStream::Scope scope(m_stream);
    for (const auto& [name, parameter] : m_network.parameters())
        m_weights.push_back(parameter);
    for (const at::Tensor& weight : m_weights)
        m_velocity.push_back(at::zeros_like(weight.detach()));
    m_rateTensor = at::zeros({}, at::TensorOptions().dtype(at::kFloat).device(device));
}

DeviceLearner::~DeviceLearner()
{
    endEpoch(); // nothing is freed that still runs
}

void DeviceLearner::endEpoch() noexcept
{
    m_feed.reset();
    m_fetches.clear();
    m_asked = m_queued;
    try {
        m_stream.mark().wait();
    } catch (const std::exception&) { // the device failed; the step that met it has told so
    }
}

void DeviceLearner::restart()
{
    const DeviceStream::Scope scope(m_stream);
    for (at::Tensor& velocity : m_velocity)
        velocity.zero_();
    m_stream.mark().wait(); // who fills it next does so on another stream
}

/// Same addresses all along: the recordings stay valid.
void DeviceLearner::prepareFor(const BatchSource& source)
{
    if (m_source == &source && m_losses.size(0) == source.batches())
        return;
    m_recorded.clear();
    m_source = &source;
    const at::Device device = m_stream.device();
    const std::int64_t batches = source.batches();
    m_train = std::make_unique<DeviceSplit>(source.split(), source.scale(), device, source.batchSize());
    m_numbers = at::zeros({2, source.batchSize()}, at::TensorOptions().dtype(at::kLong).device(device));
    m_losses = at::zeros({batches}, at::TensorOptions().dtype(at::kFloat).device(device));
    m_correct = at::zeros({batches}, at::TensorOptions().dtype(at::kLong).device(device));
    m_position = at::zeros({1}, at::TensorOptions().dtype(at::kLong).device(device));
    m_hostLosses = m_stream.hostTensor({batches}, at::kFloat);
    m_hostCorrect = m_stream.hostTensor({batches}, at::kLong);
}

void DeviceLearner::beginEpoch(const BatchSource& source, std::uint64_t dropoutKey, int first)
{
    const DeviceStream::Scope scope(m_stream);
    endEpoch();
    prepareFor(source);
    m_position.fill_(first);
    m_queued = m_asked = first;
    // The generator cannot be put where it stood in the middle of an epoch: from there on masks are other ones.
    m_generator.set_current_seed(dropoutKey + static_cast<std::uint64_t>(first));
    m_feed = std::make_unique<BatchFeed>(source, m_train->firstStaged(), m_stream, m_feedThreads, first);
}

void DeviceLearner::setLearningRate(double rate)
{
    if (rate != m_rate)
        m_rateTensor.fill_(rate);
    m_rate = rate;
}

void DeviceLearner::enqueue(int number, double learningRate)
{
    const DeviceStream::Scope scope(m_stream);
    setLearningRate(learningRate);
    const BatchFeed::Parcel& parcel = m_feed->take(number);
    m_numbers.copy_(parcel.numbers, true);
    if (parcel.changed > 0)
        m_train->staged(parcel.changed).copy_(parcel.pixels.narrow(0, 0, parcel.changed), true);
    m_feed->release(number, m_stream.mark());
    runBatch(m_source->batchImages(number));
    m_queued = number + 1;
    if (m_queued - m_asked == stepsPerFetch || m_queued == m_source->batches())
        fetch();
}

void DeviceLearner::fetch()
{
    const int first = m_asked, count = m_queued - m_asked;
    if (count == 0)
        return;
    m_hostLosses.narrow(0, first, count).copy_(m_losses.narrow(0, first, count), true);
    m_hostCorrect.narrow(0, first, count).copy_(m_correct.narrow(0, first, count), true);
    m_fetches.push_back({first, count, m_stream.mark()});
    m_asked = m_queued;
}

std::vector<DeviceLearner::Result> DeviceLearner::results(bool all)
{
    if (all) {
        const DeviceStream::Scope scope(m_stream);
        fetch();
    }
    std::vector<Result> found;
    while (!m_fetches.empty() && (all || m_fetches.front().arrived.isReached())) {
        const Fetch& next = m_fetches.front();
        next.arrived.wait();
        const float* losses = m_hostLosses.data_ptr<float>();
        const auto* correct = m_hostCorrect.data_ptr<std::int64_t>();
        for (int i = next.first; i < next.first + next.count; ++i)
            found.push_back({losses[i], correct[i]});
        m_fetches.pop_front();
    }
    return found;
}

void DeviceLearner::runBatch(int images)
{
    Recorded& recorded = m_recorded[images];
    const int needed = images == m_source->batchSize() ? runsBeforeRecording : runsOfTailBeforeRecording;
    if (!recorded.recording && m_mayRecord && recorded.runs >= needed)
        tryToRecord(recorded, images);
    if (recorded.recording)
        return recorded.recording->replay();
    ++recorded.runs;
    trainBatch(images);
}

void DeviceLearner::tryToRecord(Recorded& recorded, int images)
{
    m_gradients.clear(); // the recording brings its own
    try {
        recorded.recording = m_stream.record([this, images] { trainBatch(images); }, m_generator);
    } catch (const std::exception& e) {
        m_mayRecord = false;
        const std::string text = e.what();
        std::clog << "normscope: the training step could not be recorded as a CUDA graph; single steps go on, slower. LibTorch says: "
                  << text.substr(0, text.find('\n')) << std::endl;
    }
}

/// All that a graph does: it reads the numbers and the images, and writes the weights and its results in their place.
void DeviceLearner::trainBatch(int images)
{
    const auto step = update({m_train->batch(m_numbers[0].narrow(0, 0, images)), m_numbers[1].narrow(0, 0, images)});
    m_losses.index_copy_(0, m_position, step.loss.view(1));
    m_correct.index_copy_(0, m_position, step.correct.view(1));
    m_position.add_(1);
}

DeviceLearner::Step DeviceLearner::update(const Batch& batch)
{
    at::Tensor output, loss;
    {
        const Autocast autocast(m_stream.device(), m_bf16);
        ForwardContext context{true, 0};
        context.generator = &m_generator;
        output = m_network.forward(batch.images, context);
        loss = at::nll_loss(output.to(at::kFloat), batch.labels);
    }
    m_gradients = torch::autograd::grad({loss}, m_weights);
    const at::NoGradGuard noGrad;
    applyGradients();
    return {loss.detach(), output.detach().argmax(1).eq(batch.labels).sum()};
}

/// v = momentum v + g, w = w - rate v; the rate is read on the device.
void DeviceLearner::applyGradients()
{
#ifdef NORMSCOPE_FUSED_SGD
    at::_fused_sgd_(m_weights, m_gradients, m_velocity, 0, m_momentum, m_rateTensor, 0, false, false, false);
#else
    at::_foreach_mul_(m_velocity, m_momentum);
    at::_foreach_add_(m_velocity, m_gradients, 1.0);
    const std::vector<at::Tensor> rates(m_velocity.size(), m_rateTensor);
    at::_foreach_sub_(m_weights, at::_foreach_mul(m_velocity, rates), 1.0);
#endif
}

DeviceLearner::Result DeviceLearner::step(const Batch& batch, double learningRate)
{
    const DeviceStream::Scope scope(m_stream);
    setLearningRate(learningRate);
    const auto step = update({batch.images.to(m_stream.device()), batch.labels.to(m_stream.device())});
    return {step.loss.item<double>(), step.correct.item<std::int64_t>()};
}

at::Tensor DeviceLearner::logProbabilities(const at::Tensor& images) const
{
    const DeviceStream::Scope scope(m_stream);
    const c10::InferenceMode inference;
    const Autocast autocast(m_stream.device(), m_bf16);
    return m_network.forward(images.to(m_stream.device()), {}).to(at::kFloat).cpu().contiguous();
}

at::Tensor DeviceLearner::logProbabilities(const BatchSource& source)
{
    const DeviceStream::Scope scope(m_stream);
    const at::Device device = m_stream.device();
    if (m_testSplit != &source.split()) {
        m_test = std::make_unique<DeviceSplit>(source.split(), source.scale(), device, 0);
        m_testSplit = &source.split();
    }
    const c10::InferenceMode inference;
    const Autocast autocast(device, m_bf16);
    const std::vector<std::int64_t> order(source.order().begin(), source.order().end());
    const at::Tensor rows = at::tensor(order, at::kLong).to(device);
    std::vector<at::Tensor> answers{at::empty({0, m_network.classes()}, at::TensorOptions().dtype(at::kFloat).device(device))};
    for (std::int64_t first = 0; first < rows.size(0); first += imagesPerTestBatch) {
        const std::int64_t count = std::min<std::int64_t>(imagesPerTestBatch, rows.size(0) - first);
        answers.push_back(m_network.forward(m_test->batch(rows.narrow(0, first, count)), {}).to(at::kFloat));
    }
    return at::cat(answers).cpu().contiguous();
}

int DeviceLearner::recordings() const
{
    return static_cast<int>(std::count_if(m_recorded.begin(), m_recorded.end(), [](const auto& entry) { return entry.second.recording != nullptr; }));
}

} // namespace normscope
