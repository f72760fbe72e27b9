// SPDX-License-Identifier: GPL-3.0-or-later
// Measures training as a user's run does it: real images, augmentation, metrics. Prints JSON.
#include "tests/bench/trainingmeasures.h"

#include "model/training/device.h"
#include "model/training/machine.h"
#include "model/training/trainer.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::bench;

namespace {

struct Options {
    std::string data = "fashion-mnist";
    std::string norm = "batch";
    std::string device = "auto";
    std::string engine = "auto";
    std::string precision = "f32";
    RunSpec spec;
    int images = 6'400;
    int warmup = 640;
    int repeats = 5;
    int together = 0; ///< epochs of whole runs at once; 0: steady training is measured
    bool evaluate = false;
    bool pipeline = false;
    bool ceiling = false;
    int runs = 0;
    int atOnce = 0;
    int epochs = 2;
};

/// Takes the time of `images` training images again and again. An epoch's last batch, which may be smaller, and the
/// test after it are in no measurement: one that reaches them starts anew.
class Timer : public TrainerObserver {
public:
    Timer(const Options& options, int batchSize, RunControl& control)
        : m_warmup(batchesOf(options.warmup, batchSize)), m_batches(batchesOf(options.images, batchSize)),
          m_batchSize(batchSize), m_repeats(options.repeats), m_control(control)
    {
    }

    void batchDone(const BatchProgress& progress) override
    {
        if (progress.phase != BatchProgress::Phase::Training)
            return;
        const auto now = Clock::now();
        if (++m_seen == 1)
            m_firstStep = std::chrono::duration<double>(now - m_begin).count();
        m_loss = progress.loss;
        if (m_seen <= m_warmup || progress.batch == 1 || progress.batch == progress.batches) {
            m_start = now;
            m_counted = 0;
            return;
        }
        if (++m_counted < m_batches)
            return;
        rates.push_back(m_counted * m_batchSize / std::chrono::duration<double>(now - m_start).count());
        m_start = now;
        m_counted = 0;
        if (int(rates.size()) == m_repeats)
            m_control.stop = true;
    }

    double firstStepSeconds() const { return m_firstStep; }
    float lastLoss() const { return m_loss; }
    std::vector<double> rates;

private:
    static int batchesOf(int images, int batchSize) { return std::max(1, (images + batchSize - 1) / batchSize); }

    int m_warmup;
    int m_batches;
    int m_batchSize;
    int m_repeats;
    RunControl& m_control;
    Clock::time_point m_begin = Clock::now();
    Clock::time_point m_start;
    int m_seen = 0;
    int m_counted = 0;
    double m_firstStep = 0;
    float m_loss = 0;
};

double peakMegabytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1024;
}

int fail(const Error& error)
{
    std::cerr << "bench_training: " << error.message << '\n';
    return 2;
}

Json header(const Options& options, const RunSpec& spec, const Dataset& dataset, const Trainer& trainer)
{
    const SystemInfo system = systemInfo();
    return {{"data", dataset.title}, {"trainImages", dataset.train.size()}, {"norm", normalizationTitle(spec.normalization, spec.groups)},
            {"device", trainer.deviceText()}, {"precision", toString(spec.precision)}, {"batchSize", spec.batchSize},
            {"augment", spec.augment}, {"dropout", spec.dropout}, {"imagesOfMeasurement", options.images},
            {"warmupImages", options.warmup}, {"software", "Normscope " + system.version + ", LibTorch " + system.torchVersion}};
}

/// Answers about all test images, kept as a run keeps them.
Result<Json> timeEvaluation(Trainer& trainer)
{
    const auto start = Clock::now();
    const auto evaluation = trainer.evaluate();
    if (!evaluation)
        return evaluation.error();
    const double seconds = secondsSince(start);
    return Json{{"images", (*evaluation)->size()}, {"seconds", seconds}, {"imagesPerSecond", double((*evaluation)->size()) / seconds},
                {"accuracy", (*evaluation)->accuracy()}};
}

int measureTraining(const Options& options, const RunSpec& spec, const std::shared_ptr<const Dataset>& dataset, double loadSeconds)
{
    const auto start = Clock::now();
    const auto trainer = Trainer::create(spec, dataset);
    if (!trainer)
        return fail(trainer.error());
    const double createSeconds = secondsSince(start);
    if (int(dataset->train.size()) < options.images + 2 * spec.batchSize)
        return fail({ErrorCode::BadUsage, "An epoch of " + dataset->title + " has " + std::to_string(dataset->train.size())
                         + " images, too few to measure " + std::to_string(options.images) + " at a time: choose fewer with --images.", {}});
    RunControl control;
    Timer timer(options, spec.batchSize, control);
    const auto outcome = (*trainer)->run(timer, control);
    if (!outcome)
        return fail(outcome.error());
    if (outcome->end != TrainingEnd::Stopped)
        return fail({ErrorCode::Internal, "The run ended before it was measured: " + outcome->reason, {}});
    Json json = header(options, spec, *dataset, **trainer);
    json["imagesPerSecond"] = timer.rates;
    json["median"] = median(timer.rates);
    json["loadSeconds"] = loadSeconds;
    json["createSeconds"] = createSeconds;
    json["firstStepSeconds"] = timer.firstStepSeconds();
    json["lastLoss"] = timer.lastLoss();
    json["peakMegabytes"] = peakMegabytes();
    if (options.evaluate) {
        auto evaluation = timeEvaluation(**trainer);
        if (!evaluation)
            return fail(evaluation.error());
        json["evaluation"] = std::move(*evaluation);
    }
    std::cout << json.dump(2) << '\n';
    return 0;
}

Result<RunSpec> specOf(const Options& options, const std::string& normName)
{
    const auto norm = parseNormalization(normName);
    const auto device = parseDevice(options.device);
    const auto engine = parseEngine(options.engine);
    const auto precision = parsePrecision(options.precision);
    auto data = DataSpec::parse(options.data);
    for (const Error* error : {norm ? nullptr : &norm.error(), device ? nullptr : &device.error(), engine ? nullptr : &engine.error(),
                               precision ? nullptr : &precision.error(), data ? nullptr : &data.error()})
        if (error)
            return *error;
    RunSpec spec = seedRecipe(*norm);
    spec.data = *data;
    spec.device = *device;
    spec.engine = *engine;
    spec.precision = *precision;
    spec.groups = options.spec.groups;
    spec.threads = options.spec.threads;
    spec.batchSize = options.spec.batchSize;
    spec.epochs = 1'000; // the timer ends the run
    spec.stepSize = 1'000;
    if (!options.evaluate)
        spec.limitTest = 256; // an epoch's end is not what is measured
    return spec;
}

/// The first of batch, group, layer, instance and no norm, on a part of the images, with a test after each epoch whose
/// share of the time is that of a whole run.
int measureTogether(const Options& options, const RunSpec& like, const std::shared_ptr<const Dataset>& dataset)
{
    std::vector<RunSpec> specs;
    for (int i = 0; i < options.runs; ++i) {
        const RunSpec recipe = seedRecipe(static_cast<Normalization>(i));
        RunSpec& spec = specs.emplace_back(like);
        spec.normalization = recipe.normalization;
        spec.dropout = recipe.dropout;
        spec.epochs = options.epochs;
        spec.limitTrain = std::size_t(options.images);
        spec.limitTest = std::max<std::size_t>(1, spec.limitTrain * dataset->test.size() / dataset->train.size());
    }
    const SystemInfo system = systemInfo();
    Json json = {{"data", dataset->title}, {"runs", options.runs}, {"epochs", options.epochs}, {"trainImages", options.images},
                 {"cores", system.cores}, {"precision", toString(like.precision)},
                 {"software", "Normscope " + system.version + ", LibTorch " + system.torchVersion}};
    try {
        json.update(measureRuns(specs, dataset, options.atOnce, options.repeats));
    } catch (const std::exception& e) {
        return fail({ErrorCode::Internal, e.what(), {}});
    }
    json["peakMegabytes"] = peakMegabytes();
    std::cout << json.dump(2) << '\n';
    return 0;
}

/// --norm names several: the seed's recipe of each.
int together(const Options& options)
{
    std::vector<RunSpec> specs;
    std::stringstream names(options.norm);
    for (std::string name; std::getline(names, name, ',');) {
        auto spec = specOf(options, name);
        if (!spec)
            return fail(spec.error());
        const RunSpec recipe = seedRecipe(spec->normalization);
        spec->epochs = options.together;
        spec->stepSize = recipe.stepSize;
        spec->limitTest = 0;
        if (const Status status = checkMachine(*spec); !status)
            return fail(status.error());
        specs.push_back(*spec);
    }
    if (specs.empty())
        return fail({ErrorCode::BadUsage, "--norm names no normalization.", {}});
    const auto dataset = loadDataset(specs.front().data);
    if (!dataset)
        return fail(dataset.error());
    const auto measured = measureWholeRuns(specs, *dataset);
    if (!measured)
        return fail(measured.error());
    std::cout << measured->dump(2) << '\n';
    return 0;
}

int measure(const Options& options)
{
    if (options.together > 0)
        return together(options);
    const auto spec = specOf(options, options.norm);
    if (!spec)
        return fail(spec.error());
    if (const Status status = checkSpec(*spec); !status)
        return fail(status.error());
    if (const Status status = checkMachine(*spec); !status)
        return fail(status.error());
    const auto start = Clock::now();
    const auto dataset = loadDataset(spec->data);
    if (!dataset)
        return fail(dataset.error());
    const double loadSeconds = secondsSince(start);
    if (options.runs > 0)
        return measureTogether(options, *spec, *dataset);
    if (!options.pipeline)
        return measureTraining(options, *spec, *dataset, loadSeconds);
    std::cout << measurePipeline(**dataset, *spec, options.images, options.repeats).dump(2) << '\n';
    return 0;
}

/// OpenBLAS reads its choice of kernels when the program starts, and on some processors does not choose AVX-512 itself.
void restartWithWideKernels(char** argv)
{
    if (std::getenv("OPENBLAS_CORETYPE") || !cpuHasAvx512())
        return;
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 1);
    execv("/proc/self/exe", argv); // where this fails, what the BLAS chooses is measured
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app("Measures training as a run does it, on real images with augmentation and metrics; prints JSON.");
    app.add_option("--data", options.data, "fashion-mnist[:DIR], cifar10:DIR or folder:DIR (default: fashion-mnist)");
    app.add_option("--norm", options.norm, "batch, layer, group, instance or none (default batch)");
    app.add_option("--groups", options.spec.groups, "Groups of group norm (default 4)");
    app.add_option("--device", options.device, "auto, cpu or cuda (default auto)");
    app.add_option("--engine", options.engine, "auto, libtorch or fast (default auto)");
    app.add_option("--precision", options.precision, "f32, bf16 or tf32 (default f32)");
    app.add_option("--threads", options.spec.threads, "0: as many as the machine has cores (default)");
    app.add_option("--batch-size", options.spec.batchSize, "Images per step (default 64)");
    app.add_option("--images", options.images, "Images of one measurement (default 6400)")->check(CLI::PositiveNumber);
    app.add_option("--warmup", options.warmup, "Images trained on before the first measurement (default 640)")->check(CLI::NonNegativeNumber);
    app.add_option("--repeats", options.repeats, "Measurements (default 5)")->check(CLI::PositiveNumber);
    app.add_option("--together", options.together, "Instead: whole runs of so many epochs, at once; --norm batch,group,layer names them")
        ->check(CLI::PositiveNumber);
    app.add_flag("--evaluate", options.evaluate, "Then test on all test images, and take that time too");
    app.add_flag("--pipeline", options.pipeline, "Instead: shuffling, augmentation and normalization alone, on one thread");
    app.add_flag("--ceiling", options.ceiling, "Instead: this machine's rate of matrix products, the limit of all training");
    app.add_option("--runs", options.runs, "Instead: so many runs of different norms at once as pays against one after another, in turn; "
                                           "seconds of all of them, on --images training images each")->check(CLI::Range(1, 5));
    app.add_option("--at-once", options.atOnce, "With --runs: how many at once (default 0: as many as pays)")->check(CLI::NonNegativeNumber);
    app.add_option("--epochs", options.epochs, "With --runs: of each (default 2)")->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    if (!options.ceiling)
        return measure(options);
    restartWithWideKernels(argv);
    std::cout << measureCeiling(options.spec.threads, options.repeats).dump(2) << '\n';
    return 0;
}
