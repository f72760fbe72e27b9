// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "model/training/machine.h"
#include "model/training/session.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>
#include <thread>

#include <unistd.h>

namespace normscope::cli {

namespace {

struct TrainOptions {
    std::string data = "fashion-mnist";
    std::string norm;
    std::string device = "auto";
    std::string engine = "auto";
    std::string precision = "f32";
    std::string name;
    bool quick = false;
    RunSpec given; ///< the fields that were set on the command line; see fieldOptions
    std::vector<std::pair<CLI::Option*, void (*)(RunSpec&, const RunSpec&)>> fieldOptions;
    std::shared_ptr<std::string> store;
};

std::string durationText(double seconds)
{
    const auto whole = static_cast<long>(seconds + 0.5);
    return std::to_string(whole / 60) + ":" + (whole % 60 < 10 ? "0" : "") + std::to_string(whole % 60);
}

/// A progress bar on a terminal, otherwise one line per epoch; all of it on stderr.
class ProgressPrinter : public TrainerObserver {
public:
    ProgressPrinter() : m_terminal(isatty(STDERR_FILENO) != 0) {}

    void batchDone(const BatchProgress& progress) override
    {
        if (!m_terminal || (progress.batch != progress.batches && std::chrono::steady_clock::now() < m_next))
            return;
        m_next = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
        if (progress.phase == BatchProgress::Phase::Testing) {
            std::cerr << "\r\033[KEpoch " << progress.epoch << '/' << progress.epochs << "  testing" << std::flush;
            return;
        }
        constexpr int width = 30;
        const int filled = width * progress.batch / std::max(progress.batches, 1);
        std::cerr << "\r\033[KEpoch " << progress.epoch << '/' << progress.epochs << " [" << std::string(std::size_t(filled), '=')
                  << std::string(std::size_t(width - filled), ' ') << "] loss " << fixed(progress.loss, 4) << "  "
                  << fixed(progress.imagesPerSecond, 0) << " images/s  " << durationText(progress.secondsLeft) << " left" << std::flush;
    }

    void epochDone(const EpochMetrics& m) override
    {
        std::cerr << (m_terminal ? "\r\033[K" : "") << "Epoch " << m.epoch << ": train accuracy " << fixed(m.trainAccuracy, 2)
                  << " %, test accuracy " << fixed(m.testAccuracy, 2) << " %, train loss " << fixed(m.trainLoss, 4) << ", test loss "
                  << fixed(m.testLoss, 4) << ", learning rate " << m.learningRate << ", " << fixed(m.seconds, 1) << " s" << std::endl;
    }

private:
    bool m_terminal;
    std::chrono::steady_clock::time_point m_next;
};

/// Passes the interrupt flag on to the trainer.
class InterruptWatcher {
public:
    explicit InterruptWatcher(RunControl& control)
        : m_thread([&control](std::stop_token token) {
              while (!token.stop_requested()) {
                  if (interruptFlag())
                      control.stop = true;
                  std::this_thread::sleep_for(std::chrono::milliseconds(20));
              }
          })
    {
    }

private:
    std::jthread m_thread;
};

Result<RunSpec> specOf(const TrainOptions& options)
{
    const auto normalization = parseNormalization(options.norm);
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
    for (const auto& [option, copy] : options.fieldOptions)
        if (option->count() > 0)
            copy(spec, options.given);
    spec.data = *data;
    spec.device = *device;
    spec.engine = *engine;
    spec.precision = *precision;
    return spec;
}

int trainRun(const RunStore& store, const RunSpec& spec, const std::string& name, std::shared_ptr<const Dataset> dataset)
{
    std::set<int> colours;
    std::set<std::string> names;
    for (const RunRecord& run : store.list()) {
        colours.insert(run.colour);
        names.insert(run.name);
    }
    const std::string wanted = name.empty() ? normalizationTitle(spec.normalization, spec.groups) : name;
    auto record = store.create(spec, freeName(wanted, names), freeColour(colours));
    if (!record)
        return report(record.error());
    RunControl control;
    ProgressPrinter printer;
    const InterruptWatcher watcher(control);
    if (spec.quickLook)
        std::cerr << "Quick look: a fifth of the images; its figures are not those of a full run.\n";
    const RunRecord ended = executeRun(store, *record, std::move(dataset), printer, control);
    if (!ended.reason.empty())
        std::cerr << "normscope-cli: " << toString(ended.state) << ": " << ended.reason << '\n';
    std::cout << ended.folder << std::endl;
    if (ended.state == RunState::Stopped)
        return Interrupted;
    // A finished run has a reason where not everything could be saved.
    return ended.state == RunState::Finished && ended.reason.empty() ? Done : RunFailed;
}

int train(const TrainOptions& options)
{
    const auto spec = specOf(options);
    if (!spec)
        return report(spec.error());
    if (const Status status = checkSpec(*spec); !status)
        return report(status.error());
    if (const Status status = checkMachine(*spec); !status)
        return report(status.error());
    const auto store = openStore(*options.store);
    if (!store)
        return report(store.error());
    watchInterrupts();
    std::cerr << "Loading " << spec->data.title() << " ..." << std::endl;
    LoadOptions loading;
    loading.cancel = &interruptFlag();
    auto dataset = loadDataset(spec->data, loading);
    if (!dataset)
        return report(dataset.error());
    for (const auto& warning : (*dataset)->warnings)
        std::cerr << "Warning: " << warning << '\n';
    auto issues = validate(*spec, (*dataset)->train.size());
    for (auto& issue : machineIssues(*spec))
        issues.push_back(std::move(issue));
    for (const auto& issue : issues) {
        if (issue.isError)
            return report({ErrorCode::BadUsage, issue.message, {}});
        std::cerr << "Warning: " << issue.message << '\n';
    }
    return trainRun(*store, *spec, options.name, std::move(*dataset));
}

/// Adds an option whose value replaces the recipe's only where it was given.
template <auto Member>
void addField(CLI::App& command, TrainOptions& options, const std::string& name, const std::string& help)
{
    CLI::Option* option = command.add_option(name, options.given.*Member, help);
    if constexpr (std::is_unsigned_v<std::remove_reference_t<decltype(options.given.*Member)>>)
        option->check(CLI::NonNegativeNumber); // strtoull would take -1 for a huge number
    options.fieldOptions.emplace_back(option, [](RunSpec& to, const RunSpec& from) { to.*Member = from.*Member; });
}

} // namespace

void addTrain(CLI::App& app, Outcome& outcome)
{
    auto options = std::make_shared<TrainOptions>();
    CLI::App& command = *app.add_subcommand("train", "Train one network; the last line of stdout is the run's folder");
    command.add_option("--data", options->data, "fashion-mnist[:DIR], cifar10:DIR or folder:DIR (default: fashion-mnist)")->type_name("SPEC");
    command.add_option("--norm", options->norm, "batch, layer, group, instance or none")->required()->type_name("NAME");
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
    command.callback([options, &outcome] { outcome.code = train(*options); });
}

} // namespace normscope::cli
