// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/trainingmeasures.h"

#include "model/training/batches.h"
#include "model/training/device.h"

#include <numeric>

namespace normscope::bench {

Json measurePipeline(const Dataset& dataset, const RunSpec& spec, int images, int repeats)
{
    prepareTrainingThread(1);
    std::vector<std::uint32_t> all(dataset.train.size());
    std::iota(all.begin(), all.end(), 0U);
    BatchSource source(dataset.inputScale(), dataset.train, std::move(all), spec.batchSize, at::MemoryFormat::Contiguous);
    std::vector<double> rates;
    float sum = 0; // read, so that nothing can be left out
    for (int repeat = 0; repeat <= repeats; ++repeat) { // the first is to warm up
        source.beginEpoch(spec.seed, repeat + 1, spec.augment);
        const auto start = Clock::now();
        int seen = 0;
        for (int number = 0; seen < images && number < source.batches(); ++number) {
            const Batch batch = source.batch(number);
            sum += *batch.images.data_ptr<float>();
            seen += static_cast<int>(batch.labels.size(0));
        }
        if (repeat > 0)
            rates.push_back(seen / secondsSince(start));
    }
    return {{"imagesPerSecond", rates}, {"median", median(rates)}, {"augment", spec.augment}, {"checksum", sum}};
}

} // namespace normscope::bench
