// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

#include <optional>

class QApplication;

namespace normscope {

enum class ThemeChoice { System, Light, Dark };

QString toString(ThemeChoice choice); ///< "system", "light", "dark", as on the command line
std::optional<ThemeChoice> parseThemeChoice(const QString& text);

/// Dresses the whole application; best before the first widget, and again at any time while it runs.
/// System follows the desktop's palette.
void applyTheme(QApplication& application, ThemeChoice choice);
ThemeChoice currentTheme(); ///< the last one applied

bool isDark(const QPalette& palette);

/// For text that carries a meaning, readable on the window's background in either theme.
QColor successColour(const QPalette& palette);
QColor warningColour(const QPalette& palette);
QColor errorColour(const QPalette& palette);
/// Secondary text.
QColor mutedColour(const QPalette& palette);

/// Distances in logical pixels, so that every page breathes alike.
namespace spacing {
inline constexpr int small = 4;
inline constexpr int normal = 8;
inline constexpr int large = 16;
inline constexpr int page = 12; ///< around a page's content
} // namespace spacing

} // namespace normscope
