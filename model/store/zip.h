// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::storage {

// Internal to model/store: the zip archives that PyTorch keeps tensors in.

/// Writes an archive as torch.save does: nothing compressed, every entry's bytes at a multiple of 64, no time stamps,
/// so that equal entries make equal archives.
class ZipWriter {
public:
    /// Throws std::length_error where the archive would have 4 GiB or 65,536 entries: such ones have another format.
    void add(const std::string& name, std::string_view bytes);
    std::string finish();

private:
    struct Entry {
        std::string name;
        std::uint32_t checksum = 0;
        std::uint32_t size = 0;
        std::uint32_t start = 0;
    };
    std::string m_bytes;
    std::vector<Entry> m_entries;
};

/// Why an archive is refused.
class ZipRefusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The entries of an archive whose names, without the folder that all of them are in, `isWanted`; the others are not
/// unpacked. Throws ZipRefusal where the archive is damaged or the entries have more than `limit` bytes together.
std::map<std::string, std::string> readZip(std::string_view bytes, std::size_t limit,
                                           const std::function<bool(std::string_view name)>& isWanted);

} // namespace normscope::storage
