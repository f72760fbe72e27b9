// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/archive.h"
#include "tests/fuzz/fuzztarget.h"

#include <filesystem>
#include <set>

using namespace normscope;
using namespace normscope::fuzz;
namespace fs = std::filesystem;

namespace {

std::set<std::string> namesIn(const fs::path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.insert(entry.path().filename().string());
    return names;
}

} // namespace

/// An archive in place of cifar-10-binary.tar.gz. Nothing may appear but the eight files in their folder.
FUZZ_TARGET(archive)
{
    static const ScratchFolder outside;
    const std::string archive = outside.write("archive", input);
    const fs::path target = outside.path("target");
    fs::remove_all(target);
    fs::create_directory(target);
    const auto folder = unpackCifar10(archive, target.string(), {});
    require(namesIn(outside.path("")) == std::set<std::string>{"archive", "target"}, "something outside the target");
    require(fs::file_size(archive) == input.size(), "the archive was changed");
    if (!folder) {
        require(namesIn(target).empty(), "something is left of an archive that was refused");
        return;
    }
    require(*folder == (target / "cifar-10-batches-bin").string(), "another folder");
    require(namesIn(target) == std::set<std::string>{"cifar-10-batches-bin"}, "something beside the folder");
    auto names = namesIn(*folder);
    for (const auto& name : names)
        require(fs::symlink_status(fs::path(*folder) / name).type() == fs::file_type::regular, "not a regular file");
    names.erase("readme.html");
    require(names
                == std::set<std::string>{"batches.meta.txt", "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                         "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"},
            "other files");
}
