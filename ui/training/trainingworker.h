// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/training/trainingcontroller.h"

#include <QObject>

#include <memory>
#include <vector>

namespace normscope {

/// One run to train, with the flags that the window's thread sets while it goes.
struct TrainingJob {
    quint64 number = 0; ///< every signal carries it, so that a late one of an earlier run is told apart
    RunRecord record;
    std::shared_ptr<const RunControl> control;
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
    void ended(quint64 job, const normscope::RunRecord& record);

private:
    RunRecord trainOrThrow(const TrainingJob& job);
    RunRecord saved(RunRecord record, RunState state, const std::string& reason) const;

    RunStore m_store;
    std::shared_ptr<DatasetCache> m_datasets;
    TrainFunction m_train;
};

} // namespace normscope
