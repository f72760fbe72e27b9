// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/cuda/batchfeed.h"
#include "model/cuda/devicesplit.h"
#include "model/cuda/devicestream.h"
#include "model/nn/network.h"

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace normscope {

/// Trains a network where it lies: the images stay on the device, a step is one recorded graph, and within an epoch the
/// host never waits for the device. Losses and correct answers are kept on the device and come back some steps late.
/// Meant for CUDA; on the CPU it does the same, so that it can be tested there.
class DeviceLearner {
public:
    /// The network is on the device already, and stays where it is.
    DeviceLearner(const RunSpec& spec, Network& network, at::Device device);
    ~DeviceLearner();

    struct Result {
        double loss = 0;
        std::int64_t correct = 0;
    };

    void restart(); ///< forgets the momentum
    /// SGD's momentum, in the order of Network::parameters(); of no step that is queued.
    std::vector<at::Tensor> momentum() const { return m_velocity; }

    /// Begins an epoch of `source`, which stays as it is until the next one. `dropoutKey` decides the epoch's masks. `first`: the
    /// batches before it were trained in an earlier session.
    void beginEpoch(const BatchSource& source, std::uint64_t dropoutKey, int first = 0);
    /// Queues the step on batch `number`: first, first + 1, ...
    void enqueue(int number, double learningRate);
    /// What has come back since, in order; `all`: waits for everything that is queued.
    std::vector<Result> results(bool all);

    /// To be called before the source changes or goes, also where the epoch was left early: waits for the device and
    /// drops results that nobody took.
    void endEpoch() noexcept;

    /// One step at once, on a batch from anywhere.
    Result step(const Batch& batch, double learningRate);
    /// Of the last step that was not replayed.
    const std::vector<at::Tensor>& gradients() const { return m_gradients; }

    /// Log-probabilities on the CPU, in evaluation mode: of images, or of all of a source (one transfer, at the end).
    at::Tensor logProbabilities(const at::Tensor& images) const;
    at::Tensor logProbabilities(const BatchSource& source);

    int recordings() const; ///< graphs in use: one for whole batches, one for the last

private:
    struct Step {
        at::Tensor loss, correct; ///< [] on the device
    };
    struct Recorded {
        int runs = 0;
        std::unique_ptr<DeviceStream::Recording> recording;
    };
    struct Fetch {
        int first, count;
        DeviceStream::Mark arrived;
    };

    Step update(const Batch& batch);
    void applyGradients();
    void trainBatch(int images);
    void runBatch(int images);
    void tryToRecord(Recorded& recorded, int images);
    void setLearningRate(double rate);
    void prepareFor(const BatchSource& source);
    void fetch();

    DeviceStream m_stream;
    Network& m_network;
    bool m_bf16;
    double m_momentum;
    int m_feedThreads;
    at::Generator m_generator; ///< of dropout
    std::vector<at::Tensor> m_weights, m_velocity, m_gradients;
    double m_rate = 0;
    at::Tensor m_rateTensor; ///< on the device: a graph reads what lies there when it runs

    const BatchSource* m_source = nullptr;
    std::unique_ptr<DeviceSplit> m_train, m_test;
    const Split* m_testSplit = nullptr;
    at::Tensor m_numbers;                       ///< of the batch: rows, labels
    at::Tensor m_losses, m_correct, m_position; ///< [batches], [batches], [1]
    at::Tensor m_hostLosses, m_hostCorrect;
    int m_queued = 0, m_asked = 0;
    std::deque<Fetch> m_fetches;
    std::unique_ptr<BatchFeed> m_feed;
    std::map<int, Recorded> m_recorded; ///< by the number of images
    bool m_mayRecord = true;
};

} // namespace normscope
