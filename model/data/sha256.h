// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace normscope {

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    void add(const void* bytes, std::size_t count);
    void addNumber(std::uint64_t number); ///< eight bytes, the lowest first
    void addText(std::string_view text);   ///< its length, then its bytes
    /// The digest in lower-case hex; nothing may be added afterwards.
    std::string hex();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
