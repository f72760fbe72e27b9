// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"

#include <string>
#include <string_view>

namespace normscope {

enum class DataKind { FashionMnist, Cifar10, Folder };

/// Which images: `fashion-mnist[:DIR]`, `cifar10:DIR` (binary or Python version, told apart by the
/// files in it) or `folder:DIR` (train/CLASS/*, test/CLASS/*).
struct DataSpec {
    DataKind kind = DataKind::FashionMnist;
    std::string path; ///< folder; empty for Fashion-MNIST means where Debian's package puts it

    static Result<DataSpec> parse(std::string_view text);
    std::string toString() const; ///< what parse() reads
    std::string title() const;    ///< for people: "Fashion-MNIST", "CIFAR-10", or the folder's name

    friend bool operator==(const DataSpec&, const DataSpec&) = default;
};

/// Where Debian's package dataset-fashion-mnist puts its four files.
inline constexpr std::string_view fashionMnistFolder = "/usr/share/datasets/fashion-mnist";

} // namespace normscope
