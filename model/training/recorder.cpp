// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/recorder.h"

#include "model/store/atomicfile.h"
#include "model/store/runfolder.h"
#include "model/store/statedict.h"

#include <chrono>
#include <thread>

namespace normscope {

namespace {

constexpr auto retryPoll = std::chrono::milliseconds(50);
constexpr int pollsPerRetry = 20;

} // namespace

Recorder::Recorder(const RunStore& store, RunRecord& record, const Trainer& trainer, TrainerObserver& next, const RunControl& control)
    : m_store(store), m_record(record), m_trainer(trainer), m_next(next), m_control(control)
{
}

void Recorder::begin(const Checkpoint* from)
{
    m_record.epochs = from ? from->record.epochs : std::vector<EpochMetrics>();
    if (from) {
        m_losses = from->batchLosses;
        if (from->evaluation)
            m_evaluation = std::make_shared<const Evaluation>(*from->evaluation);
    }
    Checkpoint empty;
    empty.record = m_record;
    save([&] {
        storage::removeUnfinished(m_record.folder);
        return storage::writeRunFiles(m_record.folder, from ? *from : empty, m_record);
    });
    m_filesInStep = !m_problem;
    m_lossesWritten = m_losses.size();
    m_epochsWritten = m_record.epochs.size();
}

void Recorder::batchDone(const BatchProgress& progress)
{
    if (progress.phase == BatchProgress::Phase::Training)
        m_losses.push_back(progress.loss);
    m_next.batchDone(progress);
}

void Recorder::evaluationDone(std::shared_ptr<const Evaluation> evaluation)
{
    m_evaluation = evaluation;
    m_next.evaluationDone(std::move(evaluation));
}

void Recorder::epochDone(const EpochMetrics& metrics)
{
    m_record.epochs.push_back(metrics);
    save([this] { return writeEpoch(); });
    if (m_problem)
        m_unsaved = std::make_shared<const Checkpoint>(checkpointNow());
    else
        m_unsaved.reset();
    m_next.epochDone(metrics);
}

void Recorder::end()
{
    save([this] { return writeEnd(); });
    if (!m_problem) {
        if (m_record.state == RunState::Finished) // the last one is safe; a thousand runs need no second one each
            for (const std::string& path : {storage::checkpointBeforePath(m_record.folder), storage::checkpointNextPath(m_record.folder)})
                static_cast<void>(storage::removeFile(path).ok());
        return;
    }
    m_record.reason += (m_record.reason.empty() ? "" : "; ") + ("not everything was saved: " + m_problem->message);
    if (m_record.state == RunState::Stopped)
        m_unsaved = std::make_shared<const Checkpoint>(checkpointNow());
    if (m_unsaved)
        m_next.keptInMemory(m_unsaved);
}

/// Tries until it works, unless it is the kind of error that waiting does not mend.
void Recorder::save(const std::function<Status()>& write)
{
    for (;;) {
        const Status status = write();
        if (status) {
            if (m_problem)
                m_next.saveRecovered();
            m_problem.reset();
            return;
        }
        const bool wait = status.error().code == ErrorCode::DiskFull && !m_control.stop;
        if (!m_problem || m_problem->message != status.error().message)
            m_next.saveFailed(status.error(), wait);
        m_problem = status.error();
        if (!wait)
            return;
        waitToRetry();
    }
}

void Recorder::waitToRetry() const
{
    for (int i = 0; i < pollsPerRetry && !m_control.stop; ++i)
        std::this_thread::sleep_for(retryPoll);
}

Checkpoint Recorder::checkpointNow() const
{
    Checkpoint checkpoint;
    checkpoint.record = m_record;
    checkpoint.training = m_trainer.state();
    checkpoint.batchLosses = m_losses;
    if (m_evaluation && !m_record.epochs.empty())
        checkpoint.evaluation = *m_evaluation;
    return checkpoint;
}

Status Recorder::writeEpoch()
{
    const Checkpoint checkpoint = checkpointNow();
    if (Status status = m_store.saveCheckpoint(m_record, checkpoint); !status)
        return status;
    Status status;
    if (m_filesInStep) {
        m_filesInStep = false;
        if (checkpoint.training.position.batches == 0) {
            status = storage::replaceFile(m_store.weightsPath(m_record), stateDictionaryBytes(checkpoint.training.weights));
            if (status && checkpoint.evaluation)
                status = m_store.savePredictions(m_record, *checkpoint.evaluation);
        }
        if (status && m_losses.size() > m_lossesWritten)
            status = m_store.appendBatchLosses(m_record, m_lossesWritten + 1, {m_losses.begin() + std::ptrdiff_t(m_lossesWritten), m_losses.end()});
        for (std::size_t i = m_epochsWritten; status && i < m_record.epochs.size(); ++i)
            status = m_store.appendEpoch(m_record, m_record.epochs[i]);
        if (status)
            status = m_store.save(m_record);
    } else {
        status = storage::writeRunFiles(m_record.folder, checkpoint, m_record);
    }
    if (status) {
        m_filesInStep = true;
        m_lossesWritten = m_losses.size();
        m_epochsWritten = m_record.epochs.size();
    }
    return status;
}

Status Recorder::writeEnd()
{
    // After a failure or divergence within an epoch the network is not worth keeping: the last epoch's checkpoint stands.
    if (m_record.state == RunState::Stopped || (m_problem && m_record.state == RunState::Finished))
        return writeEpoch();
    if (m_unsaved) {
        if (Status status = m_store.saveCheckpoint(m_record, *m_unsaved); !status)
            return status;
        return storage::writeRunFiles(m_record.folder, *m_unsaved, m_record);
    }
    if (m_filesInStep && m_losses.size() > m_lossesWritten)
        if (Status status = m_store.appendBatchLosses(m_record, m_lossesWritten + 1,
                                                      {m_losses.begin() + std::ptrdiff_t(m_lossesWritten), m_losses.end()}); !status)
            return status;
    m_lossesWritten = m_losses.size();
    return m_store.save(m_record);
}

} // namespace normscope
