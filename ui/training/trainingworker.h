// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/checkpoint.h"
#include "model/store/runlock.h"
#include "ui/training/trainingcontroller.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace normscope {

/// One run to train, with the flags that the window's thread sets while it goes.
struct TrainingJob {
    quint64 number = 0; ///< every signal carries it, so that a late one of an earlier run is told apart
    RunRecord record;
    std::shared_ptr<const RunControl> control;
    /// The queue's lock on the run, kept while its data is loaded and let go just before executeRun() takes it itself.
    std::shared_ptr<std::optional<RunLock>> lock;
};

/// Lives on the training thread: loads the data, trains, and tells what happens in values. Nothing thrown leaves it.
class TrainingWorker : public QObject {
    Q_OBJECT
public:
    TrainingWorker(RunStore store, std::shared_ptr<DatasetCache> datasets, TrainFunction train);

    /// Ends with exactly one ended().
    void train(const TrainingJob& job);

Q_SIGNALS:
    void loading(quint64 job, int percent);
    void loaded(quint64 job, std::shared_ptr<const normscope::Dataset> dataset);
    void progress(quint64 job, const normscope::BatchProgress& progress);
    void batchLosses(quint64 job, const std::vector<float>& losses);
    void epochDone(quint64 job, const normscope::EpochMetrics& metrics);
    void evaluationDone(quint64 job, std::shared_ptr<const normscope::Evaluation> evaluation);
    /// The first batch of training is known: so many whole epochs and batches were done before it.
    void begins(quint64 job, std::size_t epochs, std::size_t batches);
    void resumed(quint64 job, const normscope::TrainingPosition& position, const QString& note);
    void saveFailed(quint64 job, const normscope::Error& error, bool waiting);
    void saveRecovered(quint64 job);
    void keptInMemory(quint64 job, std::shared_ptr<const normscope::Checkpoint> checkpoint);
    void ended(quint64 job, const normscope::RunRecord& record);

private:
    RunRecord trainOrThrow(const TrainingJob& job);
    RunRecord saved(RunRecord record, RunState state, const std::string& reason) const;

    RunStore m_store;
    std::shared_ptr<DatasetCache> m_datasets;
    TrainFunction m_train;
};

} // namespace normscope
