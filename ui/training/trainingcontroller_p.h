// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/atonce.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"
#include "ui/training/traininglane.h"

#include <memory>
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
    int done = 0; ///< runs of this queue that have ended
};

} // namespace normscope
