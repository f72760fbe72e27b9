// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/csv.h"
#include "model/store/runtables.h"
#include "tests/fuzz/fuzztarget.h"

#include <bit>

using namespace normscope;
using namespace normscope::fuzz;
using namespace normscope::storage;

namespace {

/// NaN is equal to itself here.
bool sameRow(const EpochMetrics& a, const EpochMetrics& b)
{
    return metricsRow(a) == metricsRow(b);
}

void checkMetrics(std::string_view text)
{
    const auto table = readMetrics(text);
    std::string written(metricsHeader);
    for (const auto& epoch : table.epochs)
        written += metricsRow(epoch);
    const auto again = readMetrics(written);
    require(again.problem.empty() && !again.cutShort, "written metrics cannot be read");
    require(again.epochs.size() == table.epochs.size(), "another number of epochs");
    for (std::size_t i = 0; i < again.epochs.size(); ++i)
        require(sameRow(again.epochs[i], table.epochs[i]), "another epoch");
}

void checkBatches(std::string_view text)
{
    const auto losses = readBatches(text);
    const auto again = readBatches(std::string(batchesHeader) + batchRows(1, losses));
    require(batchRows(1, again) == batchRows(1, losses), "other batch losses");
}

void checkPredictions(std::string_view text)
{
    const auto evaluation = readPredictions(text, "predictions.csv");
    if (!evaluation) {
        require(evaluation.error().message.starts_with("predictions.csv, line "), "an error without its line");
        return;
    }
    const std::size_t count = evaluation->size();
    require(evaluation->label.size() == count && evaluation->predicted.size() == count
                && evaluation->probabilities.size() == count * std::size_t(evaluation->classes),
            "columns of other lengths");
    for (std::size_t i = 0; i < count; ++i)
        require(evaluation->label[i] < evaluation->classes && evaluation->predicted[i] < evaluation->classes,
                "an unknown class");
    const std::string written = predictionsText(*evaluation, {});
    const auto again = readPredictions(written, "x");
    require(again && predictionsText(*again, {}) == written, "written predictions are read otherwise");
    require(again->correct == evaluation->correct
                && std::bit_cast<std::uint64_t>(again->loss) == std::bit_cast<std::uint64_t>(evaluation->loss),
            "another score");
}

} // namespace

/// metrics.csv, batches.csv and predictions.csv.
FUZZ_TARGET(tables)
{
    checkMetrics(input);
    checkBatches(input);
    checkPredictions(input);
}
