// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/dataspec.h"
#include "model/data/wording.h"
#include "model/store/csv.h"
#include "model/store/runstore.h"
#include "model/store/storetext.h"
#include "model/training/runspec.h"
#include "tests/fuzz/fuzztarget.h"

using namespace normscope;
using namespace normscope::fuzz;

/// Texts that people type or that files are called: a data set, a choice, a name, a note, a CSV field.
FUZZ_TARGET(texts)
{
    if (const auto spec = DataSpec::parse(input)) {
        const auto again = DataSpec::parse(spec->toString());
        require(again && *again == *spec, "another data set");
        require(!spec->title().empty(), "a data set without a title");
    }
    static_cast<void>(parseNormalization(input));
    static_cast<void>(parseDevice(input));
    static_cast<void>(parseEngine(input));
    static_cast<void>(parsePrecision(input));

    require(storage::isValidUtf8(shownName(input)), "a shown name that is not UTF-8");
    require(storage::isValidUtf8(storage::shown(input)), "a shown value that is not UTF-8");
    const std::string name = storage::cleanName(input), note = storage::cleanNote(input);
    require(storage::isValidUtf8(name) && storage::cleanName(name) == name, "a name that is not clean");
    require(name.find('\n') == std::string::npos, "a name of two lines");
    require(storage::isValidUtf8(note) && storage::cleanNote(note) == note, "a note that is not clean");

    std::string row("x,");
    row += csvField(input);
    row += ",y\n";
    storage::CsvReader reader(row);
    require(reader.next() && reader.fields().size() == 3 && reader.fields()[2] == "y", "a field that breaks the row");
    const auto field = reader.fields()[1];
    require(field == input || (field.starts_with('\'') && field.substr(1) == input), "another field");
    require(field.empty() || std::string_view("=+-@\t\r").find(field.front()) == std::string_view::npos, "a formula");
    require(!reader.next(), "a second row");
}
