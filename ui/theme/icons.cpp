// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"

#include "ui/theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

#include <algorithm>

// The macro declares a function and so must stand outside of every namespace. The pictures are in a static
// library, which does not register them by itself.
static void registerPictures()
{
    Q_INIT_RESOURCE(normscope);
}

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

QByteArray picture(const QString& path)
{
    static const bool registered = [] {
        registerPictures();
        return true;
    }();
    Q_UNUSED(registered)
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QColor toneColour(IconTone tone, QIcon::Mode mode)
{
    const QPalette palette = QApplication::palette();
    if (mode == QIcon::Disabled)
        return palette.color(QPalette::Disabled, QPalette::ButtonText);
    if (mode == QIcon::Selected)
        return palette.color(QPalette::HighlightedText);
    switch (tone) {
    case IconTone::Text: return palette.color(QPalette::ButtonText);
    case IconTone::Success: return successColour(palette);
    case IconTone::Warning: return warningColour(palette);
    case IconTone::Error: return errorColour(palette);
    case IconTone::Muted: return mutedColour(palette);
    }
    return {};
}

/// Draws a black SVG in a colour of the palette of the moment.
class TintedIcon : public QIconEngine {
public:
    TintedIcon(QByteArray svg, IconTone tone) : m_svg(std::move(svg)), m_tone(tone) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        QByteArray svg = m_svg;
        svg.replace("#000000", toneColour(m_tone, mode).name().toLatin1());
        QSvgRenderer renderer(svg);
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        renderer.render(painter, QRectF(rect));
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }
    // Square whatever room it is offered, so that a narrow column is not widened by nothing.
    QSize actualSize(const QSize& size, QIcon::Mode, QIcon::State) override
    {
        const int side = std::min(size.width(), size.height());
        return {side, side};
    }
    QIconEngine* clone() const override { return new TintedIcon(m_svg, m_tone); }
    bool isNull() override { return m_svg.isEmpty(); }

private:
    QByteArray m_svg;
    IconTone m_tone;
};

} // namespace

QIcon themeIcon(const QString& name, IconTone tone)
{
    const QByteArray svg = picture(u":/normscope/icons/%1.svg"_s.arg(name));
    return svg.isEmpty() ? QIcon() : QIcon(new TintedIcon(svg, tone));
}

QIcon applicationIcon()
{
    QSvgRenderer renderer(picture(u":/normscope/normscope.svg"_s));
    QIcon icon;
    for (const int side : {16, 24, 32, 48, 64, 128, 256}) {
        QPixmap pixmap(side, side);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        renderer.render(&painter);
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}

} // namespace normscope
