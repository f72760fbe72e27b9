// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataspec.h"

#include <QString>

namespace normscope {

/// What a folder seems to hold, told from the names of its files: CIFAR-10 (there or one level below),
/// Fashion-MNIST's four files, else classes of images.
DataSpec guessDataSpec(const QString& folder);
/// How a data set is named in a list: "CIFAR-10: /data/cifar".
QString dataChoiceText(const DataSpec& spec);
/// `error`, and for the default data set which Debian package to install where the error does not say it.
QString withPackageHint(const DataSpec& spec, const QString& error);

} // namespace normscope
