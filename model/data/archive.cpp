// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/archive.h"

#include "model/data/datafile.h"
#include "model/data/transfer.h"
#include "model/data/wording.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <unistd.h>
#include <vector>

namespace normscope {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> expectedNames{"batches.meta.txt", "data_batch_1.bin", "data_batch_2.bin",
                                                        "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
                                                        "test_batch.bin",   "readme.html"};
constexpr std::string_view optionalName = "readme.html";
constexpr std::string_view topFolder = "cifar-10-batches-bin";
constexpr std::uint64_t mostEntryBytes = 64 * 1024 * 1024;       // a batch has 30,730,000 bytes
constexpr std::int64_t mostUnpackedBytes = 1024LL * 1024 * 1024; // the whole archive has 184 million

struct ArchiveDeleter {
    void operator()(::archive* reader) const { archive_read_free(reader); }
};

/// A folder beside the target that is gone again unless everything went well.
struct TemporaryFolder {
    fs::path path;
    ~TemporaryFolder()
    {
        std::error_code ignored;
        if (!path.empty())
            fs::remove_all(path, ignored);
    }
};

class Unpacker {
public:
    Unpacker(std::string archive, const DownloadOptions& options) : m_path(std::move(archive)), m_options(options) {}
    Status unpack(const fs::path& into);

private:
    Status open();
    Status unpackEntry(::archive_entry* entry, const fs::path& into);
    Status copyData(const fs::path& to);
    Status checkComplete() const;
    void report() const;
    Error damaged(const std::string& what) const;
    std::string reason() const;
    std::string nameOf(::archive_entry* entry);

    std::string m_path;
    const DownloadOptions& m_options;
    DataFile m_file;
    std::unique_ptr<::archive, ArchiveDeleter> m_reader;
    std::vector<std::string> m_done;
    std::size_t m_skipped = 0;
    bool m_sawPython = false;
};

Error Unpacker::damaged(const std::string& what) const
{
    return {
        ErrorCode::BadInput, shownName(m_path) + " " + what + ". Fetch the archive again or choose another file.", {}};
}

std::string Unpacker::reason() const
{
    const char* text = archive_error_string(m_reader.get());
    return text ? shownName(text) : "no reason given";
}

Status Unpacker::open()
{
    auto file = DataFile::open(m_path);
    if (!file)
        return file.error();
    m_file = std::move(*file);
    char start[512] = {};
    const ssize_t got = ::pread(m_file.handle.get(), start, sizeof start, 0);
    if (got >= 0 && looksLikeHtml({start, std::size_t(got)}))
        return damaged("is a web page (HTML), not the archive");
    m_reader.reset(archive_read_new());
    if (!m_reader)
        return Error{ErrorCode::OutOfMemory, "No memory to unpack " + shownName(m_path) + ".", {}};
    archive_read_support_filter_gzip(m_reader.get());
    archive_read_support_format_tar(m_reader.get());
    if (archive_read_open_fd(m_reader.get(), m_file.handle.get(), 1 << 17) != ARCHIVE_OK)
        return damaged("is damaged, truncated or not the archive (" + reason() + ")");
    return {};
}

/// The base name of an entry that belongs to the data set, else empty.
std::string Unpacker::nameOf(::archive_entry* entry)
{
    const char* raw = archive_entry_pathname(entry); // null for a name that the locale cannot say
    std::string_view name = raw ? raw : "";
    if (name.starts_with("./"))
        name.remove_prefix(2);
    m_sawPython = m_sawPython || name.starts_with("cifar-10-batches-py/");
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) || archive_entry_symlink(entry))
        return {};
    if (!name.starts_with(topFolder) || name.size() <= topFolder.size() || name[topFolder.size()] != '/')
        return {};
    name.remove_prefix(topFolder.size() + 1);
    const bool isExpected = std::find(expectedNames.begin(), expectedNames.end(), name) != expectedNames.end();
    return isExpected ? std::string(name) : std::string();
}

Status Unpacker::unpack(const fs::path& into)
{
    if (auto status = open(); !status)
        return status;
    for (;;) {
        ::archive_entry* entry = nullptr;
        const int result = archive_read_next_header(m_reader.get(), &entry);
        if (result == ARCHIVE_EOF)
            return checkComplete();
        if (result < ARCHIVE_WARN)
            return damaged("is damaged or truncated (" + reason() + ")");
        if (isCancelled(m_options.cancel))
            return cancelledError("Unpacking");
        if (archive_filter_bytes(m_reader.get(), 0) > mostUnpackedBytes)
            return damaged("unpacks to more than " + groupedNumber(std::uint64_t(mostUnpackedBytes)) + " bytes");
        if (auto status = unpackEntry(entry, into); !status)
            return status;
    }
}

Status Unpacker::unpackEntry(::archive_entry* entry, const fs::path& into)
{
    const std::string name = nameOf(entry);
    if (name.empty() || std::find(m_done.begin(), m_done.end(), name) != m_done.end()) {
        m_skipped += archive_entry_filetype(entry) == AE_IFDIR ? 0 : 1;
        return {};
    }
    if (std::uint64_t(archive_entry_size(entry)) > mostEntryBytes)
        return damaged("holds a " + name + " of " + groupedNumber(std::uint64_t(archive_entry_size(entry)))
                       + " bytes, more than " + groupedNumber(mostEntryBytes));
    m_done.push_back(name);
    return copyData(into / name);
}

Status Unpacker::copyData(const fs::path& to)
{
    const FileHandle out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!out.isOpen())
        return fileError("write", to.string(), errno);
    std::vector<char> buffer(1 << 18);
    for (std::uint64_t total = 0;;) {
        const la_ssize_t got = archive_read_data(m_reader.get(), buffer.data(), buffer.size());
        if (got == 0)
            break;
        if (got < 0)
            return damaged("is damaged or truncated (" + reason() + ")");
        total += std::uint64_t(got);
        if (total > mostEntryBytes)
            return damaged("holds a file of more than " + groupedNumber(mostEntryBytes) + " bytes");
        for (la_ssize_t done = 0; done < got;) {
            const ssize_t put = ::write(out.get(), buffer.data() + done, std::size_t(got - done));
            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return fileError("write", to.string(), errno);
            done += put;
        }
        if (isCancelled(m_options.cancel))
            return cancelledError("Unpacking");
        report();
    }
    return ::fsync(out.get()) == 0 ? Status() : Status(fileError("write", to.string(), errno));
}

void Unpacker::report() const
{
    if (m_options.progress)
        m_options.progress({DownloadProgress::Phase::Extracting,
                            std::uint64_t(archive_filter_bytes(m_reader.get(), -1)), m_file.size});
}

Status Unpacker::checkComplete() const
{
    std::vector<std::string> missing;
    for (const auto name : expectedNames)
        if (name != optionalName && std::find(m_done.begin(), m_done.end(), name) == m_done.end())
            missing.emplace_back(name);
    if (missing.empty())
        return {};
    if (m_sawPython)
        return damaged(
            "is CIFAR-10's Python version; unpack it and choose its folder cifar-10-batches-py, or take the binary version");
    return damaged(
        "is not CIFAR-10's binary archive: it lacks " + listed(missing, 7)
        + (m_skipped > 0 ? " (" + counted(m_skipped, "other entry", "other entries") + " skipped)" : std::string()));
}

/// New files replace old ones of the same name, each by a rename; a link in the way is replaced, not followed.
Status moveIntoPlace(const fs::path& from, const fs::path& target)
{
    std::error_code error;
    fs::create_directories(target, error);
    if (error || !fs::is_directory(target, error))
        return Error{
            ErrorCode::Io, "Cannot make the folder " + shownName(target.string()) + ": " + error.message() + ".", {}};
    for (const auto& entry : fs::directory_iterator(from, error)) {
        fs::rename(entry.path(), target / entry.path().filename(), error);
        if (error)
            return Error{ErrorCode::Io,
                         "Cannot write " + shownName((target / entry.path().filename()).string()) + ": "
                             + error.message() + ".",
                         {}};
    }
    return {};
}

} // namespace

Result<std::string> unpackCifar10(const std::string& archive, const std::string& folder, const DownloadOptions& options)
{
    std::error_code error;
    fs::create_directories(folder, error);
    std::string pattern = (fs::path(folder) / ".cifar-10-unpacking-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        return fileError("make a folder in", folder, errno);
    const TemporaryFolder temporary{pattern};
    if (auto status = Unpacker(archive, options).unpack(temporary.path); !status)
        return status.error();
    const fs::path target = fs::path(folder) / topFolder;
    if (auto status = moveIntoPlace(temporary.path, target); !status)
        return status.error();
    return target.string();
}

} // namespace normscope
