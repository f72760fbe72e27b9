// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/dataset.h"
#include "model/data/picklereader.h"
#include "tests/fuzz/fuzztarget.h"

using namespace normscope;
using namespace normscope::fuzz;

/// A file of CIFAR-10's Python version.
FUZZ_TARGET(cifarpickle)
{
    static const ScratchFolder folder;
    const std::string path = folder.write("data_batch_1", input);
    const auto images = readCifarPickle(path, PickleContent::Images);
    if (images) {
        require(images->dataOffset <= images->bytes.size(), "the array begins behind the end");
        require((images->bytes.size() - images->dataOffset) / imageBytes >= images->labels.size(),
                "the array is too short");
        require(images->bytes.size() <= input.size(), "more bytes than the file has");
    }
    const auto names = readCifarPickle(path, PickleContent::Names);
    require(!names || names->labels.empty(), "names with labels");
    require(images || !images.error().message.empty(), "an error without a message");
}
