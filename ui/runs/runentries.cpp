// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runentries.h"

#include <algorithm>
#include <tuple>

namespace normscope {

RunEntry& RunEntries::insert(RunRecord record)
{
    auto entry = std::make_unique<RunEntry>();
    entry->run.record = std::move(record);
    m_byId.insert(entry->run.id(), entry.get());
    const auto place = std::upper_bound(m_entries.begin(), m_entries.end(), entry, [](const auto& a, const auto& b) {
        return std::tie(a->run.record.created, a->run.record.id) < std::tie(b->run.record.created, b->run.record.id);
    });
    return **m_entries.insert(place, std::move(entry));
}

void RunEntries::erase(const QString& id)
{
    const RunEntry* entry = m_byId.take(id);
    std::erase_if(m_entries, [entry](const auto& e) { return e.get() == entry; });
}

int RunEntries::freeColour() const
{
    std::set<int> taken;
    for (const auto& e : m_entries)
        taken.insert(e->run.record.colour);
    return normscope::freeColour(taken);
}

std::string RunEntries::freeName(const std::string& wanted) const
{
    std::set<std::string> taken;
    for (const auto& e : m_entries)
        taken.insert(e->run.record.name);
    return normscope::freeName(wanted, taken);
}

} // namespace normscope
