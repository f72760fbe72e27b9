// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/idx.h"

#include "model/data/datafile.h"
#include "model/data/wording.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <unistd.h>
#include <zlib.h>

namespace normscope {

namespace {

constexpr std::uint32_t imagesMagic = 0x803; // unsigned bytes, three dimensions
constexpr std::uint32_t labelsMagic = 0x801; // unsigned bytes, one dimension
constexpr std::size_t side = 28;
constexpr std::size_t border = (imageSide - side) / 2;
constexpr std::uint64_t mostItems = 1'000'000;
constexpr std::uint64_t deflateLimit = 1032; // deflate cannot expand a byte to more than this (zlib's documentation)
constexpr std::size_t classes = 10;
constexpr const char* imagesEnd = "-images-idx3-ubyte";
constexpr const char* labelsEnd = "-labels-idx1-ubyte";
const std::string advice = " Install the package dataset-fashion-mnist again or choose another folder.";

/// One IDX file while it is read. `claimed` counts what its header promises.
class IdxFile {
public:
    static Result<IdxFile> open(const std::string& path, std::uint32_t magic);
    std::uint64_t items() const { return m_items; }
    const std::string& path() const { return m_path; }
    Status read(void* buffer, std::size_t count);
    /// After the last item nothing may follow, and the gzip checksum must be right.
    Status finish();

private:
    struct Close {
        void operator()(gzFile file) const { gzclose_r(file); }
    };
    Status readHeader(std::uint32_t magic);
    Status checkDimensions(std::uint32_t rows, std::uint32_t columns);
    Status checkClaim(std::uint64_t headerBytes);
    Error bad(const std::string& found) const
    {
        return {ErrorCode::BadInput, shownName(m_path) + ": " + found + advice, {}};
    }

    std::string m_path;
    std::unique_ptr<gzFile_s, Close> m_file;
    std::uint64_t m_diskBytes = 0;
    std::uint32_t m_trailer = 0; ///< gzip's own count of the unpacked bytes, modulo 2^32
    bool m_isGzip = false;
    std::uint64_t m_items = 0;
    std::uint64_t m_itemBytes = 1;
};

std::uint32_t bigEndian(const std::uint8_t* p)
{
    return std::uint32_t(p[0]) << 24 | std::uint32_t(p[1]) << 16 | std::uint32_t(p[2]) << 8 | p[3];
}

Result<IdxFile> IdxFile::open(const std::string& path, std::uint32_t magic)
{
    auto file = DataFile::open(path);
    if (!file)
        return file.error();
    IdxFile idx;
    idx.m_path = path;
    idx.m_diskBytes = file->size;
    std::uint8_t start[2] = {};
    std::uint8_t end[4] = {};
    idx.m_isGzip = ::pread(file->handle.get(), start, 2, 0) == 2 && start[0] == 0x1f && start[1] == 0x8b;
    if (idx.m_isGzip && file->size >= 18 && ::pread(file->handle.get(), end, 4, off_t(file->size - 4)) == 4)
        idx.m_trailer = std::uint32_t(end[3]) << 24 | std::uint32_t(end[2]) << 16 | std::uint32_t(end[1]) << 8 | end[0];
    idx.m_file.reset(gzdopen(file->handle.get(), "rb"));
    if (!idx.m_file)
        return Error{ErrorCode::OutOfMemory, "No memory to read " + shownName(path) + ".", {}};
    file->handle.release(); // gzclose_r closes it
    gzbuffer(idx.m_file.get(), 1 << 18);
    if (auto status = idx.readHeader(magic); !status)
        return status.error();
    return idx;
}

Status IdxFile::readHeader(std::uint32_t magic)
{
    std::uint8_t header[16] = {};
    const std::size_t headerBytes = magic == imagesMagic ? 16 : 8;
    if (auto status = read(header, 4); !status)
        return status;
    if (const auto found = bigEndian(header); found != magic)
        return bad("it starts with " + std::to_string(found) + " where an IDX file of "
                   + (magic == imagesMagic ? "images" : "labels") + " starts with " + std::to_string(magic)
                   + ", so it is not such a file.");
    if (auto status = read(header + 4, headerBytes - 4); !status)
        return status;
    m_items = bigEndian(header + 4);
    if (magic == imagesMagic)
        if (auto status = checkDimensions(bigEndian(header + 8), bigEndian(header + 12)); !status)
            return status;
    return checkClaim(headerBytes);
}

Status IdxFile::checkDimensions(std::uint32_t rows, std::uint32_t columns)
{
    if (rows != side || columns != side)
        return bad("its images are " + std::to_string(rows) + "x" + std::to_string(columns) + ", expected 28x28.");
    m_itemBytes = side * side;
    return {};
}

Status IdxFile::checkClaim(std::uint64_t headerBytes)
{
    const std::uint64_t bytes = headerBytes + m_items * m_itemBytes;
    const std::string claim =
        "its header promises " + groupedNumber(m_items) + " items, " + groupedNumber(bytes) + " bytes, ";
    if (m_items == 0)
        return bad("it holds no items.");
    if (m_items > mostItems)
        return bad(claim + "more than the " + groupedNumber(mostItems) + " items that are accepted.");
    if (!m_isGzip && bytes != m_diskBytes)
        return bad(claim + "but the file has " + groupedNumber(m_diskBytes) + ".");
    if (m_isGzip && bytes > m_diskBytes * deflateLimit)
        return bad(claim + "which " + groupedNumber(m_diskBytes) + " packed bytes cannot hold.");
    if (m_isGzip && std::uint32_t(bytes) != m_trailer)
        return bad(claim + "but the gzip file ends with a count of " + groupedNumber(m_trailer)
                   + ": it is truncated or damaged.");
    return {};
}

Status IdxFile::read(void* buffer, std::size_t count)
{
    const int got = gzread(m_file.get(), buffer, static_cast<unsigned>(count));
    if (got >= 0 && static_cast<std::size_t>(got) == count)
        return {};
    int code = Z_OK;
    const std::string reason = gzerror(m_file.get(), &code);
    if (code == Z_ERRNO)
        return fileError("read", m_path, errno);
    if (code == Z_MEM_ERROR)
        return Error{ErrorCode::OutOfMemory, "No memory to unpack " + shownName(m_path) + ".", reason};
    Error error =
        bad(code == Z_DATA_ERROR ? "its gzip data are damaged."
                                 : "it ends too early, after " + groupedNumber(std::uint64_t(gztell(m_file.get())))
                                       + " unpacked bytes: it is truncated.");
    error.detail = reason;
    return error;
}

Status IdxFile::finish()
{
    char extra = 0;
    const int got = gzread(m_file.get(), &extra, 1);
    int code = Z_OK;
    const std::string reason = gzerror(m_file.get(), &code);
    if (got > 0)
        return bad("bytes follow after the " + groupedNumber(m_items) + " items that its header promises.");
    if (got < 0 || code == Z_BUF_ERROR)
        return bad("its gzip checksum is wrong or missing (" + reason + "): the file is damaged.");
    return {};
}

/// The packed file of this name, or the plain one where only that is there.
std::string existing(const std::filesystem::path& folder, const std::string& name)
{
    std::error_code error;
    const std::string packed = name + ".gz";
    return !std::filesystem::exists(folder / packed, error) && std::filesystem::exists(folder / name, error) ? name : packed;
}

std::filesystem::path placeOf(const std::string& folder)
{
    return folder.empty() ? std::filesystem::path(fashionMnistFolder) : std::filesystem::path(folder);
}

void padded(const std::uint8_t* grey, std::uint8_t* rgb)
{
    for (std::size_t y = 0; y < side; ++y) {
        std::uint8_t* out = rgb + ((y + border) * imageSide + border) * imageChannels;
        for (std::size_t x = 0; x < side; ++x, out += imageChannels)
            std::fill_n(out, imageChannels, grey[y * side + x]);
    }
}

Status readLabels(IdxFile& file, Split& split)
{
    std::vector<std::uint8_t> bytes(file.items());
    if (auto status = file.read(bytes.data(), bytes.size()); !status)
        return status;
    if (auto status = file.finish(); !status)
        return status;
    const auto wrong = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t label) { return label >= classes; });
    if (wrong != bytes.end())
        return Error{ErrorCode::BadInput,
                     shownName(file.path()) + ": label " + std::to_string(*wrong) + " of item "
                         + groupedNumber(std::uint64_t(wrong - bytes.begin())) + ", at unpacked byte "
                         + groupedNumber(std::uint64_t(wrong - bytes.begin()) + 8) + ", is above 9." + advice,
                     {}};
    split.labels.assign(bytes.begin(), bytes.end());
    return {};
}

Status readImages(IdxFile& file, Split& split, std::size_t doneBefore, std::size_t total, const LoadOptions& options)
{
    constexpr std::size_t chunk = 1000;
    std::vector<std::uint8_t> grey(chunk * side * side);
    // Not for all that the header promises: a packed file need not hold it. Fashion-MNIST has 60,000.
    split.pixels.reserve(std::min<std::size_t>(file.items(), 60'000) * imageBytes);
    for (std::size_t first = 0; first < file.items(); first += chunk) {
        const std::size_t count = std::min<std::size_t>(chunk, file.items() - first);
        if (isCancelled(options.cancel))
            return cancelledError("Reading Fashion-MNIST");
        if (auto status = file.read(grey.data(), count * side * side); !status)
            return status;
        split.pixels.resize((first + count) * imageBytes); // zero: the border is black
        for (std::size_t i = 0; i < count; ++i)
            padded(grey.data() + i * side * side, split.pixels.data() + (first + i) * imageBytes);
        if (options.progress)
            options.progress(doneBefore + first + count, total);
    }
    return file.finish();
}

struct SplitFiles {
    IdxFile images;
    IdxFile labels;
};

Result<SplitFiles> openSplit(const std::filesystem::path& folder, const std::string& prefix)
{
    auto images = IdxFile::open((folder / existing(folder, prefix + imagesEnd)).string(), imagesMagic);
    if (!images)
        return images.error();
    auto labels = IdxFile::open((folder / existing(folder, prefix + labelsEnd)).string(), labelsMagic);
    if (!labels)
        return labels.error();
    if (images->items() != labels->items())
        return Error{ErrorCode::BadInput,
                     shownName(images->path()) + " holds " + counted(images->items(), "image") + " but "
                         + shownName(labels->path()) + " holds " + counted(labels->items(), "label")
                         + ": they do not belong together." + advice,
                     {}};
    return SplitFiles{std::move(*images), std::move(*labels)};
}

Error withAdvice(Error error)
{
    if (error.code == ErrorCode::NotFound)
        error.message += " Install it with: sudo apt install dataset-fashion-mnist, or choose another folder.";
    return error;
}

} // namespace

DataFiles fashionMnistFiles(const std::string& folder)
{
    const std::filesystem::path place = placeOf(folder);
    DataFiles files{place.string(), {}};
    for (const std::string prefix : {"train", "t10k"}) {
        files.names.push_back(existing(place, prefix + imagesEnd));
        files.names.push_back(existing(place, prefix + labelsEnd));
    }
    return files;
}

Result<Dataset> loadFashionMnist(const std::string& folder, const LoadOptions& options)
{
    const std::filesystem::path place = placeOf(folder);
    const std::vector<std::uint64_t> stamps = fileStamps(fashionMnistFiles(folder));
    auto train = openSplit(place, "train");
    if (!train)
        return withAdvice(train.error());
    auto test = openSplit(place, "t10k");
    if (!test)
        return withAdvice(test.error());

    Dataset dataset;
    dataset.fileStamps = stamps;
    dataset.classNames = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                          "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
    const std::size_t total = train->images.items() + test->images.items();
    std::size_t done = 0;
    for (auto [files, split] : {std::pair(&*train, &dataset.train), std::pair(&*test, &dataset.test)}) {
        if (auto status = readLabels(files->labels, *split); !status)
            return status.error();
        if (auto status = readImages(files->images, *split, done, total, options); !status)
            return status.error();
        done += split->size();
    }
    return dataset;
}

} // namespace normscope
