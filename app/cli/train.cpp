// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/trainqueue.h"

#include "model/training/atonce.h"
#include "model/training/machine.h"

#include <algorithm>
#include <deque>
#include <iostream>
#include <set>

namespace normscope::cli {

namespace {

/// A field of the spec whose value replaces the recipe's only where it was given.
struct GivenField {
    std::string name;
    std::string text;
    CLI::Option* option = nullptr;
    Status (*read)(const GivenField&, RunSpec&) = nullptr;
};

struct TrainOptions {
    std::string data = "fashion-mnist";
    std::vector<std::string> norms;
    std::string atOnceText = "0";
    int atOnce = asManyAsPays;
    std::string device = "auto";
    std::string engine = "auto";
    std::string precision = "f32";
    std::string name;
    bool quick = false;
    std::deque<GivenField> fields;
    std::shared_ptr<std::string> store;
};

Result<RunSpec> specOf(const TrainOptions& options, const std::string& norm)
{
    const auto normalization = parseNormalization(norm);
    if (!normalization)
        return normalization.error();
    const auto device = parseDevice(options.device);
    if (!device)
        return device.error();
    const auto engine = parseEngine(options.engine);
    if (!engine)
        return engine.error();
    const auto precision = parsePrecision(options.precision);
    if (!precision)
        return precision.error();
    auto data = DataSpec::parse(options.data);
    if (!data)
        return data.error();
    RunSpec spec = seedRecipe(*normalization);
    if (options.quick)
        spec = quickLookOf(spec);
    for (const auto& field : options.fields)
        if (field.option->count() > 0)
            if (const Status status = field.read(field, spec); !status)
                return status.error();
    spec.data = *data;
    spec.device = *device;
    spec.engine = *engine;
    spec.precision = *precision;
    return spec;
}

/// One for each norm, checked as far as that goes without the images.
Result<std::vector<RunSpec>> specsOf(const TrainOptions& options)
{
    std::vector<RunSpec> specs;
    for (const std::string& norm : options.norms) {
        const auto spec = specOf(options, norm);
        if (!spec)
            return spec.error();
        if (const Status status = checkSpec(*spec); !status)
            return status.error();
        if (const Status status = checkMachine(*spec); !status)
            return status.error();
        if (std::find(specs.begin(), specs.end(), *spec) != specs.end())
            return Error{ErrorCode::BadUsage, "--norm " + norm + " is given twice: equal settings give equal runs. Name each norm once.", {}};
        specs.push_back(*spec);
    }
    return specs;
}

/// A name for a run of several that were given one name together.
std::string wantedName(const TrainOptions& options, const RunSpec& spec)
{
    if (options.name.empty())
        return normalizationTitle(spec.normalization, spec.groups);
    return options.norms.size() == 1 ? options.name : options.name + ", " + normalizationShortTitle(spec.normalization, spec.groups);
}

/// All of them, before the first one trains, so that they are seen to wait.
Status createRuns(const RunStore& store, const std::vector<RunSpec>& specs, const TrainOptions& options, std::deque<QueuedRun>& runs)
{
    std::set<int> colours;
    std::set<std::string> names;
    for (const RunRecord& run : store.list()) {
        colours.insert(run.colour);
        names.insert(run.name);
    }
    for (const RunSpec& spec : specs) {
        auto record = store.create(spec, freeName(wantedName(options, spec), names), freeColour(colours));
        if (!record)
            return record.error();
        colours.insert(record->colour);
        names.insert(record->name);
        runs.emplace_back().record = std::move(*record);
    }
    return {};
}

int trainRuns(const RunStore& store, const std::vector<RunSpec>& specs, const TrainOptions& options,
              const std::shared_ptr<const Dataset>& dataset)
{
    std::deque<QueuedRun> runs;
    const Status created = createRuns(store, specs, options, runs);
    if (!created && runs.empty())
        return report(created.error());
    if (specs.front().quickLook)
        std::cerr << "Quick look: a fifth of the images; its figures are not those of a full run.\n";
    for (QueuedRun& run : runs)
        run.dataset = dataset;
    const int code = trainQueue(store, runs, options.atOnce);
    return created ? code : report(created.error());
}

int train(const TrainOptions& options)
{
    const auto specs = specsOf(options);
    if (!specs)
        return report(specs.error());
    const auto store = openStore(*options.store);
    if (!store)
        return report(store.error());
    watchInterrupts();
    const DataSpec& data = specs->front().data;
    std::cerr << "Loading " << data.title() << " ..." << std::endl;
    LoadOptions loading;
    loading.cancel = &interruptFlag();
    auto dataset = loadDataset(data, loading);
    if (!dataset)
        return report(dataset.error());
    for (const auto& warning : (*dataset)->warnings)
        std::cerr << "Warning: " << warning << '\n';
    std::set<std::string> said; // runs that are alike have the same warnings
    for (const RunSpec& spec : *specs) {
        auto issues = validate(spec, (*dataset)->train.size());
        for (auto& issue : machineIssues(spec))
            issues.push_back(std::move(issue));
        for (const auto& issue : issues) {
            if (issue.isError)
                return report({ErrorCode::BadUsage, issue.message, {}});
            if (said.insert(issue.message).second)
                std::cerr << "Warning: " << issue.message << '\n';
        }
    }
    return trainRuns(*store, *specs, options, *dataset);
}

template <auto Member>
void addField(CLI::App& command, TrainOptions& options, const std::string& name, const std::string& help)
{
    GivenField& field = options.fields.emplace_back();
    field.name = name;
    field.option = command.add_option(name, field.text, help)->type_name("N");
    field.read = [](const GivenField& given, RunSpec& spec) { return readNumber(given.name, given.text, spec.*Member); };
}

} // namespace

void addTrain(CLI::App& app, Outcome& outcome)
{
    auto options = std::make_shared<TrainOptions>();
    CLI::App& command = *app.add_subcommand("train", "Train networks; the last lines of stdout are the folders of the runs");
    command.add_option("--data", options->data, "fashion-mnist[:DIR], cifar10:DIR or folder:DIR (default: fashion-mnist)")->type_name("SPEC");
    command.add_option("--norm", options->norms, "batch, layer, group, instance or none; several, with commas or given again, are queued together")
        ->required()->type_name("NAME")->delimiter(',')->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command.add_option("--at-once", options->atOnceText, "Of several, how many train at once (default 0: as many as pays; 1: one after another)")
        ->type_name("N");
    command.add_flag("--quick", options->quick, "A quick look: a fifth of the images, 5 epochs");
    addField<&RunSpec::groups>(command, *options, "--groups", "Groups of group norm: 1, 2, 4, 8 or 16 (default 4)");
    addField<&RunSpec::epochs>(command, *options, "--epochs", "Passes over the training images (default 20)");
    addField<&RunSpec::batchSize>(command, *options, "--batch-size", "Images per step (default 64)");
    addField<&RunSpec::learningRate>(command, *options, "--lr", "Learning rate (default 0.01)");
    addField<&RunSpec::momentum>(command, *options, "--momentum", "Momentum of SGD (default 0.9)");
    addField<&RunSpec::stepSize>(command, *options, "--step-size", "Epochs between steps of the learning rate (default: 8 for batch norm, else 7)");
    addField<&RunSpec::gamma>(command, *options, "--gamma", "Factor of each step (default 0.1)");
    addField<&RunSpec::dropout>(command, *options, "--dropout", "Dropout probability (default: 0.02 for batch norm, else 0)");
    addField<&RunSpec::augment>(command, *options, "--augment", "Probability that RandAugment changes an image (default 0.25)");
    addField<&RunSpec::seed>(command, *options, "--seed", "Decides weights, order and augmentation (default 1)");
    addField<&RunSpec::threads>(command, *options, "--threads", "0: as many as the machine has cores (default)");
    addField<&RunSpec::limitTrain>(command, *options, "--limit-train", "Use only N training images");
    addField<&RunSpec::limitTest>(command, *options, "--limit-test", "Use only N test images");
    command.add_option("--device", options->device, "auto, cpu or cuda (default auto)")->type_name("NAME");
    command.add_option("--engine", options->engine, "What computes: auto, libtorch or fast (default auto: fast where it can run)")->type_name("NAME");
    command.add_option("--precision", options->precision, "f32, bf16 (faster, less exact) or tf32 (CUDA only) (default f32)")->type_name("NAME");
    command.add_option("--name", options->name, "Name of the run (default: the normalization)")->type_name("TEXT");
    addNoCacheFlag(command);
    options->store = addStoreOption(command);
    command.callback([options, &outcome] {
        const Status status = readAtOnce(options->atOnceText, options->atOnce);
        outcome.code = status ? train(*options) : report(status.error());
    });
}

} // namespace normscope::cli
