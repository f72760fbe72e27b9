// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/fuzztarget.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace normscope::fuzz {

namespace fs = std::filesystem;

std::map<std::string, Target>& targets()
{
    static std::map<std::string, Target> all;
    return all;
}

void require(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "FINDING: %s\n", what);
    std::abort();
}

std::string_view Parts::next()
{
    std::size_t length = 0;
    for (int i = 0; i < 2 && !m_rest.empty(); ++i) {
        length |= std::size_t(static_cast<unsigned char>(m_rest.front())) << (8 * i);
        m_rest.remove_prefix(1);
    }
    const auto part = m_rest.substr(0, std::min(length, m_rest.size()));
    m_rest.remove_prefix(part.size());
    return part;
}

ScratchFolder::ScratchFolder()
{
    std::error_code error;
    const fs::path inMemory("/dev/shm");
    const fs::path base = fs::is_directory(inMemory, error) ? inMemory : fs::temp_directory_path();
    m_path = (base / "normscope-fuzz-XXXXXX").string();
    require(::mkdtemp(m_path.data()) != nullptr, "no scratch folder");
}

ScratchFolder::~ScratchFolder()
{
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

std::string ScratchFolder::write(const std::string& name, std::string_view bytes) const
{
    const std::string to = path(name);
    const int file = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(file >= 0 && ::write(file, bytes.data(), bytes.size()) == ssize_t(bytes.size()),
            "cannot write a scratch file");
    ::close(file);
    return to;
}

} // namespace normscope::fuzz
