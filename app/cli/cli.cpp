// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "model/data/wording.h"
#include "model/training/trainer.h"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <unistd.h>

namespace normscope::cli {

namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only use lock-free atomics");

void onSignal(int)
{
    if (interrupted.exchange(true))
        _exit(Interrupted);
}

} // namespace

const std::atomic<bool>& interruptFlag()
{
    return interrupted;
}

void watchInterrupts()
{
    struct sigaction action = {};
    action.sa_handler = onSignal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

int report(const Error& error)
{
    std::cerr << "normscope-cli: " << error.message << '\n';
    switch (error.code) {
    case ErrorCode::BadUsage:
    case ErrorCode::BadInput:
    case ErrorCode::NotFound:
    case ErrorCode::Device: return BadUse;
    case ErrorCode::Cancelled: return Interrupted;
    default: return RunFailed;
    }
}

std::shared_ptr<std::string> addStoreOption(CLI::App& command)
{
    auto folder = std::make_shared<std::string>();
    command.add_option("--store", *folder, "Folder that holds the runs (default: the user's data folder)")
        ->type_name("DIR")
        ->check([](const std::string& given) { return given.empty() ? std::string("the folder has no name. Give one, for example --store ~/runs") : std::string(); });
    return folder;
}

void addNoCacheFlag(CLI::App& command)
{
    command.add_flag_callback("--no-cache", [] { setenv("NORMSCOPE_NO_CACHE", "1", 1); },
                              "Decode the images of a folder anew; neither use nor fill the cache");
}

Result<RunStore> openStore(const std::string& folder)
{
    if (!folder.empty())
        return RunStore::open(folder);
    auto standard = RunStore::defaultFolder();
    if (!standard)
        return standard.error();
    return RunStore::open(*standard);
}

Status readAtOnce(const std::string& text, int& atOnce)
{
    const Status status = readNumber("--at-once", text, atOnce);
    if (status && atOnce < 0)
        return Error{ErrorCode::BadUsage, "--at-once: write 0 (as many as pays), 1 (one after another) or more, not " + text + ".", {}};
    return status;
}

Error damagedError(const RunRecord& run)
{
    return {ErrorCode::BadInput, "The run in " + shownName(run.folder) + " is damaged: " + run.reason + " `normscope-cli repair " + shownName(run.id)
                + "` may mend it.", {}};
}

std::string fixed(double value, int decimals)
{
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
    return end.ec == std::errc() ? std::string(buffer.data(), end.ptr) : std::string("-");
}

} // namespace normscope::cli

namespace normscope::cli {

namespace {

/// The command that was understood so far, for the advice to look at its help.
std::string understood(const CLI::App& app)
{
    const auto below = app.get_subcommands();
    return below.empty() ? app.get_name() : app.get_name() + " " + understood(*below.front());
}

int reportBadCall(const CLI::App& app, const CLI::ParseError& error)
{
    const auto extras = app.remaining(true);
    std::string text = error.what();
    if (dynamic_cast<const CLI::RequiredError*>(&error) && !extras.empty())
        text = "\"" + extras.front() + "\" is not known here";
    std::cerr << "normscope-cli: " << shownName(text) << ". Try: " << understood(app) << " --help\n";
    return BadUse;
}

} // namespace

} // namespace normscope::cli

int main(int argc, char** argv)
{
    using namespace normscope::cli;
    CLI::App app("Normscope: learn by experiment what normalization does to a network.\n"
                 "Exit codes: 0 done, 1 the run failed, 2 bad usage or bad input, 130 interrupted and saved.");
    app.name("normscope-cli");
    app.require_subcommand(1);
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast); // as scripts expect of repeated options
    app.set_version_flag("--version", "normscope-cli " + normscope::systemInfo().version);
    Outcome outcome;
    addTrain(app, outcome);
    addResume(app, outcome);
    addRepair(app, outcome);
    addRuns(app, outcome);
    addCompare(app, outcome);
    addExport(app, outcome);
    addEvaluate(app, outcome);
    addData(app, outcome);
    addInfo(app, outcome);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? app.exit(error) : reportBadCall(app, error);
    } catch (const std::exception& error) {
        return report({normscope::ErrorCode::Internal, std::string("Unexpected failure: ") + error.what(), {}});
    }
    return outcome.code;
}
