// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/session.h"

#include "model/store/runlock.h"

#include <optional>

namespace normscope {

namespace {

/// Passes everything on and writes the run's folder after every epoch.
class Recorder : public TrainerObserver {
public:
    Recorder(const RunStore& store, RunRecord& record, const Trainer& trainer, TrainerObserver& next)
        : m_store(store), m_record(record), m_trainer(trainer), m_next(next)
    {
    }

    void batchDone(const BatchProgress& progress) override
    {
        if (progress.phase == BatchProgress::Phase::Training)
            m_losses.push_back(progress.loss);
        m_next.batchDone(progress);
    }

    void evaluationDone(std::shared_ptr<const Evaluation> evaluation) override
    {
        m_evaluation = evaluation;
        m_next.evaluationDone(std::move(evaluation));
    }

    /// Weights and predictions first, run.json last: what it says is there, is there.
    void epochDone(const EpochMetrics& metrics) override
    {
        keep(m_trainer.saveWeights(m_store.weightsPath(m_record)));
        if (m_evaluation)
            keep(m_store.savePredictions(m_record, *m_evaluation));
        flushLosses();
        keep(m_store.appendEpoch(m_record, metrics));
        m_record.epochs.push_back(metrics);
        keep(m_store.save(m_record));
        m_next.epochDone(metrics);
    }

    void flushLosses()
    {
        if (m_losses.empty())
            return;
        keep(m_store.appendBatchLosses(m_record, m_firstBatch, m_losses));
        m_firstBatch += m_losses.size();
        m_losses.clear();
    }

    /// The first thing that could not be saved, if any: training goes on, the user is told at the end.
    const std::optional<Error>& storeError() const { return m_storeError; }

private:
    void keep(const Status& status)
    {
        if (!status && !m_storeError)
            m_storeError = status.error();
    }

    const RunStore& m_store;
    RunRecord& m_record;
    const Trainer& m_trainer;
    TrainerObserver& m_next;
    std::shared_ptr<const Evaluation> m_evaluation;
    std::vector<float> m_losses;
    std::size_t m_firstBatch = 1;
    std::optional<Error> m_storeError;
};

RunState stateAfter(TrainingEnd end)
{
    switch (end) {
    case TrainingEnd::Finished: return RunState::Finished;
    case TrainingEnd::Stopped: return RunState::Stopped;
    case TrainingEnd::Diverged: return RunState::Diverged;
    }
    return RunState::Failed;
}

void describeStart(RunRecord& record, const Dataset& dataset, const Trainer& trainer)
{
    const SystemInfo system = systemInfo();
    record.state = RunState::Running;
    record.dataTitle = dataset.title;
    record.dataFingerprint = dataset.fingerprint;
    record.classNames = dataset.classNames;
    record.inputScale = dataset.inputScale();
    record.trainImages = trainer.trainImages();
    record.testImages = trainer.testImages();
    record.parameters = trainer.parameterCount();
    record.device = trainer.deviceText();
    record.software = "Normscope " + system.version + ", LibTorch " + system.torchVersion;
}

/// Trains and leaves the end in the record; saving the end is the caller's.
void train(const RunStore& store, RunRecord& record, const std::shared_ptr<const Dataset>& dataset,
           TrainerObserver& observer, const RunControl& control)
{
    const auto fail = [&](const Error& error) {
        record.state = RunState::Failed;
        record.reason = error.message;
    };
    RunSpec spec = record.spec; // the record keeps what was asked for
    if (spec.threads == 0)
        spec.threads = control.threads;
    auto trainer = Trainer::create(spec, dataset);
    if (!trainer)
        return fail(trainer.error());
    describeStart(record, *dataset, **trainer);
    if (const Status status = store.save(record); !status)
        return fail(status.error());

    Recorder recorder(store, record, **trainer, observer);
    const auto outcome = (*trainer)->run(recorder, control);
    recorder.flushLosses();
    if (!outcome)
        return fail(outcome.error());
    record.state = stateAfter(outcome->end);
    record.reason = outcome->reason;
    if (recorder.storeError())
        record.reason += (record.reason.empty() ? "" : "; ") + ("not everything was saved: " + recorder.storeError()->message);
}

} // namespace

RunRecord executeRun(const RunStore& store, RunRecord record, std::shared_ptr<const Dataset> dataset,
                     TrainerObserver& observer, const RunControl& control)
{
    const auto lock = RunLock::acquire(record.folder);
    if (!lock) { // somebody else's run: its files are not ours to write
        record.state = RunState::Failed;
        record.reason = lock.error().message;
        return record;
    }
    // Another window may have trained it while it waited here.
    const auto onDisk = store.load(record.id);
    if (!onDisk) {
        record.state = RunState::Failed;
        record.reason = onDisk.error().message;
        return record;
    }
    if (onDisk->state != RunState::Queued)
        return *onDisk;
    train(store, record, dataset, observer, control);
    if (const Status status = store.save(record); !status)
        record.reason += (record.reason.empty() ? "" : "; ") + status.error().message;
    return record;
}

} // namespace normscope
