// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/checkpoint.h"
#include "model/data/sha256.h"
#include "model/store/littleendian.h"
#include "tests/fuzz/fuzztarget.h"

using namespace normscope;
using namespace normscope::fuzz;

namespace {

constexpr std::string_view firstLine = "NORMSCOPE CHECKPOINT 1\n";

/// With the length and the checksum that the contents have, so that a change does not end at them. A JSON header comes
/// with a line end in place of its length.
std::string wrapped(std::string_view input)
{
    std::string contents;
    const auto headerBytes = std::min(input.find('\n'), input.size());
    storage::appendLittle(contents, std::uint64_t(headerBytes));
    contents += input.substr(0, headerBytes);
    contents += input.substr(std::min(headerBytes + 1, input.size()));
    Sha256 hash;
    hash.add(contents.data(), contents.size());
    std::string file(firstLine);
    storage::appendLittle(file, std::uint64_t(contents.size()));
    return file + hash.hex() + "\n" + contents;
}

} // namespace

/// First byte '{': a header up to a line end, then the numbers. Else a whole file.
FUZZ_TARGET(checkpoint)
{
    const auto read = readCheckpoint(input.starts_with('{') ? wrapped(input) : std::string(input), "checkpoint");
    if (!read) {
        require(read.error().message.find("checkpoint") != std::string::npos, "an error without the file's name");
        return;
    }
    const std::string written = checkpointBytes(*read);
    const auto again = readCheckpoint(written, "checkpoint");
    require(again.ok(), "what was written cannot be read");
    require(checkpointBytes(*again) == written, "what was written is read otherwise");
}
