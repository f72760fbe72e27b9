// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

namespace normscope {

/// What an icon's colour says. Read from the palette whenever it is painted, so a change of theme needs no new icons.
enum class IconTone { Text, Success, Warning, Error, Muted };

/// An icon of resources/icons by its file's name, "start" or "folder", in the theme's colour.
QIcon themeIcon(const QString& name, IconTone tone = IconTone::Text);
/// The program's own icon.
QIcon applicationIcon();

} // namespace normscope
