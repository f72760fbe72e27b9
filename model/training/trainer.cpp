// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/trainer.h"

#include "model/base/random.h"
#include "model/nn/weights.h"
#include "model/training/batches.h"
#include "model/training/device.h"
#include "model/training/learner.h"
#include "model/training/machine.h"
#include "model/training/schedule.h"

#include <ATen/ATen.h>

#include <chrono>
#include <cmath>
#include <thread>

namespace normscope {

namespace {

constexpr int testBatchSize = 128;
constexpr auto pausePoll = std::chrono::milliseconds(20);

/// Seconds on a monotonic clock, pauses left out.
class Stopwatch {
public:
    double seconds() const { return std::chrono::duration<double>(Clock::now() - m_start).count() - m_paused; }
    void exclude(double seconds) { m_paused += seconds; }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point m_start = Clock::now();
    double m_paused = 0;
};

/// Sleeps while paused; returns the seconds slept.
double waitWhilePaused(const RunControl& control)
{
    const Stopwatch watch;
    while (control.pause && !control.stop)
        std::this_thread::sleep_for(pausePoll);
    return watch.seconds();
}

} // namespace

struct Trainer::Private {
    Private(const RunSpec& runSpec, std::shared_ptr<const Dataset> data, const InputScale& scale, c10::Device where)
        : spec(runSpec), dataset(std::move(data)), device(where), learner(spec, int(dataset->classNames.size()), device),
          train(scale, dataset->train, usedIndices(dataset->train.size(), spec.limitTrain, spec.quickLook, "train"),
                spec.batchSize, learner.format()),
          test(scale, dataset->test, usedIndices(dataset->test.size(), spec.limitTest, spec.quickLook, "test"),
               testBatchSize, learner.format())
    {
    }

    /// How an epoch's training part went.
    struct EpochPart {
        EpochMetrics metrics;
        TrainingOutcome outcome; ///< Finished: the epoch is whole
    };

    EpochPart trainEpoch(int epoch, TrainerObserver& observer, const RunControl& control);
    std::shared_ptr<const Evaluation> evaluate(TrainerObserver* observer, const RunControl* control, int epoch);
    double secondsLeft(int epoch, int batch) const;
    TrainingOutcome divergence(int epoch, int number, float loss) const;

    RunSpec spec;
    std::shared_ptr<const Dataset> dataset;
    c10::Device device;
    Learner learner;
    BatchSource train;
    BatchSource test;
    // Of the last epoch, for the progress that is reported while testing and for the time left.
    double imagesPerSecond = 0;
    double secondsPerBatch = 0;
    double testSeconds = 0;
};

/// At batch `number` (from 0) of `epoch`.
TrainingOutcome Trainer::Private::divergence(int epoch, int number, float loss) const
{
    const std::int64_t step = static_cast<std::int64_t>(epoch - 1) * train.batches() + number + 1;
    return {TrainingEnd::Diverged, "diverged at step " + std::to_string(step) + " (epoch " + std::to_string(epoch) + "): the loss became "
            + (std::isnan(loss) ? "NaN" : "infinite")};
}

/// With `batch` of the epoch's training batches done and its test still to come.
double Trainer::Private::secondsLeft(int epoch, int batch) const
{
    const int epochsAfter = spec.epochs - epoch;
    const double batchesLeft = double(train.batches()) * epochsAfter + (train.batches() - batch);
    return batchesLeft * secondsPerBatch + testSeconds * (epochsAfter + 1);
}

Trainer::Private::EpochPart Trainer::Private::trainEpoch(int epoch, TrainerObserver& observer, const RunControl& control)
{
    EpochPart part;
    part.metrics.epoch = epoch;
    part.metrics.learningRate = stepLearningRate(spec, epoch);
    train.beginEpoch(spec.seed, epoch, spec.augment);
    struct EndOfEpoch {
        Learner& learner;
        ~EndOfEpoch() { learner.endEpoch(); }
    } const endOfEpoch{learner};
    learner.beginEpoch(train, streamKey(spec.seed, "dropout", static_cast<std::uint64_t>(epoch)));
    Stopwatch watch;
    double lossSum = 0;
    std::int64_t correct = 0, seen = 0;
    const int batches = train.batches();
    int done = 0; // batches whose results are known
    for (int number = 0; number < batches; ++number) {
        watch.exclude(waitWhilePaused(control));
        if (control.stop) {
            part.outcome = {TrainingEnd::Stopped, "stopped in epoch " + std::to_string(epoch)};
            return part;
        }
        const auto stepNumber = static_cast<std::uint64_t>(epoch - 1) * static_cast<std::uint64_t>(batches) + static_cast<std::uint64_t>(number);
        learner.enqueue(train, number, part.metrics.learningRate, streamKey(spec.seed, "dropout", stepNumber));
        for (const auto& result : learner.results(number + 1 == batches)) { // on CUDA those of some steps together, later
            const auto loss = static_cast<float>(result.loss);
            if (!std::isfinite(loss)) {
                part.outcome = divergence(epoch, done, loss);
                return part;
            }
            lossSum += loss;
            correct += result.correct;
            seen += train.batchImages(done++);
            const double seconds = watch.seconds();
            imagesPerSecond = double(seen) / seconds;
            secondsPerBatch = seconds / done;
            observer.batchDone({BatchProgress::Phase::Training, epoch, spec.epochs, done, batches, loss, imagesPerSecond,
                                secondsLeft(epoch, done)});
        }
    }
    part.metrics.seconds = watch.seconds();
    part.metrics.trainLoss = lossSum / batches;
    part.metrics.trainAccuracy = 100.0 * double(correct) / double(seen);
    return part;
}

/// Null if stopped meanwhile.
std::shared_ptr<const Evaluation> Trainer::Private::evaluate(TrainerObserver* observer, const RunControl* control, int epoch)
{
    Stopwatch watch;
    auto evaluation = std::make_shared<Evaluation>();
    evaluation->classes = static_cast<int>(dataset->classNames.size());
    evaluation->index = test.order();
    const auto classes = static_cast<std::int64_t>(evaluation->classes);
    double lossSum = 0;
    const at::Tensor all = learner.allLogProbabilities(test); // undefined: batch after batch
    for (int number = 0; number < test.batches(); ++number) {
        if (control) {
            watch.exclude(waitWhilePaused(*control));
            if (control->stop)
                return nullptr;
        }
        const at::Tensor logProbabilities =
            all.defined() ? all.narrow(0, std::int64_t(number) * testBatchSize, test.batchImages(number)) : learner.logProbabilities(test, number);
        const at::Tensor predicted = logProbabilities.argmax(1);
        const at::Tensor probabilities = logProbabilities.exp();
        const auto* classOf = predicted.data_ptr<std::int64_t>();
        const float* p = probabilities.data_ptr<float>();
        const float* logP = logProbabilities.data_ptr<float>();
        evaluation->probabilities.insert(evaluation->probabilities.end(), p, p + probabilities.numel());
        for (std::int64_t i = 0; i < predicted.numel(); ++i) {
            const int label = test.label(number, static_cast<int>(i));
            evaluation->label.push_back(static_cast<std::uint16_t>(label));
            evaluation->predicted.push_back(static_cast<std::uint16_t>(classOf[i]));
            evaluation->correct += label == classOf[i];
            lossSum -= double(logP[i * classes + label]);
        }
        if (observer)
            observer->batchDone({BatchProgress::Phase::Testing, epoch, spec.epochs, number + 1, test.batches(), 0, imagesPerSecond,
                                 secondsLeft(epoch, train.batches()) - std::min(watch.seconds(), testSeconds)});
    }
    evaluation->loss = lossSum / double(std::max<std::size_t>(evaluation->size(), 1));
    testSeconds = watch.seconds();
    return evaluation;
}

Trainer::Trainer(std::unique_ptr<Private> p) : d(std::move(p)) {}
Trainer::~Trainer() = default;

Result<std::unique_ptr<Trainer>> Trainer::create(const RunSpec& spec, std::shared_ptr<const Dataset> dataset,
                                                 const std::optional<InputScale>& scale)
{
    if (const Status status = checkSpec(spec, dataset->train.size()); !status)
        return status.error();
    if (const Status status = checkMachine(spec, systemInfo()); !status)
        return status.error();
    const auto device = resolveDevice(spec.device);
    if (!device)
        return device.error();
    try {
        prepareTrainingThread(spec);
        const InputScale used = scale.value_or(dataset->inputScale());
        return std::unique_ptr<Trainer>(new Trainer(std::make_unique<Private>(spec, std::move(dataset), used, *device)));
    } catch (const std::exception& e) {
        return errorFromException(e, spec.batchSize);
    }
}

std::int64_t Trainer::parameterCount() const
{
    return d->learner.network().parameterCount();
}

std::string Trainer::deviceText() const
{
    return normscope::deviceText(d->device, d->spec);
}

std::size_t Trainer::trainImages() const
{
    return d->train.images();
}

std::size_t Trainer::testImages() const
{
    return d->test.images();
}

Result<TrainingOutcome> Trainer::run(TrainerObserver& observer, const RunControl& control)
{
    try {
        prepareTrainingThread(d->spec);
        for (int epoch = 1; epoch <= d->spec.epochs; ++epoch) {
            auto part = d->trainEpoch(epoch, observer, control);
            if (part.outcome.end != TrainingEnd::Finished)
                return part.outcome;
            const auto evaluation = d->evaluate(&observer, &control, epoch);
            if (!evaluation)
                return TrainingOutcome{TrainingEnd::Stopped, "stopped in epoch " + std::to_string(epoch)};
            part.metrics.testAccuracy = evaluation->accuracy();
            part.metrics.testLoss = evaluation->loss;
            observer.evaluationDone(evaluation);
            observer.epochDone(part.metrics);
        }
        return TrainingOutcome{};
    } catch (const std::exception& e) {
        return errorFromException(e, d->spec.batchSize);
    }
}

Result<std::shared_ptr<const Evaluation>> Trainer::evaluate()
{
    try {
        prepareTrainingThread(d->spec);
        return d->evaluate(nullptr, nullptr, 0);
    } catch (const std::exception& e) {
        return errorFromException(e, d->spec.batchSize);
    }
}

Status Trainer::saveWeights(const std::string& path) const
{
    return writeStateDict(path, d->learner.network().stateDict());
}

Status Trainer::loadWeights(const std::string& path)
{
    const Status status = readStateDict(path, d->learner.network().stateDict());
    d->learner.restart(); // also after an error: some tensors may have been read
    return status;
}

} // namespace normscope
