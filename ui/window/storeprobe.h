// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace normscope {

/// Why nothing can be written to a store's folder, as the system says it; empty where it can be. A full disk is no
/// reason: that passes.
QString whyNotWritable(const QString& folder);

} // namespace normscope
