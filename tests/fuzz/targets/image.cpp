// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/dataset.h"
#include "model/data/imagereader.h"
#include "model/data/imagesize.h"
#include "tests/fuzz/fuzztarget.h"

#include <algorithm>
#include <vector>

using namespace normscope;
using namespace normscope::fuzz;

/// An image file. Decoding it twice must give the same pixels: no memory that was never written.
FUZZ_TARGET(image)
{
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    const auto size = readImageSize(bytes);
    require(!size || (size->width > 0 && size->height > 0), "an image without pixels");
    // Large ones only cost time here; that they are refused in time is for tst_imagefolder.
    if (size && std::uint64_t(size->width) * size->height > 4'000'000)
        return;
    std::vector<std::uint8_t> first(imageBytes, 0), second(imageBytes, 0xFF);
    const ImageReading reading = decodeImage(bytes, first.data());
    if (reading.outcome != ImageReading::Outcome::Good) {
        require(!reading.reason.empty(), "refused without a reason");
        require(std::all_of(first.begin(), first.end(), [](std::uint8_t byte) { return byte == 0; }),
                "pixels of a refused image");
        return;
    }
    require(size.has_value(), "decoded without a size");
    decodeImage(bytes, second.data());
    require(first == second, "other pixels the second time");
}
