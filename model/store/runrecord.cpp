// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runrecord.h"

#include <cmath>

namespace normscope {

std::string_view toString(RunState state)
{
    switch (state) {
    case RunState::Queued: return "queued";
    case RunState::Running: return "running";
    case RunState::Finished: return "finished";
    case RunState::Stopped: return "stopped";
    case RunState::Interrupted: return "interrupted";
    case RunState::Failed: return "failed";
    case RunState::Diverged: return "diverged";
    case RunState::Damaged: return "damaged";
    }
    return {};
}

int freeColour(const std::set<int>& taken)
{
    int colour = 0;
    while (taken.contains(colour))
        ++colour;
    return colour;
}

std::string freeName(const std::string& wanted, const std::set<std::string>& taken)
{
    std::string name = wanted;
    for (int n = 2; taken.contains(name); ++n)
        name = wanted + " #" + std::to_string(n);
    return name;
}

void addHistory(RunRecord& record, const std::string& line)
{
    if (!line.empty())
        record.history.append(record.history.empty() ? "" : "\n").append(line);
}

double trainingSeconds(const RunRecord& run)
{
    double sum = 0;
    for (const auto& epoch : run.epochs)
        if (std::isfinite(epoch.seconds))
            sum += epoch.seconds;
    return sum;
}

TargetsMet targetsMet(const RunRecord& run, const Targets& targets)
{
    TargetsMet met;
    met.parameters = run.parameters > 0 && run.parameters < targets.parameters;
    if (!run.epochs.empty()) { // a run that has done nothing yet has met nothing
        met.testAccuracy = run.epochs.back().testAccuracy > targets.testAccuracy;
        met.epochs = run.epochs.back().epoch <= targets.epochs;
    }
    return met;
}

} // namespace normscope
