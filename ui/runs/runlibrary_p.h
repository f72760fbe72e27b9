// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/runentries.h"
#include "ui/runs/runlibrary.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace normscope {

struct RunLibrary::Private {
    explicit Private(RunStore s) : store(std::move(s)) {}

    struct Removed {
        QString id;
        bool checked = false;
    };
    bool isInOurTrash(const QString& id) const
    {
        return std::any_of(removed.begin(), removed.end(), [&](const Removed& r) { return r.id == id; });
    }
    void touch(RunEntry& entry) { entry.changedAt = ++changes; }

    RunStore store;
    StoreStamps stamps; ///< before the first reading
    RunEntries entries;
    std::vector<Removed> removed; ///< in the trash, the last one last
    quint64 changes = 0;
};

} // namespace normscope
