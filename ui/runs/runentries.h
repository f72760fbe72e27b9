// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/runlibrary.h"

#include <QHash>

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace normscope {

/// A run with what has been read of it so far.
struct RunEntry {
    Run run;
    bool trainedHere = false;
    bool queuedHere = false;
    quint64 changedAt = 0; ///< RunLibrary::changeCount() of the last change made in this window
    std::optional<std::vector<float>> losses; ///< none: not read from the folder yet
    std::optional<std::shared_ptr<const Evaluation>> evaluation;
};

/// The library's runs, oldest first, found by their id.
class RunEntries {
public:
    const std::vector<std::unique_ptr<RunEntry>>& all() const { return m_entries; }
    RunEntry* find(const QString& id) const { return m_byId.value(id); }
    RunEntry& insert(RunRecord record);
    void erase(const QString& id);

    /// The first colour that no run has.
    int freeColour() const;
    /// `wanted`, or with a number behind it where a run has that name already.
    std::string freeName(const std::string& wanted) const;

private:
    std::vector<std::unique_ptr<RunEntry>> m_entries;
    QHash<QString, RunEntry*> m_byId;
};

} // namespace normscope
