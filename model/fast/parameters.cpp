// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/parameters.h"

#include <algorithm>
#include <stdexcept>

namespace normscope::fast {

Parameters::Parameters(const std::vector<NamedArray>& tensors)
{
    for (const NamedArray& tensor : tensors)
        if (tensor.trained)
            m_all.push_back({tensor.name, tensor.values, std::vector<float>(tensor.size), std::vector<float>(tensor.size)});
}

std::size_t Parameters::indexOf(const std::string& name) const
{
    for (std::size_t i = 0; i < m_all.size(); ++i)
        if (m_all[i].name == name)
            return i;
    throw std::invalid_argument("the network has no parameter " + name);
}

void Parameters::descend(std::size_t index, double momentum, double learningRate)
{
    Parameter& parameter = m_all[index];
    const auto keep = static_cast<float>(momentum), rate = static_cast<float>(learningRate);
    for (std::size_t i = 0; i < parameter.gradient.size(); ++i) {
        parameter.velocity[i] = keep * parameter.velocity[i] + parameter.gradient[i];
        parameter.values[i] -= rate * parameter.velocity[i];
    }
}

void Parameters::resetMomentum()
{
    for (Parameter& parameter : m_all)
        std::fill(parameter.velocity.begin(), parameter.velocity.end(), 0.0F);
}

} // namespace normscope::fast
