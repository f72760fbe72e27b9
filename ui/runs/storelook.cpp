// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/storelook.h"

#include "model/store/runlock.h"

#include <system_error>

namespace normscope {

StoreChanges lookAtStore(const StoreLook& look)
{
    StoreChanges found;
    int errorNumber = 0;
    auto stamps = readStamps(look.store.folder(), &errorNumber);
    if (!stamps) {
        found.problem = std::generic_category().message(errorNumber);
        found.stamps = look.before;
        return found;
    }
    found.stamps = std::move(*stamps);
    std::unordered_set<std::string> due = look.again;
    for (const OwnedRun& run : look.owned) {
        if (!found.stamps.contains(run.id))
            continue;
        const bool held = RunLock::isHeld(run.folder);
        if (!run.isRunning)
            found.held.push_back({run.id, held});
        else if (!held)
            due.insert(run.id); // reading it settles it
    }
    for (const auto& [id, stamp] : found.stamps) {
        if (look.ours.contains(id))
            continue;
        const auto before = look.before.find(id);
        const bool changed = before == look.before.end() || before->second != stamp;
        if (!changed && !due.contains(id))
            continue;
        auto record = look.store.load(id);
        if (!record)
            continue;
        if (record->state == RunState::Queued)
            found.held.push_back({id, RunLock::isHeld(record->folder)});
        found.read.push_back(std::move(*record));
    }
    return found;
}

} // namespace normscope
