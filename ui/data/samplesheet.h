// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/export/imageexport.h"

class QAbstractItemModel;

namespace normscope {

/// A sheet of the model's samples for print, with the pictures copied out of it: before, after, label, operations.
ExportItem sampleSheet(const QAbstractItemModel& samples, const QString& title);

} // namespace normscope
