// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

/// One parser of outside bytes and what must hold for any input. Built two ways: with clang as libFuzzer's target, and
/// with any compiler into tst_corpora, which replays the inputs under corpus/.
#ifdef NORMSCOPE_FUZZER
#define FUZZ_TARGET(name)                                                                                              \
    static void run(std::string_view input);                                                                           \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);                                 \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)                                  \
    {                                                                                                                  \
        run({reinterpret_cast<const char*>(data), size});                                                              \
        return 0;                                                                                                      \
    }                                                                                                                  \
    static void run(std::string_view input)
#else
#define FUZZ_TARGET(name)                                                                                              \
    static void run(std::string_view input);                                                                           \
    [[maybe_unused]] static const bool isRegistered = normscope::fuzz::targets().emplace(#name, run).second;           \
    static void run(std::string_view input)
#endif

namespace normscope::fuzz {

using Target = void (*)(std::string_view input);
std::map<std::string, Target>& targets();

/// Ends the process with `what` where a property does not hold: a finding.
void require(bool holds, const char* what);

/// Takes an input apart that stands for several files: each part has its length before it, two bytes, the lowest first.
class Parts {
public:
    explicit Parts(std::string_view input) : m_rest(input) {}
    bool isEmpty() const { return m_rest.empty(); }
    std::string_view next();
    std::string_view rest() const { return m_rest; }

private:
    std::string_view m_rest;
};

/// A folder of this process, in memory where the system has such a place, that is gone at its end.
class ScratchFolder {
public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    std::string path(const std::string& name) const { return m_path + "/" + name; }
    /// Writes a file and returns its path.
    std::string write(const std::string& name, std::string_view bytes) const;

private:
    std::string m_path;
};

} // namespace normscope::fuzz
