// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "model/data/wording.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace normscope::cli {

namespace {

using Row = std::vector<std::string>;

/// Characters, not bytes: names are UTF-8.
std::size_t width(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void printTable(const std::vector<Row>& rows)
{
    std::vector<std::size_t> widths;
    for (const Row& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c) {
            widths.resize(std::max(widths.size(), c + 1));
            widths[c] = std::max(widths[c], width(row[c]));
        }
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c)
            line += row[c] + (c + 1 < row.size() ? std::string(widths[c] - width(row[c]) + 2, ' ') : "");
        std::cout << line << '\n';
    }
}

std::string displayName(const RunRecord& run)
{
    return run.name + (run.spec.quickLook ? " (quick look)" : "");
}

/// What it was trained on and with; of a run that has not started, what it asks for.
std::string deviceOf(const RunRecord& run)
{
    if (!run.device.empty())
        return run.device;
    const bool plain = run.spec.precision == Precision::Float32;
    return std::string(toString(run.spec.device)) + (plain ? "" : ", " + std::string(toString(run.spec.precision)));
}

Row comparisonRow(const RunRecord& run)
{
    if (run.epochs.empty())
        return {displayName(run), "-", "-", "-", "-", "-", "0/" + std::to_string(run.spec.epochs), "-", "-", std::string(toString(run.state)), deviceOf(run)};
    const EpochMetrics& last = run.epochs.back();
    return {displayName(run), fixed(last.trainAccuracy, 2), fixed(last.testAccuracy, 2), fixed(last.trainLoss, 4), fixed(last.testLoss, 4),
            std::to_string(run.parameters), std::to_string(run.epochs.size()) + "/" + std::to_string(run.spec.epochs),
            fixed(trainingSeconds(run), 1), std::to_string(targetsMet(run).count()) + " of 3", std::string(toString(run.state)), deviceOf(run)};
}

/// With the reason where the run is not what it should be: damaged, or written by a newer version.
std::string stateOf(const RunRecord& run)
{
    const bool says = run.state == RunState::Damaged || (run.state == RunState::Finished && !run.reason.empty());
    return std::string(toString(run.state)) + (says ? ": " + run.reason : "");
}

int listRuns(const std::string& storeFolder, bool json)
{
    const auto store = openStore(storeFolder);
    if (!store)
        return report(store.error());
    const auto runs = store->list();
    if (json) {
        std::cout << comparisonJson(runs) << '\n';
        return Done;
    }
    if (runs.empty()) {
        std::cout << "No runs yet in " << store->folder() << ". Start one: normscope-cli train --norm batch\n";
        return Done;
    }
    std::vector<Row> rows = {{"Run", "Name", "Data", "State", "Epochs", "Test Acc", "Device"}};
    for (const RunRecord& run : runs)
        rows.push_back({run.id, displayName(run), run.dataTitle.empty() ? run.spec.data.title() : run.dataTitle,
                        stateOf(run),
                        std::to_string(run.epochs.size()) + "/" + std::to_string(run.spec.epochs),
                        run.epochs.empty() ? "-" : fixed(run.epochs.back().testAccuracy, 2), deviceOf(run)});
    printTable(rows);
    return Done;
}

int compareRuns(const std::string& storeFolder, const std::vector<std::string>& names, bool json, bool csv)
{
    const auto store = openStore(storeFolder);
    if (!store)
        return report(store.error());
    std::vector<RunRecord> runs;
    for (const auto& name : names) {
        auto run = store->find(name);
        if (!run)
            return report(run.error());
        runs.push_back(std::move(*run));
    }
    if (json) {
        std::cout << comparisonJson(runs) << '\n';
        return Done;
    }
    if (csv) {
        std::cout << comparisonCsv(runs);
        return Done;
    }
    std::vector<Row> rows = {{"Run", "Train Acc", "Test Acc", "Train Loss", "Test Loss", "Parameters", "Epochs", "Seconds", "Targets", "State", "Device"}};
    for (const RunRecord& run : runs)
        rows.push_back(comparisonRow(run));
    printTable(rows);
    for (const RunRecord& run : runs)
        if (!run.dataFingerprint.empty() && !runs.front().dataFingerprint.empty() && run.dataFingerprint != runs.front().dataFingerprint)
            std::cerr << "Warning: " << displayName(run) << " saw other data than " << displayName(runs.front()) << "; their figures do not compare.\n";
    return Done;
}

Status copyFile(const std::filesystem::path& from, const std::filesystem::path& to)
{
    std::error_code error;
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, error);
    if (error)
        return Error{ErrorCode::Io, "Cannot copy " + shownName(from.string()) + " to " + shownName(to.string()) + ": " + error.message() + ". Choose another folder.", {}};
    return {};
}

Status writeText(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text << std::flush;
    if (!file)
        return Error{ErrorCode::Io, "Cannot write " + shownName(path.string()) + ". Choose another folder, or free some space.", {}};
    return {};
}

int exportRun(const std::string& storeFolder, const std::string& name, const std::string& folder)
{
    const auto store = openStore(storeFolder);
    if (!store)
        return report(store.error());
    const auto run = store->find(name);
    if (!run)
        return report(run.error());
    if (run->state == RunState::Damaged)
        return report(damagedError(*run));
    if (run->epochs.empty())
        return report({ErrorCode::BadInput, "The run \"" + run->name + "\" has no finished epoch yet, so there is nothing to export.", {}});
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return report({ErrorCode::Io, "Cannot make the folder " + shownName(folder) + ": " + error.message() + ". Choose another one.", {}});
    const auto evaluation = store->predictions(*run);
    if (!evaluation)
        return report(evaluation.error());
    const std::filesystem::path to(folder);
    for (const char* file : {"metrics.csv", "weights.pt", "predictions.csv"})
        if (const Status status = copyFile(std::filesystem::path(run->folder) / file, to / file); !status)
            return report(status.error());
    if (const Status status = writeText(to / "confusion.csv", confusionCsv(ConfusionMatrix(*evaluation), run->classNames)); !status)
        return report(status.error());
    std::cout << folder << '\n';
    return Done;
}

} // namespace

void addRuns(CLI::App& app, Outcome& outcome)
{
    CLI::App& command = *app.add_subcommand("runs", "List the runs of the store");
    auto json = std::make_shared<bool>(false);
    command.add_flag("--json", *json, "As JSON");
    const auto store = addStoreOption(command);
    command.callback([=, &outcome] { outcome.code = listRuns(*store, *json); });
}

void addCompare(CLI::App& app, Outcome& outcome)
{
    CLI::App& command = *app.add_subcommand("compare", "The metrics of several runs side by side");
    auto names = std::make_shared<std::vector<std::string>>();
    auto json = std::make_shared<bool>(false), csv = std::make_shared<bool>(false);
    command.add_option("RUN", *names, "Id, folder or name of a run")->required()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    auto* jsonFlag = command.add_flag("--json", *json, "As JSON");
    command.add_flag("--csv", *csv, "As CSV")->excludes(jsonFlag);
    const auto store = addStoreOption(command);
    command.callback([=, &outcome] { outcome.code = compareRuns(*store, *names, *json, *csv); });
}

void addExport(CLI::App& app, Outcome& outcome)
{
    CLI::App& command = *app.add_subcommand("export", "Write metrics.csv, weights.pt, predictions.csv and confusion.csv of a run");
    auto name = std::make_shared<std::string>(), folder = std::make_shared<std::string>();
    command.add_option("RUN", *name, "Id, folder or name of a run")->required();
    command.add_option("--to", *folder, "Folder to write to; made if needed")->required()->type_name("DIR");
    const auto store = addStoreOption(command);
    command.callback([=, &outcome] { outcome.code = exportRun(*store, *name, *folder); });
}

} // namespace normscope::cli
