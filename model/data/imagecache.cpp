// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/imagecache.h"

#include "model/base/filereplacement.h"
#include "model/base/userfolder.h"
#include "model/data/cachefolder.h"
#include "model/data/datafile.h"
#include "model/data/dataset.h"
#include "model/data/fingerprint.h"
#include "model/data/imagelisting.h"
#include "model/data/sha256.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>

namespace normscope {

namespace {

/// Rises when the file's layout or what decoding gives changes.
constexpr std::uint64_t formatVersion = 1;
constexpr std::size_t hashLength = 64;
constexpr std::uint64_t mostWarningBytes = 1'000'000;
constexpr std::size_t blockBytes = 4'000'000; ///< read between two looks at the cancel flag

/// The file begins with it; then come the warnings, each with a NUL, and the hash of all that; then labels and
/// pixels, training images first. Numbers are in the machine's own byte order: a cache does not travel.
struct Header {
    std::array<char, 16> magic{'n', 'o', 'r', 'm', 's', 'c', 'o', 'p', 'e', ' ', 'i', 'm', 'a', 'g', 'e', 's'};
    std::uint64_t version = formatVersion;
    std::uint64_t images[2] = {0, 0};
    std::uint64_t warningBytes = 0;
    std::array<char, hashLength> content{};
    std::array<char, hashLength> fingerprint{};

    std::uint64_t fileBytes() const
    {
        return sizeof(Header) + warningBytes + hashLength
               + (images[0] + images[1]) * (imageBytes + sizeof(std::uint16_t));
    }
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 16 + 4 * 8 + 2 * hashLength);

std::string hashOf(const Header& header, std::string_view warnings)
{
    Sha256 hash;
    hash.add(&header, sizeof header);
    hash.add(warnings.data(), warnings.size());
    return hash.hex();
}

std::array<char, hashLength> asArray(const std::string& hash)
{
    std::array<char, hashLength> array{};
    std::copy_n(hash.data(), std::min(hash.size(), array.size()), array.data());
    return array;
}

template <class T>
std::string_view bytesOf(const std::vector<T>& values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::uint64_t nanoseconds(const timespec& time)
{
    return std::uint64_t(time.tv_sec) * 1'000'000'000 + std::uint64_t(time.tv_nsec);
}

/// Hashes what the folder's listing and its files' sizes and times say.
class ContentHash {
public:
    ContentHash();
    /// False where a file cannot be looked at.
    bool add(const SplitListing& split);
    std::string hex() { return m_hash.hex(); }
    bool isSettled() const;

private:
    Sha256 m_hash;
    std::uint64_t m_started = 0;
    std::uint64_t m_newest = 0;
};

ContentHash::ContentHash()
{
    timespec now = {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    m_started = nanoseconds(now);
    m_hash.addNumber(formatVersion);
    m_hash.addText(NORMSCOPE_VERSION);
    m_hash.addText(cv::getVersionString());
}

bool ContentHash::add(const SplitListing& split)
{
    m_hash.addNumber(split.classes.size());
    for (std::size_t klass = 0; klass < split.classes.size(); ++klass) {
        const std::string path = (std::filesystem::path(split.folder) / split.classes[klass]).string();
        const FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        m_hash.addText(split.classes[klass]);
        m_hash.addNumber(split.files[klass].size());
        for (const auto& file : split.files[klass]) {
            struct stat status = {};
            if (::fstatat(folder.get(), file.c_str(), &status, 0) != 0)
                return false;
            m_hash.addText(file);
            // The time of the last change of state cannot be set back as that of the content can.
            const std::uint64_t numbers[] = {std::uint64_t(status.st_size), nanoseconds(status.st_mtim),
                                             nanoseconds(status.st_ctim)};
            m_hash.add(numbers, sizeof numbers);
            m_newest = std::max(m_newest, numbers[1]);
        }
    }
    return true;
}

/// A file written twice within one tick of its file system's clock shows the same time: ticks are up to 10 ms,
/// or whole seconds (2 on FAT), which the time itself shows.
bool ContentHash::isSettled() const
{
    const std::uint64_t tick = m_newest % 1'000'000'000 == 0 ? 2'100'000'000 : 100'000'000;
    return m_started - m_newest > tick && m_newest - m_started > tick; // either difference wraps around
}

/// Reads one part after another, looking at the cancel flag and telling of the progress.
class Reader {
public:
    Reader(DataFile& file, const std::string& path, const LoadOptions& options)
        : m_file(file), m_path(path), m_options(options)
    {
    }
    bool read(void* to, std::size_t count);

private:
    void tell() const;

    DataFile& m_file;
    const std::string& m_path;
    const LoadOptions& m_options;
    std::uint64_t m_done = 0;
};

/// In images, as decoding does; the other parts of the file are next to nothing beside them.
void Reader::tell() const
{
    if (m_options.progress)
        m_options.progress(m_done / imageBytes, m_file.size / imageBytes);
}

bool Reader::read(void* to, std::size_t count)
{
    for (std::size_t done = 0; done < count;) {
        if (isCancelled(m_options.cancel))
            return false;
        const std::size_t block = std::min(blockBytes, count - done);
        const auto got = m_file.read(static_cast<char*>(to) + done, block, m_path);
        if (!got || *got != block)
            return false;
        done += block;
        m_done += block;
        tell();
    }
    return true;
}

struct Head {
    Header header;
    std::string warnings;
};

/// The head of a file that is what its length and its hash say.
std::optional<Head> readHead(Reader& reader, std::uint64_t fileBytes, const std::string& content,
                             const std::size_t (&mostImages)[2])
{
    Head head;
    Header& header = head.header;
    if (!reader.read(&header, sizeof header) || header.magic != Header().magic || header.version != formatVersion
        || header.content != asArray(content))
        return {};
    // Also keeps the sum of the lengths from overflowing.
    if (header.images[0] > mostImages[0] || header.images[1] > mostImages[1] || header.warningBytes > mostWarningBytes
        || header.fileBytes() != fileBytes)
        return {};
    head.warnings.resize(header.warningBytes);
    std::array<char, hashLength> hash;
    if (!reader.read(head.warnings.data(), head.warnings.size()) || !reader.read(hash.data(), hash.size())
        || hash != asArray(hashOf(header, head.warnings)))
        return {};
    return head;
}

void appendWarnings(std::string_view text, std::vector<std::string>& warnings)
{
    for (std::size_t end; (end = text.find('\0')) != text.npos; text.remove_prefix(end + 1))
        warnings.emplace_back(text.substr(0, end));
}

} // namespace

ImageCache::ImageCache(const std::string& cacheFolder, const std::string& imageFolder, const ImageListing& listing)
{
    std::error_code error;
    const auto folder = std::filesystem::canonical(imageFolder, error).string();
    if (cacheFolder.empty() || error)
        return;
    ContentHash content;
    for (const auto& split : listing.splits)
        if (!content.add(split))
            return;
    for (std::size_t i = 0; i < 2; ++i)
        m_mostImages[i] = listing.splits[i].size();
    m_isSettled = content.isSettled();
    m_content = content.hex();
    Sha256 name;
    name.addText(folder);
    m_path = cacheFolder + "/" + name.hex().substr(0, 32) + std::string(cacheFileEnding);
}

bool ImageCache::read(Dataset& dataset, const LoadOptions& options) const
{
    auto file = DataFile::open(m_path);
    if (m_path.empty() || !file)
        return false;
    Reader reader(*file, m_path, options);
    const auto head = readHead(reader, file->size, m_content, m_mostImages);
    if (!head)
        return false;
    Dataset found;
    found.classNames = dataset.classNames;
    Split* const splits[] = {&found.train, &found.test};
    for (std::size_t i = 0; i < 2; ++i) {
        splits[i]->labels.resize(head->header.images[i]);
        if (!reader.read(splits[i]->labels.data(), splits[i]->size() * sizeof(std::uint16_t)))
            return false;
        for (const std::size_t label : splits[i]->labels)
            if (label >= found.classNames.size())
                return false;
    }
    for (Split* split : splits) {
        split->pixels.resize(split->size() * imageBytes);
        if (!reader.read(split->pixels.data(), split->pixels.size()))
            return false;
    }
    found.fingerprint = fingerprintOf(found);
    if (asArray(found.fingerprint) != head->header.fingerprint)
        return false;
    dataset.train = std::move(found.train);
    dataset.test = std::move(found.test);
    dataset.fingerprint = std::move(found.fingerprint);
    appendWarnings(head->warnings, dataset.warnings);
    markUsed(m_path);
    return true;
}

void ImageCache::write(const Dataset& dataset, const std::vector<std::string>& warnings) const
{
    if (m_path.empty() || !m_isSettled)
        return;
    std::string warningText;
    for (const auto& warning : warnings)
        warningText.append(warning).push_back('\0');
    Header header;
    header.images[0] = dataset.train.size();
    header.images[1] = dataset.test.size();
    header.warningBytes = warningText.size();
    header.content = asArray(m_content);
    header.fingerprint = asArray(dataset.fingerprint);
    if (warningText.size() > mostWarningBytes || !makeRoom(m_path, header.fileBytes(), mostCacheBytes))
        return;
    const std::string hash = hashOf(header, warningText);
    const std::string_view parts[] = {{reinterpret_cast<const char*>(&header), sizeof header},
                                      warningText,
                                      hash,
                                      bytesOf(dataset.train.labels),
                                      bytesOf(dataset.test.labels),
                                      bytesOf(dataset.train.pixels),
                                      bytesOf(dataset.test.pixels)};
    // Not synced: what a power failure leaves of it is known by the checksums.
    static_cast<void>(replaceFile(m_path, parts, Durability::Relaxed));
}

std::string imageCacheFolder()
{
    const char* const off = std::getenv("NORMSCOPE_NO_CACHE");
    if (off && off[0] != '\0')
        return {};
    const std::string folder = userFolder("XDG_CACHE_HOME", ".cache");
    return folder.empty() ? folder : folder + "/normscope/images";
}

} // namespace normscope
