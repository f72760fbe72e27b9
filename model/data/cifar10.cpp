// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/cifar10.h"

#include "model/data/datafile.h"
#include "model/data/picklereader.h"
#include "model/data/wording.h"

#include <algorithm>
#include <filesystem>

namespace normscope {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t recordBytes = 1 + imageBytes; // 3,073
constexpr std::size_t batchImages = 10'000;
constexpr std::size_t mostBatchImages = 100'000;
constexpr std::size_t classes = 10;
const std::string advice = " Fetch CIFAR-10 again or choose another folder.";

enum class Version { Binary, Python };

std::vector<std::string> batchNames(Version version)
{
    std::vector<std::string> names;
    for (int i = 1; i <= 5; ++i)
        names.push_back("data_batch_" + std::to_string(i));
    names.emplace_back("test_batch");
    if (version == Version::Binary)
        for (auto& name : names)
            name += ".bin";
    return names;
}

const char* namesFile(Version version)
{
    return version == Version::Binary ? "batches.meta.txt" : "batches.meta";
}

std::vector<std::string> missingNames(const fs::path& folder, Version version)
{
    auto names = batchNames(version);
    std::erase_if(names, [&](const std::string& name) {
        std::error_code error;
        return fs::exists(folder / name, error);
    });
    return names;
}

struct Place {
    fs::path folder;
    Version version = Version::Binary;
};

Error notCifar(const fs::path& folder)
{
    std::error_code error;
    const std::string name = shownName(folder.string());
    if (fs::is_regular_file(folder, error))
        return {ErrorCode::BadInput,
                name
                    + " is a file, expected CIFAR-10's unpacked folder. If it is the archive "
                      "cifar-10-binary.tar.gz, let Get CIFAR-10 (or normscope-cli data fetch) unpack it.",
                {}};
    if (const Status status = checkFolder("The folder", folder.string()); !status) {
        Error problem = status.error();
        if (problem.code != ErrorCode::Io)
            problem.message += " Fetch CIFAR-10 or choose another folder.";
        return problem;
    }
    if (fs::is_directory(folder / "train", error) && fs::is_directory(folder / "test", error))
        return {ErrorCode::BadInput,
                name + " holds train/ and test/, not CIFAR-10's batches. If these are folders of images, give it as folder:" + name
                    + ".",
                {}};
    if (fs::exists(folder / "train.bin", error) || fs::exists(folder / "fine_label_names.txt", error)
        || fs::exists(folder / "meta", error))
        return {ErrorCode::BadInput,
                name + " looks like CIFAR-100; expected CIFAR-10 (data_batch_1.bin to _5.bin and test_batch.bin).",
                {}};
    return {ErrorCode::NotFound,
            name
                + " holds neither CIFAR-10's binary version (data_batch_1.bin to _5.bin, test_batch.bin) nor "
                  "its Python version (data_batch_1 to _5, test_batch). Fetch CIFAR-10 or choose another folder.",
            {}};
}

Result<Place> findCifar(const std::string& path)
{
    const fs::path base(path);
    for (const auto& folder : {base, base / "cifar-10-batches-bin", base / "cifar-10-batches-py"})
        for (const Version version : {Version::Binary, Version::Python}) {
            const auto missing = missingNames(folder, version);
            if (missing.empty())
                return Place{folder, version};
            if (missing.size() < batchNames(version).size())
                return Error{ErrorCode::NotFound,
                             shownName(folder.string()) + " lacks " + listed(missing, 6)
                                 + ": CIFAR-10 is data_batch_1 to data_batch_5 and test_batch." + advice,
                             {}};
        }
    return notCifar(base);
}

/// Three planes to interleaved RGB.
void interleave(const std::uint8_t* planes, std::uint8_t* rgb)
{
    constexpr std::size_t plane = imageBytes / imageChannels;
    for (std::size_t i = 0; i < plane; ++i)
        for (std::size_t channel = 0; channel < imageChannels; ++channel)
            rgb[i * imageChannels + channel] = planes[channel * plane + i];
}

Status checkBinarySize(const std::string& path, std::uint64_t bytes, std::vector<std::string>& warnings)
{
    constexpr std::uint64_t expected = batchImages * recordBytes;
    const std::string sizes = groupedNumber(bytes) + " bytes, expected " + groupedNumber(expected) + ".";
    if (bytes == expected)
        return {};
    if (bytes == 0 || (bytes % recordBytes != 0 && bytes < expected))
        return Error{ErrorCode::BadInput, shownName(path) + " is truncated: it has " + sizes + advice, {}};
    if (bytes % recordBytes != 0)
        return Error{ErrorCode::BadInput, shownName(path) + " has trailing bytes: " + sizes + advice, {}};
    if (bytes > mostBatchImages * recordBytes)
        return Error{ErrorCode::BadInput, shownName(path) + " is too large: " + sizes + advice, {}};
    warnings.push_back(shownName(path) + " holds " + counted(bytes / recordBytes, "image") + " instead of "
                       + groupedNumber(batchImages) + ": a custom subset, not comparable with CIFAR-10.");
    return {};
}

Status appendBinary(const std::string& path, Split& split, std::vector<std::string>& warnings)
{
    auto bytes = readFile(path, mostBatchImages * recordBytes + recordBytes);
    if (!bytes)
        return bytes.error();
    if (auto status = checkBinarySize(path, bytes->size(), warnings); !status)
        return status;
    const std::size_t count = bytes->size() / recordBytes;
    const std::size_t before = split.size();
    split.pixels.resize((before + count) * imageBytes);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t* record = bytes->data() + i * recordBytes;
        if (*record >= classes)
            return Error{ErrorCode::BadInput,
                         shownName(path) + ": label " + std::to_string(*record) + " of record " + groupedNumber(i)
                             + ", at byte " + groupedNumber(i * recordBytes) + ", is above 9." + advice,
                         {}};
        split.labels.push_back(*record);
        interleave(record + 1, split.pixels.data() + (before + i) * imageBytes);
    }
    return {};
}

Status appendPython(const std::string& path, Split& split, std::vector<std::string>& warnings)
{
    const auto batch = readCifarPickle(path, PickleContent::Images);
    if (!batch)
        return batch.error();
    const std::size_t count = batch->labels.size();
    const auto wrong = std::find_if(batch->labels.begin(), batch->labels.end(),
                                    [](std::int64_t label) { return label < 0 || label >= std::int64_t(classes); });
    if (wrong != batch->labels.end())
        return Error{ErrorCode::BadInput,
                     shownName(path) + ": label " + std::to_string(*wrong) + " of record "
                         + groupedNumber(std::uint64_t(wrong - batch->labels.begin())) + " is not one of 0 to 9."
                         + advice,
                     {}};
    if (count != batchImages)
        warnings.push_back(shownName(path) + " holds " + counted(count, "image") + " instead of "
                           + groupedNumber(batchImages) + ": a custom subset, not comparable with CIFAR-10.");
    const std::size_t before = split.size();
    split.pixels.resize((before + count) * imageBytes);
    for (std::size_t i = 0; i < count; ++i)
        interleave(batch->planes() + i * imageBytes, split.pixels.data() + (before + i) * imageBytes);
    split.labels.insert(split.labels.end(), batch->labels.begin(), batch->labels.end());
    return {};
}

Result<std::vector<std::string>> readNamesText(const std::string& path)
{
    const auto bytes = readFile(path, 65'536);
    if (!bytes)
        return bytes.error();
    std::vector<std::string> names(1);
    for (const std::uint8_t byte : *bytes) {
        if (byte == '\n')
            names.emplace_back();
        else if (byte != '\r')
            names.back().push_back(static_cast<char>(byte));
    }
    std::erase_if(names, [](const std::string& name) { return name.find_first_not_of(" \t") == std::string::npos; });
    return names;
}

Result<std::vector<std::string>> readNamesPickle(const std::string& path)
{
    const auto meta = readCifarPickle(path, PickleContent::Names);
    if (!meta)
        return meta.error();
    return meta->labelNames;
}

/// Names are only for people, so a bad file of names does not stop anybody: a warning, and numbers.
std::vector<std::string> classNames(const Place& place, std::vector<std::string>& warnings)
{
    const bool binary = place.version == Version::Binary;
    const std::string path = (place.folder / namesFile(place.version)).string();
    auto names = binary ? readNamesText(path) : readNamesPickle(path);
    const std::string instead = " The classes are called 0 to 9 instead.";
    if (names && names->size() == classes) {
        std::vector<std::string> shown;
        for (const auto& name : *names)
            shown.push_back(shownName(name));
        return shown;
    }
    warnings.push_back(names ? shownName(path) + " holds " + counted(names->size(), "class name") + ", expected 10."
                                   + instead
                             : names.error().message + instead);
    std::vector<std::string> numbers;
    for (std::size_t i = 0; i < classes; ++i)
        numbers.push_back(std::to_string(i));
    return numbers;
}

DataFiles filesOf(const Place& place)
{
    DataFiles files{place.folder.string(), batchNames(place.version)};
    files.names.emplace_back(namesFile(place.version));
    return files;
}

/// About what the training images take: what their files have.
std::size_t trainBytes(const Place& place, const std::vector<std::string>& names)
{
    std::uintmax_t bytes = 0;
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        std::error_code error;
        const auto size = fs::file_size(place.folder / names[i], error);
        bytes += error ? 0 : std::min<std::uintmax_t>(size, mostBatchImages * recordBytes);
    }
    return std::size_t(bytes);
}

} // namespace

Result<DataFiles> cifar10Files(const std::string& folder)
{
    const auto place = findCifar(folder);
    if (!place)
        return place.error();
    return filesOf(*place);
}

Result<Dataset> loadCifar10(const std::string& folder, const LoadOptions& options)
{
    const auto place = findCifar(folder);
    if (!place)
        return place.error();
    Dataset dataset;
    dataset.fileStamps = fileStamps(filesOf(*place));
    dataset.classNames = classNames(*place, dataset.warnings);
    const auto names = batchNames(place->version);
    dataset.train.pixels.reserve(std::min(trainBytes(*place, names), 5 * batchImages * imageBytes));
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (isCancelled(options.cancel))
            return cancelledError("Reading CIFAR-10");
        const std::string path = (place->folder / names[i]).string();
        Split& split = i + 1 < names.size() ? dataset.train : dataset.test;
        const auto status = place->version == Version::Binary ? appendBinary(path, split, dataset.warnings)
                                                              : appendPython(path, split, dataset.warnings);
        if (!status)
            return status.error();
        if (options.progress)
            options.progress((i + 1) * batchImages, names.size() * batchImages);
    }
    return dataset;
}

} // namespace normscope
