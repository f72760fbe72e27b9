// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/cifar10.h"
#include "tests/fuzz/fuzztarget.h"

using namespace normscope;
using namespace normscope::fuzz;

namespace {

constexpr std::size_t recordBytes = 1 + imageBytes;

/// The folder with one good record in each file.
const ScratchFolder& folder()
{
    static const ScratchFolder scratch;
    static const bool isFilled = [] {
        for (const char* name : {"data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"})
            scratch.write(name, std::string(recordBytes, '\x07'));
        return true;
    }();
    require(isFilled, "no folder");
    return scratch;
}

} // namespace

/// Parts: batches.meta.txt, data_batch_1.bin; the rest is test_batch.bin.
FUZZ_TARGET(cifarbinary)
{
    Parts parts(input);
    folder().write("batches.meta.txt", parts.next());
    const auto train = parts.next();
    folder().write("data_batch_1.bin", train);
    folder().write("test_batch.bin", parts.rest());
    const auto loaded = loadCifar10(folder().path(""), {});
    if (!loaded) {
        require(!loaded.error().message.empty(), "an error without a message");
        return;
    }
    require(loaded->classNames.size() == 10, "not ten class names");
    require(loaded->train.size() == train.size() / recordBytes + 4 && train.size() % recordBytes == 0,
            "another number of images");
    require(loaded->test.size() == parts.rest().size() / recordBytes && parts.rest().size() % recordBytes == 0,
            "another number of test images");
    for (const Split* split : {&loaded->train, &loaded->test}) {
        require(split->pixels.size() == split->size() * imageBytes, "pixels and labels differ");
        for (const auto label : split->labels)
            require(label < 10, "a label above 9");
    }
    for (std::size_t i = 0; i < loaded->test.size(); ++i) {
        const auto* record = reinterpret_cast<const std::uint8_t*>(parts.rest().data()) + i * recordBytes;
        require(loaded->test.labels[i] == record[0], "another label");
        require(loaded->test.image(i)[0] == record[1] && loaded->test.image(i)[1] == record[1 + 1024]
                    && loaded->test.image(i)[imageBytes - 1] == record[imageBytes],
                "another pixel");
    }
}
