// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runlock.h"
#include "model/training/atonce.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"
#include "ui/training/traininglane.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace normscope {

struct TrainingController::ActiveRun {
    QString id;
    quint64 job = 0; ///< a signal with another number is stale
    RunRecord record;
    std::shared_ptr<RunControl> control = std::make_shared<RunControl>();
    TrainingLane* lane = nullptr;
    State state = State::LoadingData;
    bool dataLoaded = false;
    bool waitsForSpace = false;
    bool inMemory = false; ///< it ended and could not be saved, which whoever keeps it tells
    int loadingPercent = 0;
    BatchProgress batch;
};

struct TrainingController::Private {
    Private(RunLibrary& l, std::shared_ptr<DatasetCache> data, TrainFunction t)
        : library(l), datasets(std::move(data)), train(std::move(t)), machine(systemInfo())
    {
    }

    RunLibrary& library;
    std::shared_ptr<DatasetCache> datasets;
    TrainFunction train;
    SystemInfo machine;
    int atOnce = asManyAsPays;
    std::vector<std::unique_ptr<TrainingLane>> lanes; ///< as many as ever trained at once
    std::vector<std::unique_ptr<ActiveRun>> active;   ///< in the order of their starts
    quint64 jobs = 0;
    bool closing = false; ///< nothing is started any more
    QStringList queue;
    /// Of the runs that wait. Never of more than the first hundred or so: each costs an open file.
    std::map<QString, std::shared_ptr<std::optional<RunLock>>> locks;
    int done = 0; ///< runs of this queue that have ended, but for those that were stopped
};

} // namespace normscope
