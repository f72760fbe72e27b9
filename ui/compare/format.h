// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QString>

#include <cmath>
#include <string>
#include <vector>

namespace normscope {

/// Numbers as every page of comparisons writes them: a point for decimals and commas between thousands,
/// whatever the computer's language, as in the exported files and in the seed's notebook.
inline QString countText(qint64 count)
{
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(count);
}

inline QString fixedText(double value, int decimals)
{
    if (std::isnan(value))
        return QStringLiteral("NaN");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("inf") : QStringLiteral("-inf");
    return QString::number(value, 'f', decimals);
}

/// The shortest text that says a setting: 0.1, 0.02, 1e-05.
inline QString settingText(double value)
{
    return QString::number(value, 'g', 6);
}

/// What stands in the place of a figure that is not known.
inline QString dashText()
{
    return QStringLiteral("\u2013");
}

/// A class's name in one line, or its number where the run has no names.
inline QString classNameText(const std::vector<std::string>& names, int klass)
{
    if (klass < 0 || std::size_t(klass) >= names.size() || names[std::size_t(klass)].empty())
        return QString::number(klass);
    QString name = QString::fromStdString(names[std::size_t(klass)]);
    name.replace(QLatin1Char('\n'), QStringLiteral("\\n")).replace(QLatin1Char('\r'), QStringLiteral("\\r"));
    return name.replace(QLatin1Char('\t'), QStringLiteral("\\t"));
}

} // namespace normscope
