// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/littleendian.h"
#include "model/store/statedict.h"
#include "tests/fuzz/fuzztarget.h"

using namespace normscope;
using namespace normscope::fuzz;

/// First byte '{': a header up to a line end, whose length is put before it here, then the numbers. Else a whole file.
FUZZ_TARGET(safetensors)
{
    std::string file(input);
    if (input.starts_with('{')) {
        const auto headerBytes = std::min(input.find('\n'), input.size());
        file.clear();
        storage::appendLittle(file, std::uint64_t(headerBytes));
        file += input.substr(0, headerBytes);
        file += input.substr(std::min(headerBytes + 1, input.size()));
    }
    const auto read = readStateDictionary(file, "x.safetensors");
    if (!read) {
        require(read.error().message.starts_with("The weights file x.safetensors"), "an error without the file's name");
        return;
    }
    std::uint64_t numbers = 0;
    for (const StateArray& array : *read)
        numbers += array.values.size() + array.counts.size();
    require(numbers <= std::uint64_t(1) << 24, "more numbers than may be");
    const std::string written = stateDictionaryBytes(*read);
    const auto again = readStateDictionary(written, "x.pt");
    require(again && stateDictionaryBytes(*again) == written, "what was written is read otherwise");
}
