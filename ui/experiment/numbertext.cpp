// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/numbertext.h"

#include <QCoreApplication>
#include <QLocale>

#include <charconv>
#include <string>

namespace normscope {

namespace {

/// What is wrong before any parsing is tried, else empty.
QString obviousFault(const QString& text)
{
    if (text.isEmpty())
        return QCoreApplication::translate("NumberText", "This field is empty: type a number.");
    if (text.contains(QLatin1Char(','))) {
        QString withPoint = text;
        withPoint.replace(QLatin1Char(','), QLatin1Char('.'));
        return QCoreApplication::translate(
                   "NumberText",
                   "\"%1\" has a comma, which could mean a decimal point or thousands. Write %2, or leave the comma out.")
            .arg(text, withPoint);
    }
    return {};
}

} // namespace

ParsedNumber<double> parseReal(const QString& text)
{
    const QString trimmed = text.trimmed();
    if (const QString fault = obviousFault(trimmed); !fault.isEmpty())
        return {{}, fault};
    std::string bytes = trimmed.toStdString();
    if (bytes.size() > 1 && bytes[0] == '+' && bytes[1] != '-')
        bytes.erase(0, 1);
    double value = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
    if (error == std::errc::result_out_of_range)
        return {{},
                QCoreApplication::translate("NumberText", "\"%1\" is too large or too small for a number here.")
                    .arg(trimmed)};
    if (error != std::errc() || end != bytes.data() + bytes.size())
        return {{},
                QCoreApplication::translate("NumberText", "\"%1\" is not a number. Write it like 0.01 or 1e-3.")
                    .arg(trimmed)};
    return {value, {}};
}

ParsedNumber<std::uint64_t> parseWhole(const QString& text)
{
    const QString trimmed = text.trimmed();
    if (const QString fault = obviousFault(trimmed); !fault.isEmpty())
        return {{}, fault};
    const std::string bytes = trimmed.toStdString();
    if (bytes[0] == '-')
        return {{},
                QCoreApplication::translate("NumberText", "\"%1\" is negative: write a whole number from 0 on.")
                    .arg(trimmed)};
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
    if (error == std::errc::result_out_of_range)
        return {{},
                QCoreApplication::translate("NumberText", "\"%1\" is too large: at most 18446744073709551615.")
                    .arg(trimmed)};
    if (error != std::errc() || end != bytes.data() + bytes.size())
        return {
            {},
            QCoreApplication::translate("NumberText", "\"%1\" is not a whole number. Write it like 20.").arg(trimmed)};
    return {value, {}};
}

QString realText(double value)
{
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

} // namespace normscope
