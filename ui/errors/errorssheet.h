// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/errors/thumbnailmodel.h"
#include "ui/export/imageexport.h"

#include <QString>

#include <vector>

namespace normscope {

/// One run's part of an exported sheet; holds the data it shows, so that training may go on meanwhile.
struct ErrorsSheetColumn {
    QString name;
    QString total;
    int colour = 0;
    std::shared_ptr<const Evaluation> evaluation;
    std::shared_ptr<const Dataset> dataset;
    std::vector<std::string> classNames;
    std::vector<std::size_t> rows;
};

/// The sheet: a title, and for each run its name, its total and as many of its images as fit in their order.
ExportItem errorsSheet(std::vector<ErrorsSheetColumn> columns, const QString& title, const QString& stem, int pictureSide);

} // namespace normscope
