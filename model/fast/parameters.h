// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/fast/fastengine.h"

#include <string>
#include <vector>

namespace normscope::fast {

/// The network's trained arrays with their gradients and SGD's momentum.
class Parameters {
public:
    explicit Parameters(const std::vector<NamedArray>& tensors);

    /// Throws std::invalid_argument where there is none of that name.
    std::size_t indexOf(const std::string& name) const;
    float* values(std::size_t index) { return m_all[index].values; }
    float* gradient(std::size_t index) { return m_all[index].gradient.data(); }
    const std::vector<float>& gradient(const std::string& name) const { return m_all[indexOf(name)].gradient; }

    /// One step of SGD for one array: v = momentum v + gradient, values = values - rate v.
    void descend(std::size_t index, double momentum, double learningRate);
    void resetMomentum();
    std::vector<float>& momentum(const std::string& name) { return m_all[indexOf(name)].velocity; }

private:
    struct Parameter {
        std::string name;
        float* values = nullptr;
        std::vector<float> gradient, velocity;
    };
    std::vector<Parameter> m_all;
};

} // namespace normscope::fast
