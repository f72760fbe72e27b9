// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/data/dataspec.h"
#include "model/data/inputscale.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace normscope {

inline constexpr int imageSide = 32;
inline constexpr int imageChannels = 3;
inline constexpr std::size_t imageBytes = std::size_t(imageSide) * imageSide * imageChannels; ///< 3,072

/// The images of one split, stored once as bytes: [n, 32, 32, 3], rows top down, RGB interleaved.
struct Split {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint16_t> labels; ///< index into Dataset::classNames

    std::size_t size() const { return labels.size(); }
    const std::uint8_t* image(std::size_t index) const { return pixels.data() + index * imageBytes; }
};

/// A whole data set in memory; shared and never changed after loading.
struct Dataset {
    DataSpec spec;
    std::string title;                   ///< "Fashion-MNIST", "CIFAR-10", ...
    std::vector<std::string> classNames; ///< 2 to 100
    Split train;
    Split test;
    /// Per channel, of pixels / 255: the network sees (pixel / 255 - mean) / deviation. CIFAR-10 has
    /// the seed's constants; the others are computed from the training images.
    std::array<float, 3> mean{0.4914F, 0.4822F, 0.4465F};
    std::array<float, 3> deviation{0.247F, 0.243F, 0.261F};
    std::string fingerprint;           ///< SHA-256 (hex) over class names, labels and pixels of both splits
    std::vector<std::uint64_t> fileStamps; ///< of the files it was read from: see changedSince(); empty for a made one
    std::vector<std::string> warnings; ///< what was skipped or converted, in words, for the user

    InputScale inputScale() const { return {mean, deviation}; }
    std::vector<std::size_t> classCounts(const Split& split) const;
};

/// What loading reports and when it gives up. Both may be empty. `progress` is called from the loading thread.
struct LoadOptions {
    std::function<void(std::size_t done, std::size_t total)> progress;
    const std::atomic<bool>* cancel = nullptr;
    bool useCache = true; ///< whether decoded image folders are kept on disk and taken from there: imagecache.h
};

/// Reads the data set from disk. Errors name the file, what was expected and what was found.
Result<std::shared_ptr<const Dataset>> loadDataset(const DataSpec& spec, const LoadOptions& options = {});

/// Loads each data set once for a whole process and hands out the same one; safe from any thread.
/// Keeps the two most recently used alive; one whose files changed on disk is read anew. A second call for a data set that is being loaded waits for it.
class DatasetCache {
public:
    DatasetCache();
    ~DatasetCache();
    Result<std::shared_ptr<const Dataset>> load(const DataSpec& spec, const LoadOptions& options = {});
    /// The data set if it is in memory already, else null; never loads, never waits for a load.
    std::shared_ptr<const Dataset> peek(const DataSpec& spec) const;
    /// Forgets it, so that the next load() reads the disk again (after files changed).
    void forget(const DataSpec& spec);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
