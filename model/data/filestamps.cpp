// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/filestamps.h"

#include "model/base/filehandle.h"
#include "model/data/cifar10.h"
#include "model/data/dataset.h"
#include "model/data/idx.h"
#include "model/data/imagelisting.h"
#include "model/data/wording.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>

namespace normscope {

namespace {

/// FNV-1a.
class Hash {
public:
    void add(const void* bytes, std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            m_value = (m_value ^ static_cast<const unsigned char*>(bytes)[i]) * 0x100000001B3U;
    }
    std::uint64_t value() const { return m_value; }

private:
    std::uint64_t m_value = 0xCBF29CE484222325U;
};

struct Stamp {
    std::string name; ///< below the data set's folder
    std::uint64_t hash = 0;
};

/// `place` is the folder as it stands in the names that are shown: "train/cat/", or empty.
void addStamps(const std::string& folder, const std::string& place, const std::vector<std::string>& names, std::vector<Stamp>& stamps)
{
    const FileHandle handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (const auto& name : names) {
        struct stat status = {};
        if (::fstatat(handle.get(), name.c_str(), &status, 0) != 0)
            continue;
        // Not the time of the last change of state: it changes with a file's permissions and links too.
        const std::uint64_t numbers[] = {std::uint64_t(status.st_size), std::uint64_t(status.st_mtim.tv_sec),
                                         std::uint64_t(status.st_mtim.tv_nsec), std::uint64_t(status.st_ino)};
        Stamp& stamp = stamps.emplace_back(Stamp{place + name});
        Hash hash;
        hash.add(stamp.name.data(), stamp.name.size() + 1);
        hash.add(numbers, sizeof numbers);
        stamp.hash = hash.value();
    }
}

std::vector<Stamp> stampsOf(const ImageListing& listing)
{
    std::vector<Stamp> stamps;
    for (std::size_t s = 0; s < listing.splits.size(); ++s) {
        const SplitListing& split = listing.splits[s];
        for (std::size_t klass = 0; klass < split.classes.size(); ++klass)
            addStamps((std::filesystem::path(split.folder) / split.classes[klass]).string(),
                      (s == 0 ? "train/" : "test/") + split.classes[klass] + "/", split.files[klass], stamps);
    }
    return stamps;
}

std::vector<std::uint64_t> hashesOf(const std::vector<Stamp>& stamps)
{
    std::vector<std::uint64_t> hashes;
    hashes.reserve(stamps.size());
    for (const auto& stamp : stamps)
        hashes.push_back(stamp.hash);
    std::sort(hashes.begin(), hashes.end());
    return hashes;
}

/// As the disk shows them now; nothing where the data set cannot be found any more.
std::optional<std::vector<Stamp>> stampsNow(const DataSpec& spec)
{
    std::vector<Stamp> stamps;
    if (spec.kind == DataKind::Folder) {
        const auto listing = listImages(spec.path);
        if (!listing)
            return {};
        return stampsOf(*listing);
    }
    const auto files = spec.kind == DataKind::Cifar10 ? cifar10Files(spec.path) : Result<DataFiles>(fashionMnistFiles(spec.path));
    if (!files)
        return {};
    addStamps(files->folder, {}, files->names, stamps);
    return stamps;
}

constexpr const char* whatItMeans =
    " This run trained on the images as they were before; a run that starts now sees what is there now.";

} // namespace

std::vector<std::uint64_t> fileStamps(const DataFiles& files)
{
    std::vector<Stamp> stamps;
    addStamps(files.folder, {}, files.names, stamps);
    return hashesOf(stamps);
}

std::vector<std::uint64_t> fileStamps(const ImageListing& listing)
{
    return hashesOf(stampsOf(listing));
}

std::string changedSince(const Dataset& dataset)
{
    const auto& before = dataset.fileStamps;
    if (before.empty())
        return {};
    const std::string what = "The files of " + dataset.title;
    const auto now = stampsNow(dataset.spec);
    if (!now)
        return what + " changed since they were read: they cannot be read any more." + whatItMeans;
    std::vector<std::string> changed;
    for (const auto& stamp : *now)
        if (!std::binary_search(before.begin(), before.end(), stamp.hash))
            changed.push_back(shownName(stamp.name));
    if (changed.empty() && now->size() == before.size())
        return {};
    std::string text = what + " changed since they were read: ";
    if (!changed.empty())
        text += listed(changed) + (changed.size() == 1 ? " is" : " are") + " new or written again";
    if (now->size() < before.size())
        text += (changed.empty() ? "" : ", ") + counted(before.size() - now->size(), "file") + " fewer than before";
    return text + "." + whatItMeans;
}

} // namespace normscope
