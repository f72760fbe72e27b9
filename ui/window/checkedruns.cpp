// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/checkedruns.h"

#include "ui/runs/runlibrary.h"
#include "ui/window/appsettings.h"

namespace normscope {

namespace {

constexpr std::size_t firstChecks = 6; // how many runs a store seen for the first time shows

QString storeFolder(const RunLibrary& library)
{
    return QString::fromStdString(library.store().folder());
}

} // namespace

void restoreCheckedRuns(RunLibrary& library, const AppSettings& settings)
{
    if (!library.checkedRuns().empty())
        return; // somebody has chosen already
    QStringList ids = settings.checkedRuns(storeFolder(library));
    if (!settings.hasCheckedRuns(storeFolder(library))) {
        const auto runs = library.runs();
        for (auto it = runs.rbegin(); it != runs.rend() && std::size_t(ids.size()) < firstChecks; ++it)
            if (!(*it)->record.epochs.empty())
                ids.append((*it)->id());
    }
    library.setChecked(ids, true);
}

void saveCheckedRuns(const RunLibrary& library, AppSettings& settings)
{
    QStringList checked;
    for (const Run* run : library.checkedRuns())
        checked.append(run->id());
    settings.setCheckedRuns(storeFolder(library), checked);
}

} // namespace normscope
