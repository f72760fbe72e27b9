// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace normscope {

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    void add(const void* bytes, std::size_t count);
    /// The digest in lower-case hex; nothing may be added afterwards.
    std::string hex();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
