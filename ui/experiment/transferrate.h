// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <deque>
#include <optional>

namespace normscope {

/// Speed of a transfer over the last seconds, and what is left at that speed.
class TransferRate {
public:
    void reset();
    void add(std::int64_t milliseconds, std::uint64_t bytes); ///< of a monotonic clock, ascending
    std::optional<double> bytesPerSecond() const;             ///< none until there is something to tell

private:
    struct Sample {
        std::int64_t milliseconds;
        std::uint64_t bytes;
    };
    std::deque<Sample> m_samples;
};

/// "45 s", "3 min 10 s", "1 h 5 min".
QString durationText(double seconds);

} // namespace normscope
