// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/network/normcube.h"

#include <QPainter>

#include <algorithm>

namespace normscope {

namespace {

// An oblique view: channels to the right, pixels down, images into the depth.
constexpr double depthX = 0.62, depthY = -0.5;
constexpr double labelSpace = 20;

struct View {
    QPointF origin; ///< the front face's top left corner
    double cell;
    QPointF at(double image, double channel, double pixel) const
    {
        return origin + QPointF(channel + depthX * image, pixel + depthY * image) * cell;
    }
};

View fit(const QRectF& area)
{
    const double width = NormCube::channels + depthX * NormCube::images;
    const double height = NormCube::pixels - depthY * NormCube::images;
    const double cell = std::min(area.width() / width, area.height() / height);
    const QPointF corner(area.left() + (area.width() - width * cell) / 2,
                         area.top() + (area.height() - height * cell) / 2);
    return {corner + QPointF(0, -depthY * NormCube::images * cell), cell};
}

} // namespace

NormCube::NormCube(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Which values share a mean and a deviation"));
    setToolTip(tr(
        "Images (N) go into the depth, channels (C) to the right, pixels (H, W) down. The marked values share one mean "
        "and one deviation. After Wu and He, Group Normalization, 2018."));
}

void NormCube::setNormalization(Normalization normalization, int groups)
{
    m_normalization = normalization;
    m_groups = std::clamp(groups, 1, channels);
    update();
}

bool NormCube::shares(int image, int channel) const
{
    switch (m_normalization) {
    case Normalization::Batch: return channel == 0;
    case Normalization::Layer: return image == 0;
    case Normalization::Group: return image == 0 && channel < channels / m_groups;
    case Normalization::Instance: return image == 0 && channel == 0;
    case Normalization::None: break;
    }
    return false;
}

QSize NormCube::sizeHint() const
{
    return {250, 150};
}

QSize NormCube::minimumSizeHint() const
{
    return {150, 95};
}

void NormCube::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const View view = fit(QRectF(rect()).adjusted(labelSpace + 6, 4, -labelSpace, -labelSpace));
    const QColor plain = palette().color(QPalette::Base);
    QColor edge = palette().color(QPalette::Text);
    edge.setAlpha(110);
    const QColor marked(0x00, 0x72, 0xb2); // Okabe and Ito's blue, on light and on dark
    painter.setPen(QPen(edge, 0.7));
    const auto cell = [&](bool on, int shade, std::initializer_list<QPointF> corners) {
        painter.setBrush(on ? marked.lighter(shade) : plain.lighter(plain.lightness() < 128 ? shade : 100));
        painter.drawPolygon(QPolygonF(QList<QPointF>(corners)));
    };
    for (int n = images - 1; n >= 0; --n) // top and right side from the back to the front
        for (int c = 0; c < channels; ++c)
            cell(shares(n, c), 135,
                 {view.at(n, c, 0), view.at(n, c + 1, 0), view.at(n + 1, c + 1, 0), view.at(n + 1, c, 0)});
    for (int n = images - 1; n >= 0; --n)
        for (int p = 0; p < pixels; ++p)
            cell(shares(n, channels - 1), 80,
                 {view.at(n, channels, p), view.at(n + 1, channels, p), view.at(n + 1, channels, p + 1),
                  view.at(n, channels, p + 1)});
    for (int c = 0; c < channels; ++c)
        for (int p = 0; p < pixels; ++p)
            cell(shares(0, c), 110,
                 {view.at(0, c, p), view.at(0, c + 1, p), view.at(0, c + 1, p + 1), view.at(0, c, p + 1)});

    painter.setPen(palette().color(QPalette::WindowText));
    const QPointF below = view.at(0, channels / 2.0, pixels);
    painter.drawText(QRectF(below.x() - 80, below.y() + 2, 160, labelSpace - 2), Qt::AlignHCenter | Qt::AlignTop,
                     tr("C: 16 channels"));
    const QPointF left = view.at(0, 0, pixels / 2.0);
    painter.drawText(QRectF(left.x() - 60, left.y() - 10, 55, 20), Qt::AlignRight | Qt::AlignVCenter, tr("H, W"));
    const QPointF depth = view.at(images / 2.0, channels, pixels);
    painter.drawText(QRectF(depth.x() + 3, depth.y() - 4, 80, 18), Qt::AlignLeft | Qt::AlignVCenter, tr("N"));
}

} // namespace normscope
