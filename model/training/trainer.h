// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/data/dataset.h"
#include "model/evaluation/evaluation.h"
#include "model/training/runspec.h"
#include "model/training/trainingstate.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace normscope {

struct Checkpoint;

/// What the machine offers; asked once, cheap afterwards.
struct SystemInfo {
    std::string version;      ///< Normscope's
    std::string torchVersion; ///< "1.13.1"
    int cores = 0;
    bool cuda = false;
    std::string cudaDevice; ///< its name, empty without one
    bool fastEngine = false; ///< this processor can run the fast engine
    bool cpuBf16 = false;    ///< and train in bf16 with it
    bool cudaBf16 = false;   ///< the CUDA device can train in bf16
};
SystemInfo systemInfo();

/// Progress within an epoch; `phase` says what is under way.
struct BatchProgress {
    enum class Phase { Training, Testing };
    Phase phase = Phase::Training;
    int epoch = 0;  ///< 1-based
    int epochs = 0;
    int batch = 0;  ///< batches done in this phase
    int batches = 0;
    float loss = 0; ///< of this training batch
    double imagesPerSecond = 0; ///< of this epoch's training so far; while testing, of all of it
    double secondsLeft = 0;     ///< estimate for the whole run
};

/// Told what happens, on the training thread. The trainer knows no thread and no window.
class TrainerObserver {
public:
    virtual ~TrainerObserver() = default;
    virtual void batchDone(const BatchProgress&) {}
    virtual void epochDone(const EpochMetrics&) {}
    virtual void evaluationDone(std::shared_ptr<const Evaluation>) {} ///< after every epoch, the one of that epoch

    // From executeRun(), about the run's folder:
    /// A run goes on from its checkpoint; `note` says what the user should know of it, and may be empty.
    virtual void resumed(const TrainingPosition&, const std::string& /*note*/) {}
    /// What was done so far could not be written. `waiting`: the disk is full, and training waits until there is space
    /// or it is stopped; else it goes on in memory, and every epoch's end tries again.
    virtual void saveFailed(const Error&, bool /*waiting*/) {}
    virtual void saveRecovered() {} ///< after saveFailed(): all is on the disk now
    /// The files of the data set were changed while the run trained on what had been read of them; a sentence.
    virtual void dataChanged(const std::string& /*what*/) {}
    /// The run ended and its folder still cannot be written: this is all of it, for another store (adoptRun()).
    virtual void keptInMemory(std::shared_ptr<const Checkpoint>) {}
};

/// Set from any thread; polled by the trainer at every batch.
struct RunControl {
    std::atomic<bool> stop{false};
    std::atomic<bool> pause{false};
    int threads = 0; ///< for a spec that leaves their number open (0): set before the run starts, see startsNow()
};

/// How a run ended. `Stopped` and `Diverged` keep all that was done.
enum class TrainingEnd { Finished, Stopped, Diverged };

struct TrainingOutcome {
    TrainingEnd end = TrainingEnd::Finished;
    std::string reason; ///< "diverged at step 212 (epoch 1): the loss became NaN"
};

/// A network with its optimizer and schedule, ready to train; hides LibTorch.
class Trainer {
public:
    /// Errors: BadUsage (spec), Device (CUDA asked for but not there), OutOfMemory.
    /// `scale`: of the data that the weights were trained on, where it is not `dataset`.
    static Result<std::unique_ptr<Trainer>> create(const RunSpec& spec, std::shared_ptr<const Dataset> dataset,
                                                   const std::optional<InputScale>& scale = {});
    ~Trainer();

    std::int64_t parameterCount() const;
    std::string deviceText() const;
    std::size_t trainImages() const; ///< used by this run
    std::size_t testImages() const;

    /// Trains to the end, a stop or divergence. Errors: OutOfMemory, Device, Internal; never throws.
    Result<TrainingOutcome> run(TrainerObserver& observer, const RunControl& control);
    /// The network's answers on the test images now.
    Result<std::shared_ptr<const Evaluation>> evaluate();
    /// Where training stands now; between two calls of run(), and within its observer's epochDone().
    TrainingState state() const;
    /// Goes on from there at the next run(). Errors: BadInput where an array is missing, too many or of another shape.
    Status restore(const TrainingState& state);
    /// Reads a state dictionary, Normscope's or Python's torch.save(dict).
    Status loadWeights(const std::string& path);

private:
    struct Private;
    explicit Trainer(std::unique_ptr<Private> p);
    std::unique_ptr<Private> d;
};

} // namespace normscope
