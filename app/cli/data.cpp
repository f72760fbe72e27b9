// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "model/data/dataset.h"
#include "model/data/cachefolder.h"
#include "model/data/download.h"
#include "model/data/imagecache.h"
#include "model/training/trainer.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>

#include <unistd.h>

namespace normscope::cli {

namespace {

std::string_view phaseText(DownloadProgress::Phase phase)
{
    switch (phase) {
    case DownloadProgress::Phase::Downloading: return "Downloading";
    case DownloadProgress::Phase::Checking: return "Checking";
    case DownloadProgress::Phase::Extracting: return "Extracting";
    }
    return {};
}

/// On a terminal one line that is written over; otherwise a line per phase and per ten percent.
std::function<void(const DownloadProgress&)> progressPrinter()
{
    const bool terminal = isatty(STDERR_FILENO) != 0;
    auto lastLine = std::make_shared<std::string>();
    return [=](const DownloadProgress& progress) {
        const auto percent = progress.total == 0 ? 0 : progress.done * 100 / progress.total;
        std::string line = std::string(phaseText(progress.phase)) + " ";
        line += terminal ? std::to_string(progress.done) + " of " + std::to_string(progress.total) + " bytes (" + std::to_string(percent) + " %)"
                         : std::to_string(percent / 10 * 10) + " %";
        if (line == *lastLine)
            return;
        *lastLine = line;
        std::cerr << (terminal ? "\r\033[K" : "") << line << (terminal ? "" : "\n") << std::flush;
    };
}

int fetch(const std::string& to, const std::string& archive, const std::string& url)
{
    std::string folder = to;
    if (folder.empty()) {
        const auto runs = RunStore::defaultFolder();
        if (!runs)
            return report(runs.error());
        folder = (std::filesystem::path(*runs).parent_path() / "data").string();
    }
    watchInterrupts();
    DownloadOptions options;
    options.cancel = &interruptFlag();
    options.progress = progressPrinter();
    ArchiveSource source = cifar10Archive();
    if (!url.empty())
        source.url = url;
    const auto fetched = archive.empty() ? fetchCifar10(folder, source, options) : extractCifar10(archive, folder, source, options);
    if (isatty(STDERR_FILENO))
        std::cerr << '\n';
    if (!fetched) {
        const int code = report(fetched.error());
        // A wrong file that was named in the call is bad input; one that arrived damaged is not the user's.
        return !archive.empty() && fetched.error().code == ErrorCode::Checksum ? BadUse : code;
    }
    std::cout << *fetched << '\n';
    return Done;
}

void printCounts(const Dataset& dataset)
{
    const auto train = dataset.classCounts(dataset.train), test = dataset.classCounts(dataset.test);
    for (std::size_t c = 0; c < dataset.classNames.size(); ++c)
        std::cout << "  " << dataset.classNames[c] << ": " << train[c] << " training, " << test[c] << " test\n";
}

nlohmann::json inspectJson(const Dataset& dataset)
{
    return {{"data", dataset.spec.toString()}, {"title", dataset.title}, {"classes", dataset.classNames},
            {"trainImages", dataset.train.size()}, {"testImages", dataset.test.size()},
            {"trainPerClass", dataset.classCounts(dataset.train)}, {"testPerClass", dataset.classCounts(dataset.test)},
            {"mean", dataset.mean}, {"deviation", dataset.deviation}, {"fingerprint", dataset.fingerprint}, {"warnings", dataset.warnings}};
}

int inspect(const std::string& specText, bool json)
{
    const auto spec = DataSpec::parse(specText);
    if (!spec)
        return report(spec.error());
    const auto loaded = loadDataset(*spec);
    if (!loaded)
        return report(loaded.error());
    const Dataset& dataset = **loaded;
    if (json) {
        std::cout << inspectJson(dataset).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
        return Done;
    }
    std::cout << dataset.title << ": " << dataset.train.size() << " training and " << dataset.test.size() << " test images in "
              << dataset.classNames.size() << " classes\n";
    printCounts(dataset);
    const auto& m = dataset.mean;
    const auto& s = dataset.deviation;
    std::cout << "Mean " << fixed(m[0], 4) << ' ' << fixed(m[1], 4) << ' ' << fixed(m[2], 4) << ", deviation " << fixed(s[0], 4) << ' '
              << fixed(s[1], 4) << ' ' << fixed(s[2], 4) << "\nFingerprint " << dataset.fingerprint << '\n';
    for (const auto& warning : dataset.warnings)
        std::cout << "Warning: " << warning << '\n';
    return Done;
}

std::vector<std::string> enginesOf(const SystemInfo& system)
{
    return system.fastEngine ? std::vector<std::string>{"fast", "libtorch"} : std::vector<std::string>{"libtorch"};
}

std::vector<std::string> precisionsOf(const SystemInfo& system)
{
    std::vector<std::string> all = {"f32"};
    if (system.cuda)
        all.emplace_back("tf32");
    if (system.cuda ? system.cudaBf16 : system.cpuBf16)
        all.emplace_back("bf16");
    return all;
}

std::string listText(const std::vector<std::string>& items)
{
    std::string text;
    for (const auto& item : items)
        text += (text.empty() ? "" : ", ") + item;
    return text;
}

int info(bool json)
{
    const SystemInfo system = systemInfo();
    const auto store = RunStore::defaultFolder();
    const std::string folder = store ? *store : std::string();
    const std::string cache = imageCacheFolder();
    const std::uint64_t cached = cacheBytes(cache);
    if (json) {
        std::cout << nlohmann::json{{"version", system.version}, {"libtorch", system.torchVersion}, {"cuda", system.cuda},
                                    {"cudaDevice", system.cudaDevice}, {"threads", system.cores}, {"store", folder},
                                    {"engines", enginesOf(system)}, {"precisions", precisionsOf(system)},
                                    {"cache", cache}, {"cacheBytes", cached}}
                         .dump(2) << '\n';
        return Done;
    }
    std::cout << "Normscope " << system.version << "\nLibTorch " << system.torchVersion << "\nDevices: CPU"
              << (system.cuda ? ", CUDA (" + system.cudaDevice + ")" : "") << "\nEngines: " << listText(enginesOf(system))
              << "\nPrecisions: " << listText(precisionsOf(system)) << "\nThreads: " << system.cores << "\nStore: " << folder
              << "\nImage cache: " << (cache.empty() ? "off" : cache + " (" + std::to_string(cached / 1'000'000) + " MB, may be deleted)")
              << '\n';
    return Done;
}

} // namespace

void addData(CLI::App& app, Outcome& outcome)
{
    CLI::App& command = *app.add_subcommand("data", "Get or look at image data");
    command.require_subcommand(1);
    CLI::App& fetchCommand = *command.add_subcommand("fetch", "Download CIFAR-10 (170 MB), or unpack an archive that is here already");
    auto to = std::make_shared<std::string>(), archive = std::make_shared<std::string>(), url = std::make_shared<std::string>();
    fetchCommand.add_option("--to", *to, "Folder to put it in (default: beside the runs)")->type_name("DIR");
    fetchCommand.add_option("--archive", *archive, "Use this cifar-10-binary.tar.gz instead of downloading")->type_name("FILE");
    fetchCommand.add_option("--url", *url, "Download from another server; the checksum stays the official one");
    fetchCommand.callback([=, &outcome] { outcome.code = fetch(*to, *archive, *url); });

    CLI::App& inspectCommand = *command.add_subcommand("inspect", "Classes, counts, mean and deviation of a data set");
    auto spec = std::make_shared<std::string>("fashion-mnist");
    auto json = std::make_shared<bool>(false);
    inspectCommand.add_option("SPEC", *spec, "fashion-mnist[:DIR], cifar10:DIR or folder:DIR (default: fashion-mnist)");
    inspectCommand.add_flag("--json", *json, "As JSON");
    addNoCacheFlag(inspectCommand);
    inspectCommand.callback([=, &outcome] { outcome.code = inspect(*spec, *json); });
}

void addInfo(CLI::App& app, Outcome& outcome)
{
    CLI::App& command = *app.add_subcommand("info", "Version, LibTorch, devices and threads");
    auto json = std::make_shared<bool>(false);
    command.add_flag("--json", *json, "As JSON");
    command.callback([=, &outcome] { outcome.code = info(*json); });
}

} // namespace normscope::cli
