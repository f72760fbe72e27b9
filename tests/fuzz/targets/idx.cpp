// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/idx.h"
#include "tests/fuzz/fuzztarget.h"

#include <zlib.h>

using namespace normscope;
using namespace normscope::fuzz;

namespace {

std::string idxHeader(std::uint8_t dimensions)
{
    std::string header{0, 0, 8, char(dimensions), 0, 0, 0, 1};
    return dimensions == 3 ? header + std::string{0, 0, 0, 28, 0, 0, 0, 28} : header;
}

const ScratchFolder& folder()
{
    static const ScratchFolder scratch;
    static const bool isFilled = [] {
        scratch.write("t10k-images-idx3-ubyte.gz", idxHeader(3) + std::string(28 * 28, '\x7F'));
        scratch.write("t10k-labels-idx1-ubyte.gz", idxHeader(1) + std::string(1, '\x03'));
        return true;
    }();
    require(isFilled, "no folder");
    return scratch;
}

/// Packed here, so that a change of the content does not end at gzip's checksum.
void writePacked(const std::string& name, std::string_view bytes)
{
    const gzFile file = gzopen(folder().path(name).c_str(), "wb1");
    require(file != nullptr && gzwrite(file, bytes.data(), unsigned(bytes.size())) == int(bytes.size()), "cannot pack");
    gzclose(file);
}

} // namespace

/// First byte: 0 as it is (plain or gzip), else packed here. Then a part, the labels; the rest are the images.
FUZZ_TARGET(idx)
{
    if (input.empty())
        return;
    const bool pack = input.front() != 0;
    Parts parts(input.substr(1));
    const auto labels = parts.next();
    if (pack) {
        writePacked("train-labels-idx1-ubyte.gz", labels);
        writePacked("train-images-idx3-ubyte.gz", parts.rest());
    } else {
        folder().write("train-labels-idx1-ubyte.gz", labels);
        folder().write("train-images-idx3-ubyte.gz", parts.rest());
    }
    const auto loaded = loadFashionMnist(folder().path(""), {});
    if (!loaded) {
        require(!loaded.error().message.empty(), "an error without a message");
        return;
    }
    require(loaded->train.size() > 0 && loaded->train.pixels.size() == loaded->train.size() * imageBytes,
            "pixels and labels differ");
    for (const auto label : loaded->train.labels)
        require(label < 10, "a label above 9");
    if (pack)
        require(parts.rest().size() == 16 + loaded->train.size() * 28 * 28 && labels.size() == 8 + loaded->train.size(),
                "another number of images than the file has");
}
