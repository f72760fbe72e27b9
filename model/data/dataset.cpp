// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/dataset.h"

#include "model/data/cifar10.h"
#include "model/data/fingerprint.h"
#include "model/data/idx.h"
#include "model/data/imagefolder.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>

namespace normscope {

namespace {

/// Mean and deviation of the training images, exactly: sums of whole numbers.
void addStatistics(Dataset& dataset)
{
    std::array<std::uint64_t, imageChannels> sums{};
    std::array<std::uint64_t, imageChannels> squares{};
    const auto& pixels = dataset.train.pixels;
    for (std::size_t i = 0; i < pixels.size(); i += imageChannels)
        for (std::size_t c = 0; c < imageChannels; ++c) {
            sums[c] += pixels[i + c];
            squares[c] += std::uint64_t(pixels[i + c]) * pixels[i + c];
        }
    const double count = double(pixels.size()) / imageChannels;
    for (std::size_t c = 0; c < imageChannels; ++c) {
        const double mean = double(sums[c]) / count;
        const double variance = double(squares[c]) / count - mean * mean;
        dataset.mean[c] = static_cast<float>(mean / 255);
        dataset.deviation[c] = static_cast<float>(std::sqrt(std::max(0.0, variance)) / 255);
        if (dataset.deviation[c] < 1e-6F) {
            dataset.deviation[c] = 1;
            dataset.warnings.push_back("Every training pixel has the same "
                                       + std::string(c == 0   ? "red"
                                                     : c == 1 ? "green"
                                                              : "blue")
                                       + ": that channel is not scaled.");
        }
    }
}

Result<Dataset> readFiles(const DataSpec& spec, const LoadOptions& options)
{
    switch (spec.kind) {
    case DataKind::FashionMnist: return loadFashionMnist(spec.path, options);
    case DataKind::Cifar10: return loadCifar10(spec.path, options);
    case DataKind::Folder: return loadImageFolder(spec.path, options);
    }
    return Error{ErrorCode::Internal, "Unknown kind of data.", {}};
}

} // namespace

std::vector<std::size_t> Dataset::classCounts(const Split& split) const
{
    std::vector<std::size_t> counts(classNames.size());
    for (const std::uint16_t label : split.labels)
        ++counts.at(label);
    return counts;
}

Result<std::shared_ptr<const Dataset>> loadDataset(const DataSpec& spec, const LoadOptions& options)
{
    try {
        auto read = readFiles(spec, options);
        if (!read)
            return read.error();
        auto dataset = std::make_shared<Dataset>(std::move(*read));
        dataset->spec = spec;
        dataset->title = spec.title();
        if (spec.kind != DataKind::Cifar10)
            addStatistics(*dataset);
        if (dataset->fingerprint.empty())
            dataset->fingerprint = fingerprintOf(*dataset);
        return std::shared_ptr<const Dataset>(std::move(dataset));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory,
                     "The memory does not suffice for " + spec.title()
                         + ". Close other programs or choose a smaller data set.",
                     {}};
    } catch (const std::exception& exception) {
        return Error{ErrorCode::Internal, spec.title() + " could not be read: " + exception.what(), exception.what()};
    }
}

} // namespace normscope
