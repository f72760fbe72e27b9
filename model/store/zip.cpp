// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/zip.h"

#include "model/data/wording.h"
#include "model/store/littleendian.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

namespace normscope::storage {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::uint16_t namesInUtf8 = 0x0800;
constexpr std::uint16_t firstDayOf1980 = 0x0021; // the first date that a zip archive can have
constexpr std::size_t mostBytes = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t mostEntries = std::numeric_limits<std::uint16_t>::max();

struct ArchiveDeleter {
    void operator()(::archive* reader) const { archive_read_free(reader); }
};

/// What an entry's header and its line in the list at the end have in common.
void appendDescription(std::string& out, std::uint32_t checksum, std::uint32_t size, std::size_t nameLength)
{
    appendLittle(out, namesInUtf8);
    appendLittle(out, std::uint16_t(0)); // stored, not compressed
    appendLittle(out, std::uint16_t(0)); // time
    appendLittle(out, firstDayOf1980);
    appendLittle(out, checksum);
    appendLittle(out, size);
    appendLittle(out, size);
    appendLittle(out, static_cast<std::uint16_t>(nameLength));
}

std::string reasonOf(::archive* reader)
{
    const char* text = archive_error_string(reader);
    return text ? shownName(text) : "no reason given";
}

std::string contentOf(::archive* reader, std::size_t limit)
{
    std::string content;
    for (;;) {
        char block[1 << 14];
        const la_ssize_t got = archive_read_data(reader, block, sizeof block);
        if (got == 0)
            return content;
        if (got < 0)
            throw ZipRefusal("it is damaged or cut short (" + reasonOf(reader) + ")");
        if (std::size_t(got) > limit - content.size())
            throw ZipRefusal("it unpacks to too many bytes");
        content.append(block, std::size_t(got));
    }
}

} // namespace

void ZipWriter::add(const std::string& name, std::string_view bytes)
{
    constexpr std::size_t headerBytes = 30, extraHeaderBytes = 4;
    if (bytes.size() > mostBytes || m_bytes.size() + bytes.size() + name.size() + 2 * alignment > mostBytes)
        throw std::length_error("a zip archive of more than 4 GiB");
    if (m_entries.size() == mostEntries)
        throw std::length_error("a zip archive of more than 65,535 entries");
    const auto checksum = static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
    const auto size = static_cast<std::uint32_t>(bytes.size());
    m_entries.push_back({name, checksum, size, static_cast<std::uint32_t>(m_bytes.size())});

    m_bytes += "PK\x03\x04";
    appendLittle(m_bytes, std::uint16_t(20)); // version needed
    appendDescription(m_bytes, checksum, size, name.size());
    const std::size_t unpadded = m_entries.back().start + headerBytes + name.size() + extraHeaderBytes;
    const std::size_t padding = (alignment - unpadded % alignment) % alignment;
    appendLittle(m_bytes, static_cast<std::uint16_t>(extraHeaderBytes + padding));
    m_bytes += name;
    m_bytes += "FB"; // PyTorch's name for an extra field that is only there to align what follows
    appendLittle(m_bytes, static_cast<std::uint16_t>(padding));
    m_bytes.append(padding, 'Z');
    m_bytes += bytes;
}

std::string ZipWriter::finish()
{
    const auto listStart = static_cast<std::uint32_t>(m_bytes.size());
    for (const Entry& entry : m_entries) {
        m_bytes += "PK\x01\x02";
        appendLittle(m_bytes, std::uint16_t(20)); // version made by
        appendLittle(m_bytes, std::uint16_t(20)); // version needed
        appendDescription(m_bytes, entry.checksum, entry.size, entry.name.size());
        m_bytes.append(2 + 2 + 2 + 2 + 4, '\0'); // no extra field, no comment, first disk, no attributes
        appendLittle(m_bytes, entry.start);
        m_bytes += entry.name;
    }
    const auto listBytes = static_cast<std::uint32_t>(m_bytes.size() - listStart);
    m_bytes += "PK\x05\x06";
    m_bytes.append(4, '\0'); // one disk
    appendLittle(m_bytes, static_cast<std::uint16_t>(m_entries.size()));
    appendLittle(m_bytes, static_cast<std::uint16_t>(m_entries.size()));
    appendLittle(m_bytes, listBytes);
    appendLittle(m_bytes, listStart);
    appendLittle(m_bytes, std::uint16_t(0)); // no comment
    return std::move(m_bytes);
}

std::map<std::string, std::string> readZip(std::string_view bytes, std::size_t limit,
                                           const std::function<bool(std::string_view name)>& isWanted)
{
    const std::unique_ptr<::archive, ArchiveDeleter> reader(archive_read_new());
    if (!reader)
        throw std::bad_alloc();
    archive_read_support_format_zip_seekable(reader.get());
    if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
        throw ZipRefusal("it is damaged or cut short (" + reasonOf(reader.get()) + ")");
    std::map<std::string, std::string> entries;
    for (std::size_t left = limit;;) {
        ::archive_entry* entry = nullptr;
        const int result = archive_read_next_header(reader.get(), &entry);
        if (result == ARCHIVE_EOF)
            return entries;
        if (result < ARCHIVE_WARN)
            throw ZipRefusal("it is damaged or cut short (" + reasonOf(reader.get()) + ")");
        const char* path = archive_entry_pathname(entry); // null for a name that the locale cannot say
        std::string_view name = path ? path : "";
        name.remove_prefix(std::min(name.size(), name.find('/') + 1)); // npos + 1 is 0
        if (archive_entry_filetype(entry) != AE_IFREG || !isWanted(name))
            continue;
        std::string content = contentOf(reader.get(), left);
        left -= content.size();
        if (!entries.emplace(name, std::move(content)).second)
            throw ZipRefusal("it has two entries \"" + shownName(name) + "\"");
    }
}

} // namespace normscope::storage
