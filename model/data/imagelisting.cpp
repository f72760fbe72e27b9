// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/imagelisting.h"

#include "model/data/datafile.h"
#include "model/data/wording.h"

#include <algorithm>
#include <filesystem>

namespace normscope {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t fewestClasses = 2;
constexpr std::size_t mostClasses = 100;
constexpr std::array readable{".jpg",  ".jpeg", ".png", ".bmp", ".webp", ".tif",
                              ".tiff", ".ppm",  ".pgm", ".pbm", ".pnm"};
constexpr std::array unreadable{".gif", ".heic", ".heif", ".avif", ".jxl", ".jp2", ".svg", ".psd"};
const std::string layout = " Expected is train/CLASS/IMAGE and test/CLASS/IMAGE.";

/// What listing leaves out, to be said once for both splits.
struct LeftOut {
    std::vector<std::string> special; ///< link loops, dangling links, FIFOs, devices, sockets
    std::vector<std::string> nested;
    std::vector<std::string> unsupported;
    std::vector<std::string> loose; ///< images beside the class folders

    std::vector<std::string> warnings() const;
};

std::vector<std::string> LeftOut::warnings() const
{
    std::vector<std::string> texts;
    const auto say = [&](std::vector<std::string> names, std::string_view one, std::string_view many,
                         const std::string& why) {
        std::sort(names.begin(), names.end()); // a file system gives them in any order
        if (!names.empty())
            texts.push_back(counted(names.size(), one, many) + " " + why + ": " + listed(names) + ".");
    };
    say(special, "entry", "entries", "skipped, neither files nor folders (link loops, FIFOs, devices)");
    say(nested, "folder", "folders", "inside class folders skipped");
    say(unsupported, "file", "files", "skipped, of a format that is not read");
    say(loose, "image", "images", "skipped, outside the class folders");
    return texts;
}

template <class Names>
bool hasExtension(const fs::path& path, const Names& names)
{
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return std::find(names.begin(), names.end(), extension) != names.end();
}

/// "train/cat/x.png", escaped.
std::string shortName(const fs::path& root, const fs::path& path)
{
    return shownName(path.lexically_relative(root).string());
}

enum class EntryKind { File, Folder, Special };

EntryKind kindOf(const fs::directory_entry& entry)
{
    std::error_code error;
    if (entry.is_regular_file(error))
        return EntryKind::File;
    return entry.is_directory(error) ? EntryKind::Folder : EntryKind::Special;
}

/// A link to a folder that holds the link itself.
bool leadsUp(const fs::directory_entry& entry)
{
    std::error_code error;
    if (!entry.is_symlink(error))
        return false;
    const auto target = fs::canonical(entry.path(), error);
    const auto here = fs::canonical(entry.path().parent_path(), error);
    return error || std::mismatch(target.begin(), target.end(), here.begin(), here.end()).first == target.end();
}

Error listError(const fs::path& folder, const std::error_code& error)
{
    return fileError("list the folder", folder.string(), error.value());
}

Result<std::vector<fs::directory_entry>> entries(const fs::path& folder)
{
    std::vector<fs::directory_entry> found;
    std::error_code error;
    fs::directory_iterator next(folder, error);
    for (; !error && next != fs::directory_iterator(); next.increment(error))
        if (const std::string name = next->path().filename(); name.front() != '.' && name != "__MACOSX")
            found.push_back(*next);
    if (error)
        return listError(folder, error);
    return found;
}

Result<std::vector<std::string>> listClass(const fs::path& root, const fs::path& folder, LeftOut& leftOut)
{
    const auto found = entries(folder);
    if (!found)
        return found.error();
    std::vector<std::string> files;
    for (const auto& entry : *found) {
        const EntryKind kind = kindOf(entry);
        if (kind == EntryKind::Special)
            leftOut.special.push_back(shortName(root, entry.path()));
        else if (kind == EntryKind::Folder)
            (leadsUp(entry) ? leftOut.special : leftOut.nested).push_back(shortName(root, entry.path()));
        else if (hasExtension(entry.path(), readable))
            files.push_back(entry.path().filename().string());
        else if (hasExtension(entry.path(), unreadable))
            leftOut.unsupported.push_back(shortName(root, entry.path()));
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<SplitListing> listSplit(const fs::path& root, const std::string& name, LeftOut& leftOut)
{
    SplitListing split;
    split.folder = (root / name).string();
    const auto found = entries(root / name);
    if (!found)
        return found.error();
    for (const auto& entry : *found) {
        const EntryKind kind = kindOf(entry);
        if (kind == EntryKind::Special || (kind == EntryKind::Folder && leadsUp(entry)))
            leftOut.special.push_back(shortName(root, entry.path()));
        else if (kind == EntryKind::Folder)
            split.classes.push_back(entry.path().filename().string());
        else if (hasExtension(entry.path(), readable))
            leftOut.loose.push_back(shortName(root, entry.path()));
    }
    std::sort(split.classes.begin(), split.classes.end());
    for (const auto& klass : split.classes) {
        auto files = listClass(root, root / name / klass, leftOut);
        if (!files)
            return files.error();
        split.files.push_back(std::move(*files));
    }
    return split;
}

/// What to say of a folder without train/ and test/, which may hold data of another kind.
std::string otherData(const fs::path& root)
{
    std::error_code error;
    const auto holds = [&](const std::string& name) { return fs::exists(root / name, error); };
    const auto isAs = [&](const std::string& what, const std::string& kind, const fs::path& folder) {
        return " It holds " + what + ": give it as " + kind + ":" + shownName(folder.string()) + ".";
    };
    for (const fs::path& folder : {root, root / "cifar-10-batches-bin", root / "cifar-10-batches-py"})
        for (const std::string end : {"", ".bin"})
            if (fs::exists(folder / ("data_batch_1" + end), error) || fs::exists(folder / ("test_batch" + end), error))
                return isAs("CIFAR-10", "cifar10", folder);
    for (const std::string end : {"", ".gz"})
        if (holds("train-images-idx3-ubyte" + end))
            return isAs("Fashion-MNIST's files", "fashion-mnist", root);
    return layout + " CIFAR-10 would be data_batch_1.bin to _5.bin and test_batch.bin, Fashion-MNIST "
                    "train-images-idx3-ubyte.gz and its three companions.";
}

Status checkFolders(const fs::path& root)
{
    const std::string name = shownName(root.string());
    if (const Status status = checkFolder("The image folder", root.string()); !status) {
        Error error = status.error();
        if (error.code != ErrorCode::Io)
            error.message += " Choose another one, with train/CLASS/IMAGE and test/CLASS/IMAGE.";
        return error;
    }
    std::error_code error;
    std::vector<std::string> missing;
    for (const std::string split : {"train", "test"})
        if (!fs::is_directory(root / split, error)) {
            if (error && error != std::errc::no_such_file_or_directory)
                return listError(root / split, error);
            missing.push_back(split + "/");
        }
    if (missing.empty())
        return {};
    const bool isEmpty = fs::is_empty(root, error) && !error;
    return Error{ErrorCode::BadInput,
                 "The image folder " + name + (isEmpty ? " is empty" : " has no " + listed(missing)) + "."
                     + (missing.size() == 2 && !isEmpty ? otherData(root) : layout),
                 {}};
}

Status checkClasses(const SplitListing& split)
{
    const std::string name = shownName(split.folder);
    if (split.classes.empty())
        return Error{ErrorCode::BadInput, name + " holds no class folders." + layout, {}};
    if (split.classes.size() < fewestClasses)
        return Error{ErrorCode::BadInput,
                     name + " holds one class only, \"" + shownName(split.classes.front())
                         + "\"; at least 2 are needed. Add a folder for each class.",
                     {}};
    if (split.classes.size() > mostClasses)
        return Error{ErrorCode::BadInput,
                     name + " holds " + groupedNumber(split.classes.size()) + " classes; at most 100 are possible. Leave some out.",
                     {}};
    std::vector<std::string> empty;
    for (std::size_t i = 0; i < split.classes.size(); ++i)
        if (split.files[i].empty())
            empty.push_back(shownName((fs::path(split.folder) / split.classes[i]).string()));
    if (!empty.empty())
        return Error{ErrorCode::BadInput,
                     "No images in " + listed(empty)
                         + ". Every class needs some (jpg, png, bmp, webp, tiff or pnm) in train and in test.",
                     {}};
    return {};
}

Status checkAgreement(const SplitListing& train, const SplitListing& test)
{
    const auto onlyIn = [](const SplitListing& here, const SplitListing& there) {
        std::vector<std::string> names;
        std::set_difference(here.classes.begin(), here.classes.end(), there.classes.begin(), there.classes.end(),
                            std::back_inserter(names));
        for (auto& name : names)
            name = shownName(name);
        return names;
    };
    const auto missingInTest = onlyIn(train, test);
    const auto missingInTrain = onlyIn(test, train);
    if (missingInTest.empty() && missingInTrain.empty())
        return {};
    std::string message = "The classes differ:";
    if (!missingInTest.empty())
        message.append(" ").append(shownName(test.folder)).append(" has no ").append(listed(missingInTest)).append(";");
    if (!missingInTrain.empty())
        message.append(" ")
            .append(shownName(train.folder))
            .append(" has no ")
            .append(listed(missingInTrain))
            .append(";");
    return Error{ErrorCode::BadInput, message + " both must hold the same class folders.", {}};
}

} // namespace

std::size_t SplitListing::size() const
{
    std::size_t count = 0;
    for (const auto& klass : files)
        count += klass.size();
    return count;
}

Result<ImageListing> listImages(const std::string& folder)
{
    const fs::path root(folder);
    if (auto status = checkFolders(root); !status)
        return status.error();
    ImageListing listing;
    LeftOut leftOut;
    for (std::size_t i = 0; i < listing.splits.size(); ++i) {
        auto split = listSplit(root, i == 0 ? "train" : "test", leftOut);
        if (!split)
            return split.error();
        listing.splits[i] = std::move(*split);
    }
    if (listing.splits[0].classes != listing.splits[1].classes && !listing.splits[0].classes.empty()
        && !listing.splits[1].classes.empty())
        return checkAgreement(listing.splits[0], listing.splits[1]).error();
    for (const auto& split : listing.splits)
        if (auto status = checkClasses(split); !status)
            return status.error();
    listing.warnings = leftOut.warnings();
    return listing;
}

} // namespace normscope
