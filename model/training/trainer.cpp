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

    EpochPart trainEpoch(TrainerObserver& observer, const RunControl& control);
    std::shared_ptr<const Evaluation> evaluate(TrainerObserver* observer, const RunControl* control, int epoch);
    double secondsLeft(int epoch, int batch) const;
    TrainingOutcome divergence(float loss) const;
    void account(const Learner::StepResult& result);
    std::int64_t imagesSeen() const;

    RunSpec spec;
    std::shared_ptr<const Dataset> dataset;
    c10::Device device;
    Learner learner;
    BatchSource train;
    BatchSource test;
    TrainingPosition position; ///< whose batches' results are known
    // Of the last epoch, for the progress that is reported while testing and for the time left.
    double imagesPerSecond = 0;
    double secondsPerBatch = 0;
    double testSeconds = 0;
};

/// At the batch after `position`.
TrainingOutcome Trainer::Private::divergence(float loss) const
{
    const std::int64_t step = static_cast<std::int64_t>(position.epoch - 1) * train.batches() + position.batches + 1;
    return {TrainingEnd::Diverged, "diverged at step " + std::to_string(step) + " (epoch " + std::to_string(position.epoch)
            + "): the loss became " + (std::isnan(loss) ? "NaN" : "infinite")};
}

void Trainer::Private::account(const Learner::StepResult& result)
{
    position.lossSum += static_cast<float>(result.loss);
    position.correct += result.correct;
    ++position.batches;
}

/// In the batches of this epoch that are done: all but the last one are whole.
std::int64_t Trainer::Private::imagesSeen() const
{
    return std::min<std::int64_t>(std::int64_t(position.batches) * train.batchSize(), std::int64_t(train.images()));
}

/// With `batch` of the epoch's training batches done and its test still to come.
double Trainer::Private::secondsLeft(int epoch, int batch) const
{
    const int epochsAfter = spec.epochs - epoch;
    const double batchesLeft = double(train.batches()) * epochsAfter + (train.batches() - batch);
    return batchesLeft * secondsPerBatch + testSeconds * (epochsAfter + 1);
}

/// From `position` to the end of its epoch.
Trainer::Private::EpochPart Trainer::Private::trainEpoch(TrainerObserver& observer, const RunControl& control)
{
    const int epoch = position.epoch;
    EpochPart part;
    part.metrics.epoch = epoch;
    part.metrics.learningRate = stepLearningRate(spec, epoch);
    train.beginEpoch(spec.seed, epoch, spec.augment);
    struct EndOfEpoch {
        Learner& learner;
        ~EndOfEpoch() { learner.endEpoch(); }
    } const endOfEpoch{learner};
    learner.beginEpoch(train, streamKey(spec.seed, "dropout", static_cast<std::uint64_t>(epoch)), position.batches);
    Stopwatch watch;
    const int batches = train.batches();
    const int doneBefore = position.batches; // in an earlier session
    const std::int64_t seenBefore = imagesSeen();
    const double secondsBefore = position.seconds;
    float bad = 0; // a loss that is no finite number
    const auto takeResults = [&](bool all) {
        for (const auto& result : learner.results(all)) { // on CUDA those of some steps together, later
            if (bad = static_cast<float>(result.loss); !std::isfinite(bad))
                return false;
            account(result);
            const double seconds = watch.seconds();
            position.seconds = secondsBefore + seconds;
            imagesPerSecond = double(imagesSeen() - seenBefore) / seconds;
            secondsPerBatch = seconds / (position.batches - doneBefore);
            observer.batchDone({BatchProgress::Phase::Training, epoch, spec.epochs, position.batches, batches, bad, imagesPerSecond,
                                secondsLeft(epoch, position.batches)});
        }
        return true;
    };
    for (int number = doneBefore; number < batches; ++number) {
        watch.exclude(waitWhilePaused(control));
        if (control.stop) {
            part.outcome = takeResults(true) ? TrainingOutcome{TrainingEnd::Stopped, "stopped in epoch " + std::to_string(epoch)}
                                             : divergence(bad);
            return part;
        }
        const auto stepNumber = static_cast<std::uint64_t>(epoch - 1) * static_cast<std::uint64_t>(batches) + static_cast<std::uint64_t>(number);
        learner.enqueue(train, number, part.metrics.learningRate, streamKey(spec.seed, "dropout", stepNumber));
        if (!takeResults(number + 1 == batches)) {
            part.outcome = divergence(bad);
            return part;
        }
    }
    part.metrics.seconds = position.seconds;
    part.metrics.trainLoss = position.lossSum / batches;
    part.metrics.trainAccuracy = 100.0 * double(position.correct) / double(imagesSeen());
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
        while (d->position.epoch <= d->spec.epochs) {
            const int epoch = d->position.epoch;
            auto part = d->trainEpoch(observer, control);
            if (part.outcome.end != TrainingEnd::Finished)
                return part.outcome;
            const auto evaluation = d->evaluate(&observer, &control, epoch);
            if (!evaluation)
                return TrainingOutcome{TrainingEnd::Stopped, "stopped in epoch " + std::to_string(epoch)};
            part.metrics.testAccuracy = evaluation->accuracy();
            part.metrics.testLoss = evaluation->loss;
            d->position = {};
            d->position.epoch = epoch + 1;
            observer.evaluationDone(evaluation);
            observer.epochDone(part.metrics);
        }
        return TrainingOutcome{};
    } catch (const std::exception& e) {
        return errorFromException(e, d->spec.batchSize);
    } catch (...) {
        return Error{ErrorCode::Internal, "Training failed by an unknown error of Normscope itself. What was saved can be resumed.", {}};
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

TrainingState Trainer::state() const
{
    TrainingState state;
    state.position = d->position;
    d->learner.keepIn(state);
    return state;
}

Status Trainer::restore(const TrainingState& state)
{
    const TrainingPosition& position = state.position;
    if (position.epoch > d->spec.epochs + 1 || position.batches > d->train.batches())
        return Error{ErrorCode::BadInput,
                     "The checkpoint stands at batch " + std::to_string(position.batches) + " of epoch " + std::to_string(position.epoch)
                         + ", but the run has " + std::to_string(d->spec.epochs) + " epochs of " + std::to_string(d->train.batches())
                         + " batches. Start a new run.",
                     {}};
    d->position = position;
    return d->learner.restore(state);
}

Status Trainer::loadWeights(const std::string& path)
{
    const Status status = readStateDict(path, d->learner.network().stateDict());
    d->learner.restart(); // also after an error: some tensors may have been read
    return status;
}

} // namespace normscope
