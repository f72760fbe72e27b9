// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/curves/chartcontent.h"
#include "ui/curves/runlegend.h"
#include "ui/export/imageexport.h"

namespace normscope {

/// The chart for print: title, chart with axis titles, legend below; text and lines grow with the picture.
ExportItem chartExport(ChartContent content, std::vector<LegendEntry> legend, const QString& fileStem);

} // namespace normscope
