// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <optional>

namespace normscope {

/// A number as typed into a field, or why it is not one. Never reads a comma as a thousands separator.
template <class T>
struct ParsedNumber {
    std::optional<T> value;
    QString why; ///< set where there is no value
};

/// A real number with a decimal point, whatever the locale: 0.01, 1e-3.
ParsedNumber<double> parseReal(const QString& text);
/// A whole number from 0 on.
ParsedNumber<std::uint64_t> parseWhole(const QString& text);
/// The shortest text that parseReal() reads back as the same number.
QString realText(double value);

} // namespace normscope
