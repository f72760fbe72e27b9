// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/fingerprint.h"

#include "model/data/dataset.h"
#include "model/data/sha256.h"

namespace normscope {

// Every part is preceded by its length, so that no two data sets write the same bytes.
std::string fingerprintOf(const Dataset& dataset)
{
    Sha256 hash;
    hash.addNumber(dataset.classNames.size());
    for (const auto& name : dataset.classNames)
        hash.addText(name);
    for (const auto* split : {&dataset.train, &dataset.test}) {
        hash.addNumber(split->size());
        std::vector<std::uint8_t> labels;
        labels.reserve(2 * split->size());
        for (const std::uint16_t label : split->labels)
            labels.insert(labels.end(), {std::uint8_t(label & 0xFF), std::uint8_t(label >> 8)});
        hash.add(labels.data(), labels.size());
        hash.add(split->pixels.data(), split->pixels.size());
    }
    return hash.hex();
}

} // namespace normscope
