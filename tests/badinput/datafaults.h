// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/data/dataspec.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <vector>

namespace normscope::testing {

/// Bad images, and exactly what is said about them: by the library, on the command line and in the window.
struct DataFault {
    QByteArray row; ///< the row of BAD-INPUTS, then which case of it
    DataKind kind = DataKind::Folder;
    std::function<void(const QString& folder)> make;
    ErrorCode code = ErrorCode::BadInput; ///< where it is refused
    QString message;                      ///< %DIR% for the folder
    bool isRefused = true;                ///< otherwise the images are used, and `message` is one of the warnings
    QString below = {};                   ///< the data set's place is the folder with this added
};

std::vector<DataFault> cifarFaults();
std::vector<DataFault> fashionFaults();
std::vector<DataFault> folderFaults();  ///< folders whose layout is wrong
std::vector<DataFault> pictureFaults(); ///< pictures that are broken, converted or left out
std::vector<DataFault> dataFaults();    ///< all of them

} // namespace normscope::testing
