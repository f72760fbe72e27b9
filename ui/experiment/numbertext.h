// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace normscope {

/// A number as typed into a field, or why it is not one; the rules and the words are those of model/training/numbers.h.
template <class T>
struct ParsedNumber {
    std::optional<T> value;
    QString why; ///< set where there is no value
};

ParsedNumber<double> parseReal(const QString& text);
/// T: int or std::uint64_t.
template <class T>
ParsedNumber<T> parseWhole(const QString& text);
/// The shortest text that parseReal() reads back as the same number.
QString realText(double value);

} // namespace normscope
