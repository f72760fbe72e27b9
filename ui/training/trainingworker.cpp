// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/trainingworker.h"

#include <QElapsedTimer>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace normscope {

namespace {

constexpr qint64 progressEveryMs = 50;
constexpr qint64 lossesEveryMs = 200;

/// Slows the trainer's news down to what a window can show, and drops none of the losses.
class Reporter : public TrainerObserver {
public:
    Reporter(TrainingWorker& worker, quint64 job) : m_worker(worker), m_job(job)
    {
        m_sinceProgress.start();
        m_sinceLosses.start();
    }

    void batchDone(const BatchProgress& progress) override
    {
        const bool training = progress.phase == BatchProgress::Phase::Training;
        if (training) {
            if (std::exchange(m_beforeFirst, false))
                tellBeginning(progress);
            m_losses.push_back(progress.loss);
        }
        if (m_first || m_sinceProgress.elapsed() >= progressEveryMs) {
            m_first = false;
            m_sinceProgress.restart();
            Q_EMIT m_worker.progress(m_job, progress);
        }
        if (m_sinceLosses.elapsed() >= lossesEveryMs)
            flush();
    }
    void epochDone(const EpochMetrics& metrics) override
    {
        flush();
        Q_EMIT m_worker.epochDone(m_job, metrics);
    }
    void evaluationDone(std::shared_ptr<const Evaluation> evaluation) override
    {
        flush();
        Q_EMIT m_worker.evaluationDone(m_job, std::move(evaluation));
    }
    void resumed(const TrainingPosition& position, const std::string& note) override
    {
        Q_EMIT m_worker.resumed(m_job, position, QString::fromStdString(note));
    }
    void saveFailed(const Error& error, bool waiting) override { Q_EMIT m_worker.saveFailed(m_job, error, waiting); }
    void saveRecovered() override { Q_EMIT m_worker.saveRecovered(m_job); }
    void keptInMemory(std::shared_ptr<const Checkpoint> checkpoint) override
    {
        flush();
        Q_EMIT m_worker.keptInMemory(m_job, std::move(checkpoint));
    }
    void flush()
    {
        if (!m_losses.empty())
            Q_EMIT m_worker.batchLosses(m_job, std::exchange(m_losses, {}));
        m_sinceLosses.restart();
    }

private:
    void tellBeginning(const BatchProgress& first)
    {
        const auto epochs = std::size_t(std::max(first.epoch - 1, 0));
        Q_EMIT m_worker.begins(m_job, epochs, epochs * std::size_t(first.batches) + std::size_t(std::max(first.batch - 1, 0)));
    }

    TrainingWorker& m_worker;
    quint64 m_job;
    bool m_beforeFirst = true;
    std::vector<float> m_losses;
    QElapsedTimer m_sinceProgress;
    QElapsedTimer m_sinceLosses;
    bool m_first = true;
};

bool isEnd(RunState state)
{
    return state != RunState::Queued && state != RunState::Running;
}

} // namespace

TrainingWorker::TrainingWorker(RunStore store, std::shared_ptr<DatasetCache> datasets, TrainFunction train)
    : m_store(std::move(store)), m_datasets(std::move(datasets)), m_train(std::move(train))
{
}

void TrainingWorker::train(const TrainingJob& job)
{
    RunRecord record = job.record;
    try {
        record = trainOrThrow(job);
    } catch (const std::bad_alloc&) {
        record = saved(job.record, RunState::Failed,
                       "The memory is used up. Close other programs, or choose a smaller batch size, and start again.");
    } catch (const std::exception& e) {
        record = saved(job.record, RunState::Failed, "The training ended by an error of Normscope itself: " + std::string(e.what()));
    } catch (...) {
        record = saved(job.record, RunState::Failed, "The training ended by an unknown error of Normscope itself.");
    }
    if (job.lock) // held still where the training never began
        job.lock->reset();
    Q_EMIT ended(job.number, record);
}

RunRecord TrainingWorker::trainOrThrow(const TrainingJob& job)
{
    LoadOptions options;
    options.cancel = &job.control->stop;
    options.progress = [this, &job, last = -1](std::size_t done, std::size_t total) mutable {
        const int percent = total == 0 ? 0 : int(done * 100 / total);
        if (percent != std::exchange(last, percent))
            Q_EMIT loading(job.number, percent);
    };
    const auto dataset = m_datasets->load(job.record.spec.data, options);
    if (job.control->stop)
        return saved(job.record, RunState::Stopped, {});
    if (!dataset)
        return saved(job.record, RunState::Failed, dataset.error().message);
    Q_EMIT loaded(job.number, *dataset);

    Reporter reporter(*this, job.number);
    if (job.lock)
        job.lock->reset();
    RunRecord record = m_train(m_store, job.record, *dataset, reporter, *job.control);
    reporter.flush();
    return isEnd(record.state) ? record : saved(record, RunState::Failed, "The training ended without saying how.");
}

// What training left in the folder is newer than the job's copy of the record.
RunRecord TrainingWorker::saved(RunRecord record, RunState state, const std::string& reason) const
{
    if (auto written = m_store.load(record.id); written && written->state != RunState::Damaged)
        record = std::move(*written);
    record.state = state;
    record.reason = reason;
    if (const Status status = m_store.save(record); !status)
        record.reason += (reason.empty() ? "" : " ") + status.error().message;
    return record;
}

} // namespace normscope
