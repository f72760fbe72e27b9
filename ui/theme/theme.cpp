// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QApplication>
#include <QPainter>
#include <QPalette>
#include <QProxyStyle>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolTip>
#include <QWidget>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

struct Tones {
    QRgb window, base, alternate, text, button, mid, dark, light, placeholder, highlight, link, tip, tipText, disabled;
};

constexpr Tones lightTones = {0xfff4f5f7, 0xffffffff, 0xfff6f8fa, 0xff1f2328, 0xffffffff, 0xffc4c9d0, 0xff9aa1ab,
                              0xffffffff, 0xff616973, 0xff1a6fb5, 0xff0a5ca0, 0xff2b2f36, 0xfff2f3f5, 0xff9299a3};
constexpr Tones darkTones = {0xff24272c, 0xff1b1d21, 0xff212429, 0xffe4e6ea, 0xff31353c, 0xff454b54, 0xff15171a,
                             0xff4a505a, 0xff9097a1, 0xff2f7fc1, 0xff74b3ea, 0xff3a3f47, 0xfff2f3f5, 0xff757c87};

QPalette paletteOf(const Tones& t)
{
    QPalette palette;
    palette.setColor(QPalette::Window, t.window);
    palette.setColor(QPalette::WindowText, t.text);
    palette.setColor(QPalette::Base, t.base);
    palette.setColor(QPalette::AlternateBase, t.alternate);
    palette.setColor(QPalette::Text, t.text);
    palette.setColor(QPalette::Button, t.button);
    palette.setColor(QPalette::ButtonText, t.text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::PlaceholderText, t.placeholder);
    palette.setColor(QPalette::Highlight, t.highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, t.link);
    palette.setColor(QPalette::LinkVisited, t.link);
    palette.setColor(QPalette::ToolTipBase, t.tip);
    palette.setColor(QPalette::ToolTipText, t.tipText);
    palette.setColor(QPalette::Light, t.light);
    palette.setColor(QPalette::Midlight, t.mid);
    palette.setColor(QPalette::Mid, t.mid);
    palette.setColor(QPalette::Dark, t.dark);
    palette.setColor(QPalette::Shadow, t.dark);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, t.disabled);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, t.mid);
    return palette;
}

/// Fusion draws the outlines of boxes and fields darker than what is around them, so that a dark theme swallows them.
class OutlinedFusion : public QProxyStyle {
public:
    OutlinedFusion() : QProxyStyle(u"Fusion"_s) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override
    {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        const bool outlined = element == PE_IndicatorCheckBox || element == PE_FrameLineEdit;
        if (!outlined || !isDark(option->palette) || option->state.testFlag(State_HasFocus))
            return;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(option->palette.color(option->state.testFlag(State_Enabled) ? QPalette::Disabled : QPalette::Normal,
                                              option->state.testFlag(State_Enabled) ? QPalette::Text : QPalette::Mid));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
        painter->restore();
    }
};

// A widget with a style sheet keeps the palette that it was first polished with.
void renewStyleSheets()
{
    for (QWidget* widget : QApplication::allWidgets()) {
        const QString sheet = widget->styleSheet();
        if (sheet.isEmpty())
            continue;
        widget->setStyleSheet({});
        widget->setStyleSheet(sheet);
    }
}

ThemeChoice& chosen()
{
    static ThemeChoice choice = ThemeChoice::System;
    return choice;
}

// What the desktop chose, seen once before the first theme is applied.
const QString& desktopStyle()
{
    static const QString name = QApplication::style()->name();
    return name;
}

QPalette desktopPalette()
{
    QApplication::setPalette(QPalette());
    return QApplication::palette();
}

QColor pick(const QPalette& palette, QRgb onLight, QRgb onDark)
{
    return QColor(isDark(palette) ? onDark : onLight);
}

} // namespace

QString toString(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::System: return u"system"_s;
    case ThemeChoice::Light: return u"light"_s;
    case ThemeChoice::Dark: return u"dark"_s;
    }
    return {};
}

std::optional<ThemeChoice> parseThemeChoice(const QString& text)
{
    for (const auto choice : {ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark})
        if (toString(choice) == text)
            return choice;
    return std::nullopt;
}

void applyTheme(QApplication& application, ThemeChoice choice)
{
    chosen() = choice;
    const bool fusionDesktop = desktopStyle().compare(u"fusion"_s, Qt::CaseInsensitive) == 0;
    if (choice == ThemeChoice::System && !fusionDesktop) {
        // A desktop with a style of its own has a palette to match: leave both alone.
        application.setStyle(QStyleFactory::create(desktopStyle()));
        QApplication::setPalette(QPalette());
    } else {
        const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && isDark(desktopPalette()));
        QApplication::setPalette(paletteOf(dark ? darkTones : lightTones));
        application.setStyle(new OutlinedFusion);
    }
    QToolTip::setPalette(QApplication::palette());
    // Widgets hear of the new palette by a posted event; this has to come after it.
    QMetaObject::invokeMethod(&application, renewStyleSheets, Qt::QueuedConnection);
}

ThemeChoice currentTheme()
{
    return chosen();
}

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightnessF() < palette.color(QPalette::WindowText).lightnessF();
}

QColor successColour(const QPalette& palette)
{
    return pick(palette, 0xff1a7f37, 0xff57c878);
}

QColor warningColour(const QPalette& palette)
{
    return pick(palette, 0xff8a5a00, 0xffe0a93a);
}

QColor errorColour(const QPalette& palette)
{
    return pick(palette, 0xffb3261e, 0xfff28b82);
}

QColor mutedColour(const QPalette& palette)
{
    return palette.color(QPalette::PlaceholderText);
}

} // namespace normscope
