// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <functional>
#include <vector>

namespace normscope::testing {

/// One way in which a finished run's folder may be damaged.
struct RunDamage {
    QByteArray name;
    QByteArray file; ///< what the reason must name, below the run's folder; empty: the folder itself
    std::function<void(const QString& folder)> make;
};

/// At least a hundred.
std::vector<RunDamage> runDamages();

} // namespace normscope::testing
