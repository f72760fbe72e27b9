// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

namespace normscope {

/// What the network sees of a pixel: (pixel / 255 - mean) / deviation, per channel (R, G, B). A run keeps that of its
/// training data, so that its weights mean the same on other images.
struct InputScale {
    std::array<float, 3> mean{0, 0, 0};
    std::array<float, 3> deviation{1, 1, 1};

    friend bool operator==(const InputScale&, const InputScale&) = default;
};

} // namespace normscope
