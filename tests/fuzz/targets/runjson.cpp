// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runjson.h"
#include "tests/fuzz/fuzztarget.h"

using namespace normscope;
using namespace normscope::fuzz;

/// run.json. What was read, written and read again is the same; keys that this version does not know are kept.
FUZZ_TARGET(runjson)
{
    RunRecord record;
    const auto state = storage::readRunJson(input, record);
    if (!state.problem.empty()) {
        storage::writeRunJson(record, input); // repairs keep what can be read
        return;
    }
    const std::string written = storage::writeRunJson(record, input);
    RunRecord again;
    const auto second = storage::readRunJson(written, again);
    require(second.problem.empty(), "what was written cannot be read");
    // By its text, in which NaN is equal to itself.
    require(storage::writeRunJson(again, {}) == storage::writeRunJson(record, {}), "another record");
    require(storage::writeRunJson(again, written) == written, "keys are not kept");
}
