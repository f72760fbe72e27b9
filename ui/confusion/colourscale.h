// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace normscope {

/// One hue from the page's ground (0) to its opposite (1): white to dark blue on a light page and in print, dark grey
/// to pale blue on a dark one. Lightness alone changes steadily, so it survives a grey printer and colour blindness.
class ColourScale {
public:
    explicit ColourScale(bool dark = false) : m_dark(dark) {}

    QColor at(double fraction) const;
    /// Black or white, whichever stands out more on `ground`.
    static QColor textOn(const QColor& ground);
    /// Relative luminance of WCAG 2, 0 to 1.
    static double luminance(const QColor& colour);

private:
    bool m_dark;
};

} // namespace normscope
