// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/download.h"

#include "model/data/archive.h"
#include "model/data/datafile.h"
#include "model/data/sha256.h"
#include "model/data/transfer.h"
#include "model/data/wording.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace normscope {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t pythonArchiveBytes = 170'498'071; // cifar-10-python.tar.gz
const std::string otherFile = " or use a file you already have.";

/// The file's name in an address, reduced to harmless characters.
std::string fileNameOf(const std::string& url)
{
    std::string name = url.substr(0, url.find_first_of("?#"));
    name = name.substr(name.rfind('/') + 1);
    std::erase_if(name, [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-'
                 || c == '_');
    });
    return name.empty() || name.front() == '.' ? "cifar-10-binary.tar.gz" : name;
}

Result<std::string> sha256Of(const std::string& path, const DownloadOptions& options)
{
    auto file = DataFile::open(path);
    if (!file)
        return file.error();
    Sha256 hash;
    std::vector<char> buffer(1 << 20);
    for (std::uint64_t done = 0;;) {
        if (isCancelled(options.cancel))
            return cancelledError("Checking the archive");
        const auto got = file->read(buffer.data(), buffer.size(), path);
        if (!got)
            return got.error();
        if (*got == 0)
            return hash.hex();
        hash.add(buffer.data(), *got);
        done += *got;
        if (options.progress)
            options.progress({DownloadProgress::Phase::Checking, done, file->size});
    }
}

/// Whether the file is the one that `source` describes. Errors: Checksum with both figures.
Status checkArchive(const std::string& path, const ArchiveSource& source, const DownloadOptions& options)
{
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    if (source.bytes > 0 && !error && bytes != source.bytes)
        return Error{ErrorCode::Checksum,
                     shownName(path) + " has " + groupedNumber(bytes) + " bytes, expected "
                         + groupedNumber(source.bytes) + ".",
                     {}};
    if (source.sha256.empty())
        return {};
    const auto found = sha256Of(path, options);
    if (!found)
        return found.error();
    if (*found != source.sha256)
        return Error{ErrorCode::Checksum,
                     shownName(path) + " is damaged: its SHA-256 is " + *found + ", expected " + source.sha256 + ".",
                     {}};
    return {};
}

/// Out of the way of the next try, but not lost.
Error keptAside(Error error, const std::string& path, const std::string& archive)
{
    const std::string aside = archive + ".damaged";
    std::error_code failed;
    fs::rename(path, aside, failed);
    error.message +=
        failed ? " Try again," + otherFile : " It was kept as " + shownName(aside) + ". Try again," + otherFile;
    return error;
}

/// At most 20 reports a second, but always the first of a phase and its end.
DownloadOptions throttled(const DownloadOptions& options)
{
    DownloadOptions limited = options;
    if (options.progress)
        limited.progress = [report = options.progress, phase = DownloadProgress::Phase::Downloading,
                            last = std::chrono::steady_clock::time_point()](const DownloadProgress& progress) mutable {
            const auto now = std::chrono::steady_clock::now();
            if (progress.phase == phase && progress.done != progress.total
                && now - last < std::chrono::milliseconds(50))
                return;
            phase = progress.phase;
            last = now;
            report(progress);
        };
    return limited;
}

Result<std::string> fetch(const std::string& folder, const ArchiveSource& source, const DownloadOptions& options)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder, error))
        return Error{ErrorCode::Io, "Cannot make the folder " + shownName(folder) + ". Choose another one.",
                     error.message()};
    const std::string archive = (fs::path(folder) / fileNameOf(source.url)).string();
    const std::string part = archive + ".part";
    if (fs::is_regular_file(archive, error) && fs::file_size(archive, error) == source.bytes) { // from an earlier time
        const auto status = checkArchive(archive, source, options);
        if (status)
            return unpackCifar10(archive, folder, options);
        if (status.error().code != ErrorCode::Checksum)
            return status.error();
    }
    if (auto status = Transfer(source, part, options).run(); !status) {
        if (fs::is_regular_file(part, error) && fs::file_size(part, error) == 0)
            fs::remove(part, error);
        return status.error();
    }
    if (auto status = checkArchive(part, source, options); !status)
        return status.error().code == ErrorCode::Checksum ? keptAside(status.error(), part, archive) : status.error();
    fs::rename(part, archive, error);
    if (error)
        return Error{ErrorCode::Io, "Cannot write " + shownName(archive) + ": " + error.message() + ".", {}};
    return unpackCifar10(archive, folder, options);
}

Error withHint(Error error, const std::string& archive)
{
    std::error_code ignored;
    if (error.code == ErrorCode::Checksum)
        error.message += fs::file_size(archive, ignored) == pythonArchiveBytes
                             ? " It looks like the Python version: unpack it and choose its folder cifar-10-batches-py."
                             : " Choose another file or fetch the archive.";
    return error;
}

template <class Work>
Result<std::string> guarded(Work work)
{
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory, "The memory does not suffice to fetch CIFAR-10.", {}};
    } catch (const std::exception& exception) {
        return Error{ErrorCode::Internal, std::string("CIFAR-10 could not be fetched: ") + exception.what(),
                     exception.what()};
    }
}

} // namespace

ArchiveSource cifar10Archive()
{
    return {"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", 170'052'171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"};
}

Result<std::string> fetchCifar10(const std::string& folder, const ArchiveSource& source, const DownloadOptions& options)
{
    return guarded([&] { return fetch(folder, source, throttled(options)); });
}

Result<std::string> extractCifar10(const std::string& archive, const std::string& folder, const ArchiveSource& source,
                                   const DownloadOptions& options)
{
    return guarded([&]() -> Result<std::string> {
        const DownloadOptions limited = throttled(options);
        // A web page or a file that is not there has its own, clearer message.
        auto file = DataFile::open(archive);
        if (!file) {
            Error error = file.error();
            if (error.code == ErrorCode::NotFound)
                error.message += " Choose another file or fetch the archive.";
            return error;
        }
        char start[512] = {};
        const auto got = file->read(start, sizeof start, archive);
        if (got && looksLikeHtml({start, *got}))
            return Error{ErrorCode::BadInput,
                         shownName(archive)
                             + " is a web page (HTML), not the archive. Choose another file or fetch it.",
                         {}};
        if (auto status = checkArchive(archive, source, limited); !status)
            return withHint(status.error(), archive);
        return unpackCifar10(archive, folder, limited);
    });
}

} // namespace normscope
