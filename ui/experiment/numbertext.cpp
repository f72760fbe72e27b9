// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/numbertext.h"

#include "model/training/numbers.h"

#include <cstdint>

namespace normscope {

namespace {

template <class T>
ParsedNumber<T> parsed(const Result<T>& number)
{
    if (number)
        return {*number, {}};
    return {{}, QString::fromStdString(number.error().message)};
}

} // namespace

ParsedNumber<double> parseReal(const QString& text)
{
    return parsed(parseReal(text.toStdString()));
}

template <class T>
ParsedNumber<T> parseWhole(const QString& text)
{
    return parsed(parseWhole<T>(text.toStdString()));
}

template ParsedNumber<int> parseWhole(const QString&);
template ParsedNumber<std::uint64_t> parseWhole(const QString&);

QString realText(double value)
{
    return QString::fromStdString(shortestText(value));
}

} // namespace normscope
