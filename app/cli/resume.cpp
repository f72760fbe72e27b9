// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/trainqueue.h"

#include "model/store/recovery.h"
#include "model/training/atonce.h"
#include "model/training/machine.h"

#include <algorithm>
#include <iostream>

namespace normscope::cli {

namespace {

struct ResumeOptions {
    std::vector<std::string> names;
    std::string device, engine, data;
    std::string threads, atOnceText = "0";
    CLI::Option* threadsOption = nullptr;
    int atOnce = asManyAsPays;
    std::shared_ptr<std::string> store;
};

/// A run that is to be changed: a folder elsewhere has another store's lock and trash.
Result<RunRecord> findHere(const RunStore& store, const std::string& name)
{
    auto found = store.find(name);
    if (found && store.folder() + "/" + found->id != found->folder)
        return Error{ErrorCode::BadUsage, "The run in " + found->folder + " belongs to another store; name it with --store.", {}};
    return found;
}

Result<ResumeChoice> choiceOf(const ResumeOptions& options)
{
    ResumeChoice choice;
    if (!options.device.empty()) {
        const auto device = parseDevice(options.device);
        if (!device)
            return device.error();
        choice.device = *device;
    }
    if (!options.engine.empty()) {
        const auto engine = parseEngine(options.engine);
        if (!engine)
            return engine.error();
        choice.engine = *engine;
    }
    if (!options.data.empty()) {
        const auto data = DataSpec::parse(options.data);
        if (!data)
            return data.error();
        choice.data = *data;
    }
    if (options.threadsOption->count() > 0) {
        RunSpec spec;
        if (const Status status = readNumber("--threads", options.threads, spec.threads); !status)
            return status.error();
        if (const Status status = checkSpec(spec); !status)
            return status.error();
        choice.threads = spec.threads;
    }
    return choice;
}

/// The images of each run; those of two runs on the same data once.
Status loadData(std::deque<QueuedRun>& runs)
{
    LoadOptions loading;
    loading.cancel = &interruptFlag();
    for (auto run = runs.begin(); run != runs.end(); ++run) {
        const auto same = std::find_if(runs.begin(), run, [&](const QueuedRun& other) { return other.record.spec.data == run->record.spec.data; });
        if (same != run) {
            run->dataset = same->dataset;
            continue;
        }
        std::cerr << "Loading " << run->record.spec.data.title() << " ..." << std::endl;
        auto dataset = loadDataset(run->record.spec.data, loading);
        if (!dataset)
            return dataset.error();
        run->dataset = *dataset;
    }
    return {};
}

/// All of them or none: where one is refused, those before it are as they were.
Status requeueAll(const RunStore& store, std::deque<QueuedRun>& runs, ResumeChoice choice)
{
    std::vector<RunRecord> before;
    for (QueuedRun& run : runs) {
        const auto asItWas = store.load(run.record.id);
        choice.dataFingerprint = run.dataset->fingerprint;
        auto queued = requeueRun(store, run.record.id, choice);
        if (!queued) {
            for (const RunRecord& record : before)
                if (const Status status = store.save(record); !status)
                    report(status.error());
            return queued.error();
        }
        before.push_back(*asItWas);
        run.record = std::move(*queued);
    }
    return {};
}

int resume(const ResumeOptions& options)
{
    const auto choice = choiceOf(options);
    if (!choice)
        return report(choice.error());
    const auto store = openStore(*options.store);
    if (!store)
        return report(store.error());
    watchInterrupts();
    std::deque<QueuedRun> runs; // first all is looked at, then the runs are changed
    for (const std::string& name : options.names) {
        auto found = findHere(*store, name);
        if (!found)
            return report(found.error());
        if (const std::string why = whyNotResumable(*found); !why.empty())
            return report({ErrorCode::BadUsage, "The run \"" + found->name + "\" cannot be resumed. " + why, {}});
        if (std::any_of(runs.begin(), runs.end(), [&](const QueuedRun& run) { return run.record.id == found->id; }))
            return report({ErrorCode::BadUsage, "The run \"" + found->name + "\" is given twice.", {}});
        QueuedRun& run = runs.emplace_back();
        run.record = std::move(*found);
        run.record.spec.data = choice->data.value_or(run.record.spec.data);
    }
    if (const Status status = loadData(runs); !status)
        return report(status.error());
    if (const Status status = requeueAll(*store, runs, *choice); !status)
        return report(status.error());
    return trainQueue(*store, runs, options.atOnce);
}

int repair(const std::string& storeFolder, const std::vector<std::string>& names)
{
    const auto store = openStore(storeFolder);
    if (!store)
        return report(store.error());
    int code = Done;
    for (const std::string& name : names) {
        const auto found = findHere(*store, name);
        const auto repaired = found ? repairRun(*store, found->id) : found;
        if (!repaired) {
            code = report(repaired.error());
            continue;
        }
        std::cerr << "normscope-cli: \"" << repaired->name << "\" is repaired: " << toString(repaired->state) << ", "
                  << repaired->epochs.size() << " of " << repaired->spec.epochs << " epochs.\n";
        std::cout << repaired->folder << std::endl;
    }
    return code;
}

} // namespace

void addResume(CLI::App& app, Outcome& outcome)
{
    auto options = std::make_shared<ResumeOptions>();
    CLI::App& command = *app.add_subcommand("resume", "Go on with runs that were stopped, interrupted or failed, from their checkpoints");
    command.add_option("RUN", options->names, "Id, folder or name of a run; several are queued together")
        ->required()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command.add_option("--at-once", options->atOnceText, "Of several, how many train at once (default 0: as many as pays; 1: one after another)")
        ->type_name("N");
    command.add_option("--device", options->device, "Another device than before; results are then not bit-identical")->type_name("NAME");
    options->threadsOption = command.add_option("--threads", options->threads, "Another number of threads; with the libtorch engine not bit-identical")->type_name("N");
    command.add_option("--engine", options->engine, "Another engine; results are then not bit-identical")->type_name("NAME");
    command.add_option("--data", options->data, "Where the same images lie now")->type_name("SPEC");
    addNoCacheFlag(command);
    options->store = addStoreOption(command);
    command.callback([options, &outcome] {
        const Status status = readAtOnce(options->atOnceText, options->atOnce);
        outcome.code = status ? resume(*options) : report(status.error());
    });
}

void addRepair(CLI::App& app, Outcome& outcome)
{
    CLI::App& command = *app.add_subcommand("repair", "Write the files of damaged runs anew from their checkpoints");
    auto names = std::make_shared<std::vector<std::string>>();
    command.add_option("RUN", *names, "Id or folder of a damaged run")->required()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    const auto store = addStoreOption(command);
    command.callback([=, &outcome] { outcome.code = repair(*store, *names); });
}

} // namespace normscope::cli
