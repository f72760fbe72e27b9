// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/imagecache.h"
#include "model/data/dataset.h"
#include "model/data/fingerprint.h"
#include "model/data/imagelisting.h"
#include "model/data/sha256.h"
#include "tests/fuzz/fuzztarget.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>

using namespace normscope;
using namespace normscope::fuzz;
namespace fs = std::filesystem;

namespace {

// The places of the file's header: see imagecache.cpp.
constexpr std::size_t contentAt = 48, hashBytes = 64, fingerprintAt = contentAt + hashBytes,
                      headerBytes = fingerprintAt + hashBytes;

/// An image folder of three images (nothing in them), and what the cache itself writes for it.
struct Place {
    ScratchFolder folder;
    ImageListing listing;
    std::string written;
    std::string path;

    Place()
    {
        for (const char* name : {"train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"}) {
            fs::create_directories(fs::path(folder.path(name)).parent_path());
            folder.write(name, "x");
            fs::last_write_time(folder.path(name), fs::file_time_type::clock::now() - std::chrono::hours(1));
        }
        listing = *listImages(folder.path(""));
        fs::create_directory(folder.path("cache"));
    }
    ImageCache cache() const { return ImageCache(folder.path("cache"), folder.path(""), listing); }
};

Dataset emptyDataset()
{
    Dataset dataset;
    dataset.classNames = {"a", "b"};
    return dataset;
}

/// The header with the folder's content and the right hashes, so that a change does not end at them.
std::string withRightHashes(std::string file, const std::string& content)
{
    file.resize(std::max(file.size(), headerBytes));
    file.replace(contentAt, hashBytes, content);
    std::uint64_t numbers[4] = {};
    std::memcpy(numbers, file.data() + 16, sizeof numbers);
    const std::uint64_t images = numbers[1] + numbers[2], warnings = numbers[3];
    if (numbers[1] > 2 || numbers[2] > 2 || warnings > file.size() - headerBytes)
        return file;
    Dataset dataset = emptyDataset();
    const std::size_t start = headerBytes + warnings + hashBytes;
    file.resize(start + images * (imageBytes + 2));
    const char* at = file.data() + start;
    for (Split* split : {&dataset.train, &dataset.test}) {
        split->labels.resize(numbers[split == &dataset.train ? 1 : 2]);
        for (auto& label : split->labels) {
            std::memcpy(&label, at, sizeof label);
            at += sizeof label;
        }
    }
    for (Split* split : {&dataset.train, &dataset.test}) {
        split->pixels.assign(at, at + split->size() * imageBytes);
        at += split->pixels.size();
    }
    file.replace(fingerprintAt, hashBytes, fingerprintOf(dataset));
    Sha256 hash;
    hash.add(file.data(), headerBytes + warnings);
    file.replace(headerBytes + warnings, hashBytes, hash.hex());
    return file;
}

} // namespace

/// First byte: 0 the file as it is, else with the hashes put right here.
FUZZ_TARGET(imagecache)
{
    static const Place place;
    static const ImageCache cache = place.cache();
    static const std::string content = [] { // as the cache itself writes it
        Dataset dataset = emptyDataset();
        dataset.fingerprint = fingerprintOf(dataset);
        cache.write(dataset, {});
        std::string bytes(headerBytes, '\0');
        FILE* const file = std::fopen(cache.path().c_str(), "rb");
        require(file && std::fread(bytes.data(), 1, bytes.size(), file) == bytes.size(), "the cache writes nothing");
        std::fclose(file);
        return bytes.substr(contentAt, hashBytes);
    }();
    if (input.empty())
        return;
    const std::string file =
        input.front() == 0 ? std::string(input.substr(1)) : withRightHashes(std::string(input.substr(1)), content);
    place.folder.write("cache/" + fs::path(cache.path()).filename().string(), file);
    Dataset dataset = emptyDataset();
    if (!cache.read(dataset, {})) {
        require(dataset.train.size() == 0 && dataset.fingerprint.empty() && dataset.warnings.empty(),
                "changed by a bad file");
        return;
    }
    require(dataset.train.size() <= 2 && dataset.test.size() <= 2, "more images than the folder has");
    for (const Split* split : {&dataset.train, &dataset.test}) {
        require(split->pixels.size() == split->size() * imageBytes, "pixels and labels differ");
        for (const auto label : split->labels)
            require(label < dataset.classNames.size(), "a label without a class");
    }
    require(fingerprintOf(dataset) == dataset.fingerprint, "another fingerprint");
}
