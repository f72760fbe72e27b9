// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/trainingmeasures.h"

#include "model/training/atonce.h"
#include "model/training/session.h"

#include <filesystem>
#include <mutex>
#include <stdexcept>

#include <stdlib.h>

namespace normscope::bench {

namespace {

/// A store in a folder of its own that goes with it.
class Scratch {
public:
    Scratch()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "normscope-bench-XXXXXX").string();
        if (!mkdtemp(pattern.data()))
            throw std::runtime_error("No folder for the runs can be made in " + std::filesystem::temp_directory_path().string());
        m_folder = pattern;
    }
    ~Scratch()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
    Result<RunStore> store() const { return RunStore::open(m_folder); }

private:
    std::string m_folder;
};

class DoneObserver : public TrainerObserver {
public:
    explicit DoneObserver(TogetherRun& run) : m_run(run) {}
    void batchDone(const BatchProgress& progress) override { m_run.done = doneOf(progress); }

private:
    TogetherRun& m_run;
};

/// The runs once, folders and all.
Json trainThem(const std::vector<RunSpec>& specs, const std::shared_ptr<const Dataset>& dataset, int atOnce)
{
    const Scratch scratch;
    const auto store = scratch.store();
    if (!store)
        throw std::runtime_error(store.error().message);
    std::mutex mutex;
    Json runs = Json::array();
    std::string failure;
    const auto start = Clock::now();
    trainTogether(specs, atOnce, [&](TogetherRun& run) {
        RunControl control;
        control.threads = run.threads;
        const double started = secondsSince(start);
        const std::string title = normalizationTitle(specs[run.number].normalization, specs[run.number].groups);
        std::unique_lock lock(mutex);
        const auto record = store->create(specs[run.number], title, int(run.number));
        lock.unlock();
        DoneObserver observer(run);
        const RunRecord ended = record ? executeRun(*store, *record, dataset, observer, control) : RunRecord();
        lock.lock();
        if (ended.state != RunState::Finished)
            failure = title + ": " + (record ? ended.reason : record.error().message);
        runs.push_back({{"norm", title}, {"device", ended.device}, {"started", started}, {"ended", secondsSince(start)},
                        {"testLoss", ended.epochs.empty() ? 0 : ended.epochs.back().testLoss}});
    });
    if (!failure.empty())
        throw std::runtime_error(failure);
    return {{"seconds", secondsSince(start)}, {"runs", std::move(runs)}};
}

} // namespace

Json measureRuns(const std::vector<RunSpec>& specs, const std::shared_ptr<const Dataset>& dataset, int atOnce, int repeats)
{
    std::vector<double> together, sequence, ratios;
    Json rounds = Json::array();
    for (int i = 0; i < repeats; ++i) {
        Json pair;
        for (const bool first : {true, false}) { // each goes first in turn
            const bool atOnceNow = first == (i % 2 == 0);
            pair[atOnceNow ? "together" : "sequence"] = trainThem(specs, dataset, atOnceNow ? atOnce : 1);
        }
        together.push_back(pair["together"]["seconds"]);
        sequence.push_back(pair["sequence"]["seconds"]);
        ratios.push_back(sequence.back() / together.back());
        rounds.push_back(std::move(pair));
    }
    return {{"together", together}, {"sequence", sequence}, {"ratios", ratios}, {"medianTogether", median(together)},
            {"medianSequence", median(sequence)}, {"ratio", median(sequence) / median(together)}, {"rounds", std::move(rounds)}};
}

} // namespace normscope::bench
