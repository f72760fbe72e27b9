// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "model/training/machine.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

namespace normscope::cli {

namespace {

struct EvaluateOptions {
    std::string what; ///< a run or a weights file
    std::string data;
    std::string norm;
    std::string groups = "4";
    std::string device = "auto";
    std::string threads = "0";
    bool json = false;
    std::shared_ptr<std::string> store;
};

/// What to build and which weights to load into it.
struct Subject {
    RunSpec spec;
    std::string weights;
    std::optional<InputScale> scale;     ///< of the run's training data; a weights file does not tell it
    std::vector<std::string> classNames; ///< the run's; empty for a weights file
};

std::string listText(const std::vector<std::string>& names)
{
    constexpr std::size_t shown = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), shown); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > shown ? text + ", ..." : text;
}

Result<Subject> subjectOf(const EvaluateOptions& options)
{
    Subject subject;
    std::error_code error;
    if (std::filesystem::is_regular_file(options.what, error)) {
        if (options.norm.empty() || options.data.empty())
            return Error{ErrorCode::BadUsage, "A weights file does not say what it was trained with: give --norm (and --groups for "
                             "group norm) and --data as well.", {}};
        const auto normalization = parseNormalization(options.norm);
        if (!normalization)
            return normalization.error();
        subject.spec.normalization = *normalization;
        if (const Status status = readNumber("--groups", options.groups, subject.spec.groups); !status)
            return status.error();
        subject.weights = options.what;
    } else {
        const auto store = openStore(*options.store);
        if (!store)
            return store.error();
        const auto run = store->find(options.what);
        if (!run)
            return run.error();
        if (run->state == RunState::Damaged)
            return damagedError(*run);
        if (run->epochs.empty())
            return Error{ErrorCode::BadInput, "The run \"" + run->name + "\" has no finished epoch yet, so it has no weights.", {}};
        subject.spec = run->spec;
        subject.scale = run->inputScale;
        subject.classNames = run->classNames;
        subject.spec.limitTrain = subject.spec.limitTest = 0; // all test images, whatever the run used
        subject.spec.quickLook = false;
        subject.weights = store->weightsPath(*run);
    }
    if (!options.data.empty()) {
        const auto data = DataSpec::parse(options.data);
        if (!data)
            return data.error();
        subject.spec.data = *data;
    }
    const auto device = parseDevice(options.device);
    if (!device)
        return device.error();
    subject.spec.device = *device;
    if (const Status status = readNumber("--threads", options.threads, subject.spec.threads); !status)
        return status.error();
    return subject;
}

void printJson(const Evaluation& evaluation, const Dataset& dataset)
{
    const ConfusionMatrix matrix(evaluation);
    nlohmann::json json = {{"data", dataset.spec.toString()}, {"images", evaluation.size()}, {"accuracy", evaluation.accuracy()},
                           {"loss", evaluation.loss}, {"incorrect", matrix.incorrect()}, {"classes", dataset.classNames}};
    for (int t = 0; t < matrix.classes(); ++t) {
        nlohmann::json row = nlohmann::json::array();
        for (int p = 0; p < matrix.classes(); ++p)
            row.push_back(matrix.count(t, p));
        json["confusion"].push_back(row);
    }
    std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void printText(const Evaluation& evaluation, const Dataset& dataset)
{
    const ConfusionMatrix matrix(evaluation);
    std::cout << dataset.title << ", " << evaluation.size() << " test images: accuracy " << fixed(evaluation.accuracy(), 2) << " %, loss "
              << fixed(evaluation.loss, 4) << ", " << matrix.incorrect() << " incorrect\n";
    for (int c = 0; c < matrix.classes(); ++c)
        std::cout << "  " << dataset.classNames[std::size_t(c)] << ": " << matrix.count(c, c) << " of " << matrix.rowTotal(c) << " right\n";
}

/// A run of another machine may have been trained with what this one lacks; its weights are f32 and can be tested here.
RunSpec runnable(RunSpec spec)
{
    RunSpec plain = spec;
    plain.engine = Engine::Auto;
    plain.precision = Precision::Float32;
    const Status status = checkMachine(spec);
    if (status || !checkMachine(plain))
        return spec;
    std::cerr << "Warning: " << status.error().message << " Tested in f32 instead.\n";
    return plain;
}

int evaluate(const EvaluateOptions& options)
{
    const auto subject = subjectOf(options);
    if (!subject)
        return report(subject.error());
    const auto dataset = loadDataset(subject->spec.data);
    if (!dataset)
        return report(dataset.error());
    RunSpec spec = runnable(subject->spec);
    spec.batchSize = 1; // not used for testing; any data set is large enough for it
    if (!subject->classNames.empty() && subject->classNames != (*dataset)->classNames)
        return report({ErrorCode::BadInput, "The run was trained on the classes " + listText(subject->classNames) + ", but "
                           + (*dataset)->title + " has " + listText((*dataset)->classNames) + ": its answers would mean nothing there.", {}});
    auto trainer = Trainer::create(spec, *dataset, subject->scale);
    if (!trainer)
        return report(trainer.error());
    if (const Status status = (*trainer)->loadWeights(subject->weights); !status)
        return report(status.error());
    const auto evaluation = (*trainer)->evaluate();
    if (!evaluation)
        return report(evaluation.error());
    options.json ? printJson(**evaluation, **dataset) : printText(**evaluation, **dataset);
    return Done;
}

} // namespace

void addEvaluate(CLI::App& app, Outcome& outcome)
{
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App& command = *app.add_subcommand("evaluate", "Test a run's weights, or a weights file, on a data set's test images");
    command.add_option("RUN|WEIGHTS", options->what, "Id, folder or name of a run, or a state dictionary")->required();
    command.add_option("--data", options->data, "fashion-mnist[:DIR], cifar10:DIR or folder:DIR (default: the run's)")->type_name("SPEC");
    command.add_option("--norm", options->norm, "For a weights file: batch, layer, group, instance or none")->type_name("NAME");
    command.add_option("--groups", options->groups, "For a weights file with group norm (default 4)")->type_name("N");
    command.add_option("--device", options->device, "auto, cpu or cuda (default auto)")->type_name("NAME");
    command.add_option("--threads", options->threads, "0: as many as the machine has cores (default)")->type_name("N");
    command.add_flag("--json", options->json, "As JSON, with the confusion matrix");
    addNoCacheFlag(command);
    options->store = addStoreOption(command);
    command.callback([options, &outcome] { outcome.code = evaluate(*options); });
}

} // namespace normscope::cli
