// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/statedict.h"
#include "model/store/zip.h"
#include "tests/fuzz/fuzztarget.h"

using namespace normscope;
using namespace normscope::fuzz;

namespace {

/// Archived here, so that a change does not end at the archive's checksums.
std::string archived(std::string_view input)
{
    Parts parts(input);
    storage::ZipWriter zip;
    zip.add("archive/data.pkl", parts.next());
    for (int i = 0; i < 4 && !parts.isEmpty(); ++i)
        zip.add("archive/data/" + std::to_string(i), parts.next());
    return zip.finish();
}

} // namespace

/// torch.save()'s archive, or the parts of one: the pickle, and what is stored beside it.
FUZZ_TARGET(statedict)
{
    const auto read = readStateDictionary(input.starts_with("PK") ? std::string(input) : archived(input), "x.pt");
    if (!read) {
        require(read.error().message.starts_with("The weights file x.pt"), "an error without the file's name");
        return;
    }
    for (const StateArray& array : *read) {
        std::uint64_t count = 1;
        for (const auto size : array.shape)
            count *= std::uint64_t(size);
        require(count == array.values.size() + array.counts.size(), "another number of values than the shape says");
        require(array.values.empty() || array.counts.empty(), "values and counts");
    }
    const std::string written = stateDictionaryBytes(*read);
    const auto again = readStateDictionary(written, "x.pt");
    require(again && stateDictionaryBytes(*again) == written, "what was written is read otherwise");
}
