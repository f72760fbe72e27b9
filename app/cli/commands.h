// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/store/runstore.h"
#include "model/training/numbers.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <atomic>
#include <memory>
#include <string>

namespace normscope::cli {

/// Exit codes of normscope-cli; part of its promise to scripts.
enum ExitCode : int { Done = 0, RunFailed = 1, BadUse = 2, Interrupted = 130 };

/// What a command returned; main() exits with it.
struct Outcome {
    int code = Done;
};

// Each adds its command to `app`; its callback leaves the exit code in `outcome`.
void addTrain(CLI::App& app, Outcome& outcome);
void addResume(CLI::App& app, Outcome& outcome);
void addRepair(CLI::App& app, Outcome& outcome);
void addRuns(CLI::App& app, Outcome& outcome);
void addCompare(CLI::App& app, Outcome& outcome);
void addExport(CLI::App& app, Outcome& outcome);
void addEvaluate(CLI::App& app, Outcome& outcome);
void addData(CLI::App& app, Outcome& outcome);
void addInfo(CLI::App& app, Outcome& outcome);

/// Prints "normscope-cli: MESSAGE" to stderr; returns 2 for what the user can mend in the call or the
/// files named in it, 130 for a cancel, 1 for the rest.
int report(const Error& error);

/// --store DIR, shared by several commands.
std::shared_ptr<std::string> addStoreOption(CLI::App& command);
/// --no-cache, shared by the commands that load images: does what NORMSCOPE_NO_CACHE in the environment does.
void addNoCacheFlag(CLI::App& command);
/// The store at `folder`, or at its default place.
Result<RunStore> openStore(const std::string& folder);

/// Whether the user pressed Ctrl-C (or SIGTERM came); a second time ends the process at once with 130.
const std::atomic<bool>& interruptFlag();
void watchInterrupts();

/// The number that was given to `option`; the error names the option.
template <class T>
Status readNumber(const std::string& option, const std::string& text, T& to)
{
    const auto number = parseNumber<T>(text);
    if (!number)
        return Error{number.error().code, option + ": " + number.error().message, {}};
    to = *number;
    return {};
}

/// --at-once, of which 0 means as many as pays.
Status readAtOnce(const std::string& text, int& atOnce);

/// That the run is damaged, and what may help.
Error damagedError(const RunRecord& run);

/// Fixed decimals in the C locale.
std::string fixed(double value, int decimals);

} // namespace normscope::cli
