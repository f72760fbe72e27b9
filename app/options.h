// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <cstdio>
#include <optional>

namespace normscope {

inline constexpr int exitFailed = 1;
inline constexpr int exitBadUsage = 2;

/// What the window's command line asks for.
struct Options {
    QString store;
    QString screenshots;
    std::optional<ThemeChoice> theme;
    QSize size{1280, 800};
    bool firstPaint = false;
};

/// Reads the arguments before there is an application, which a machine without a display cannot make.
/// Returns the exit code where there is nothing more to do.
std::optional<int> readOptions(const QStringList& arguments, Options& options);

QString versionText(); ///< "Normscope 0.1.0 (LibTorch 1.13.1, Qt 6.4.2)"

/// A line, in the terminal's encoding.
void say(std::FILE* stream, const QString& text);

} // namespace normscope
