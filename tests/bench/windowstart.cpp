// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "tests/bench/windowfigures.h"
#include "tests/fixtures/testsupport.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

namespace normscope::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int startPatience = 60'000; // ms
constexpr int manyRuns = 1'000;
constexpr int wholeRuns = 6; // the newest, which a store seen for the first time shows: they have all their files

/// From before the process is made to the program's word that its window has been painted.
double startMs(const Options& options, const QString& store)
{
    const QTemporaryDir home; // the user's settings must not decide which page comes first
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"XDG_CONFIG_HOME"_s, home.path());
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    QElapsedTimer time;
    time.start();
    process.start(options.program, {u"--store"_s, store, u"--first-paint"_s});
    if (!process.waitForReadyRead(startPatience))
        qFatal("%s --first-paint says nothing", qPrintable(options.program));
    const double elapsed = double(time.nsecsElapsed()) / 1e6;
    if (!process.waitForFinished(startPatience) || process.exitCode() != 0)
        qFatal("%s --first-paint failed", qPrintable(options.program));
    return elapsed;
}

QJsonObject measureStore(const Options& options, const QString& store)
{
    startMs(options, store); // brings the files into memory
    std::vector<double> times;
    for (int i = 0; i < options.repeats; ++i)
        times.push_back(startMs(options, store));
    return summary(times);
}

void writeRunWithCurves(const RunStore& store, const RunSpec& spec, const Dataset& like, unsigned seed)
{
    auto run = store.create(spec, {}, int(seed % 8));
    if (!run)
        qFatal("%s", run.error().message.c_str());
    RandomStream random(streamKey(seed, "bench curves"));
    run->state = RunState::Finished;
    run->dataTitle = like.title;
    run->dataFingerprint = like.fingerprint;
    run->classNames = like.classNames;
    run->trainImages = 50'000;
    run->testImages = 10'000;
    run->parameters = 40'394;
    for (int epoch = 1; epoch <= spec.epochs; ++epoch) {
        const double noise = random.uniform();
        const EpochMetrics metrics{epoch, 40 + epoch + noise, 41 + epoch - noise, 1.6 / epoch + noise, 1.5 / epoch + noise, 0.01, 20};
        run->epochs.push_back(metrics);
        if (const Status status = store.appendEpoch(*run, metrics); !status)
            qFatal("%s", status.error().message.c_str());
    }
    if (const Status status = store.save(*run); !status)
        qFatal("%s", status.error().message.c_str());
}

void fillStore(const QString& folder)
{
    const RunStore store = *RunStore::open(folder.toStdString());
    const auto like = testing::syntheticDataset();
    constexpr Normalization kinds[] = {Normalization::Batch, Normalization::Group, Normalization::Layer};
    for (unsigned i = 0; i < manyRuns; ++i) {
        RunSpec spec;
        spec.normalization = kinds[i % 3];
        spec.epochs = 20;
        if (i + wholeRuns < manyRuns)
            writeRunWithCurves(store, spec, *like, i);
        else
            testing::writeFinishedRun(store, *testing::syntheticDataset(10, 2'000), spec, 0.7, int(i % 8), i);
    }
}

} // namespace

QJsonObject measureStart(const Options& options)
{
    const QTemporaryDir folder;
    const QString many = folder.filePath(u"many"_s);
    fillStore(many);
    return {{u"empty_store"_s, measureStore(options, folder.filePath(u"empty"_s))},
            {u"1000_runs_of_20_epochs"_s, measureStore(options, many)},
            {u"how"_s, u"the normscope binary with --first-paint, files in the page cache: from before the process is made "
                       "to its word that the first pass of painting is over"_s}};
}

} // namespace normscope::bench
