// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/picklemachine.h"

namespace normscope {

/// The pickle of a CIFAR-10 file: numpy's array and dtype, and Python 3's way of writing bytes.
/// An Array once built has three items: shape, dtype, data.
class NumpyPickle : public PickleMachine {
public:
    explicit NumpyPickle(std::span<const std::uint8_t> file) : PickleMachine(file, "CIFAR-10 file") {}

private:
    std::span<const std::string_view> knownNames() const override;
    PickleValue called(std::string_view name, const PickleValue& arguments) override;
    void setState(PickleValue& object, const PickleValue& state) override;
    PickleValue encoded(const PickleValue& arguments);

    std::deque<std::string> m_decoded;
    std::size_t m_decodedBytes = 0;
};

} // namespace normscope
