// SPDX-License-Identifier: GPL-3.0-or-later
// Whole runs at once, each on a thread of its own: how long until all are done, and what of it is the start.
#include "tests/bench/trainingmeasures.h"

#include "model/training/trainer.h"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

namespace normscope::bench {

namespace {

struct Run : TrainerObserver {
    explicit Run(const RunSpec& runSpec) : spec(runSpec) {}

    void epochDone(const EpochMetrics& epoch) override
    {
        epochEnds.push_back(secondsSince(start));
        last = epoch;
    }

    void train(const std::shared_ptr<const Dataset>& dataset)
    {
        const auto trainer = Trainer::create(spec, dataset);
        if (!trainer) {
            problem = trainer.error();
            return;
        }
        device = (*trainer)->deviceText();
        createSeconds = secondsSince(start);
        const auto outcome = (*trainer)->run(*this, {});
        if (!outcome)
            problem = outcome.error();
        else if (outcome->end != TrainingEnd::Finished)
            problem = Error{ErrorCode::Internal, outcome->reason, {}};
    }

    /// The first epoch's end, from the start, against what an epoch takes later on.
    Json result() const
    {
        std::vector<double> steady;
        for (std::size_t i = 1; i < epochEnds.size(); ++i)
            steady.push_back(epochEnds[i] - epochEnds[i - 1]);
        const double epoch = median(steady);
        return {{"norm", normalizationTitle(spec.normalization, spec.groups)}, {"device", device}, {"seconds", epochEnds.back()},
                {"createSeconds", createSeconds}, {"firstEpochEnds", epochEnds.front()}, {"steadyEpochSeconds", epoch},
                {"coldStartSeconds", steady.empty() ? 0.0 : std::max(0.0, epochEnds.front() - epoch)},
                {"testAccuracy", last.testAccuracy}, {"trainLoss", last.trainLoss}};
    }

    RunSpec spec;
    Clock::time_point start = Clock::now();
    std::string device;
    double createSeconds = 0;
    std::vector<double> epochEnds;
    EpochMetrics last;
    std::optional<Error> problem;
};

} // namespace

Result<Json> measureWholeRuns(const std::vector<RunSpec>& specs, const std::shared_ptr<const Dataset>& dataset)
{
    std::vector<std::unique_ptr<Run>> runs;
    for (const RunSpec& spec : specs)
        runs.push_back(std::make_unique<Run>(spec));
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    for (const auto& run : runs)
        threads.emplace_back([&run, &dataset] { run->train(dataset); });
    for (std::thread& thread : threads)
        thread.join();
    const double seconds = secondsSince(start);
    Json results = Json::array();
    double images = 0;
    for (const auto& run : runs) {
        if (run->problem)
            return *run->problem;
        results.push_back(run->result());
        images += double(dataset->train.size()) * run->spec.epochs;
    }
    return Json{{"runs", std::move(results)}, {"secondsForAll", seconds}, {"imagesPerSecondOfAll", images / seconds}};
}

} // namespace normscope::bench
