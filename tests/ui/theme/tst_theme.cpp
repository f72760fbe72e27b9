// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"
#include "ui/theme/messagebar.h"
#include "ui/theme/runstyle.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QDir>
#include <QPushButton>
#include <QTest>

#include <cmath>
#include <set>
#include <tuple>

using namespace normscope;
using namespace Qt::StringLiterals;

namespace {

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c)
{
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

// WCAG 2.1, contrast ratio.
double contrast(const QColor& a, const QColor& b)
{
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

} // namespace

class ThemeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stylesAreAllDifferent()
    {
        QCOMPARE(runStyleCount(), 28);
        std::set<std::pair<QRgb, int>> seen;
        for (int i = 0; i < runStyleCount(); ++i)
            seen.emplace(runStyle(i).colour.rgb(), int(runStyle(i).line));
        QCOMPARE(int(seen.size()), 28);
        for (int i = 0; i + 1 < runStyleCount(); ++i) {
            QVERIFY(runStyle(i).colour != runStyle(i + 1).colour);
            QVERIFY(runStyle(i).line != runStyle(i + 1).line);
        }
        // Any number is a style: a run's folder may hold one that this version did not write.
        QCOMPARE(runStyle(28).colour, runStyle(0).colour);
        QCOMPARE(runStyle(-1).colour, runStyle(27).colour);
        QCOMPARE(runStyle(3).pen(3.5).widthF(), 3.5);
        QCOMPARE(runStyle(3).pen().style(), runStyle(3).line);
    }

    void styleIconShowsTheColour()
    {
        for (int i = 0; i < runStyleCount(); ++i) {
            const QImage image = runStyleIcon(i).pixmap(QSize(28, 12), 1.0, QIcon::Selected).toImage();
            bool found = false;
            for (int x = 0; x < image.width(); ++x)
                found = found || image.pixelColor(x, image.height() / 2).rgb() == runStyle(i).colour.rgb();
            QVERIFY2(found, qPrintable(u"style %1"_s.arg(i)));
        }
    }

    void themes_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }

    void themes()
    {
        QFETCH(bool, dark);
        applyTheme(*qApp, dark ? ThemeChoice::Dark : ThemeChoice::Light);
        const QPalette palette = QApplication::palette();
        QCOMPARE(isDark(palette), dark);
        for (int i = 0; i < runStyleCount(); ++i)
            QVERIFY2(contrast(runStyle(i).colour, palette.color(QPalette::Base)) >= 2.5, qPrintable(u"style %1"_s.arg(i)));
        for (const auto ground : {QPalette::Window, QPalette::Base, QPalette::AlternateBase}) {
            const QColor back = palette.color(ground);
            QVERIFY(contrast(palette.color(QPalette::Text), back) >= 7);
            for (const QColor& colour : {successColour(palette), warningColour(palette), errorColour(palette),
                                         mutedColour(palette), palette.color(QPalette::Link)})
                QVERIFY2(contrast(colour, back) >= 4.5, qPrintable(colour.name() + u" on "_s + back.name()));
        }
        QVERIFY(contrast(palette.color(QPalette::ButtonText), palette.color(QPalette::Button)) >= 7);
        QVERIFY(contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)) >= 3.9);
        QVERIFY(contrast(palette.color(QPalette::ToolTipText), palette.color(QPalette::ToolTipBase)) >= 7);
        QVERIFY(contrast(palette.color(QPalette::Disabled, QPalette::Text), palette.color(QPalette::Window)) < 4.5);
    }

    void systemComesBack()
    {
        applyTheme(*qApp, ThemeChoice::Dark);
        applyTheme(*qApp, ThemeChoice::System);
        QVERIFY(!isDark(QApplication::palette())); // the offscreen platform has a light palette
    }

    void themeNames()
    {
        for (const auto choice : {ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark})
            QCOMPARE(parseThemeChoice(toString(choice)), std::optional(choice));
        QVERIFY(!parseThemeChoice(u"blue"_s));
    }

    void everyIconDraws()
    {
        QVERIFY(!applicationIcon().isNull());
        const QStringList names = QDir(u":/normscope/icons"_s).entryList({u"*.svg"_s});
        QVERIFY(names.size() > 20);
        for (const QString& name : names) {
            const QIcon icon = themeIcon(name.chopped(4));
            QVERIFY2(!icon.isNull(), qPrintable(name));
            const QImage image = icon.pixmap(QSize(32, 32)).toImage();
            int painted = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    painted += image.pixelColor(x, y).alpha() > 128 ? 1 : 0;
            QVERIFY2(painted > 20, qPrintable(name));
        }
        QVERIFY(themeIcon(u"no-such-icon"_s).isNull());
    }

    void iconFollowsTheTheme()
    {
        const QIcon icon = themeIcon(u"stop"_s);
        applyTheme(*qApp, ThemeChoice::Light);
        const QColor onLight = icon.pixmap(QSize(16, 16)).toImage().pixelColor(8, 8);
        applyTheme(*qApp, ThemeChoice::Dark);
        const QColor onDark = icon.pixmap(QSize(16, 16)).toImage().pixelColor(8, 8);
        QVERIFY(onDark.lightness() > onLight.lightness() + 100);
    }

    void messageBarActsOnce()
    {
        MessageBar bar;
        QVERIFY(bar.isHidden());
        int done = 0;
        bar.say(MessageBar::Kind::Info, u"Deleted <b>a</b>"_s, u"Undo"_s, [&done] { ++done; });
        QVERIFY(bar.isVisible());
        QCOMPARE(bar.text(), u"Deleted <b>a</b>"_s);
        bar.actionButton()->click();
        QCOMPARE(done, 1);
        QVERIFY(bar.isHidden());
        bar.say(MessageBar::Kind::Error, u"Nothing to do"_s);
        QVERIFY(bar.actionButton()->isHidden());
    }
};

QTEST_MAIN(ThemeTest)
#include "tst_theme.moc"
