// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/chartpanel.h"

#include "ui/curves/chartcanvas.h"
#include "ui/curves/elidedlabel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

/// Four corners that point outwards (enlarge) or inwards (back), in the colour of the theme's text.
QIcon cornersIcon(const QColor& colour, bool inwards, double ratio)
{
    constexpr int side = 16;
    QPixmap picture(QSize(side, side) * ratio);
    picture.setDevicePixelRatio(ratio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setPen(QPen(colour, 1.6, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(side / 2.0, side / 2.0);
    for (int corner = 0; corner < 4; ++corner) {
        if (inwards)
            painter.drawPolyline(QPolygonF({{-6.5, -2}, {-2, -2}, {-2, -6.5}}));
        else
            painter.drawPolyline(QPolygonF({{-6, -1.5}, {-6, -6}, {-1.5, -6}}));
        painter.rotate(90);
    }
    return QIcon(picture);
}

} // namespace

ChartPanel::ChartPanel(const QString& fileStem, QWidget* parent)
    : QWidget(parent), m_fileStem(fileStem), m_canvas(new ChartCanvas), m_title(new QLabel), m_subtitle(new ElidedLabel),
      m_enlarge(new QToolButton), m_export(new QToolButton)
{
    setObjectName(fileStem);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_enlarge->setObjectName(u"enlarge"_s);
    m_enlarge->setAutoRaise(true);
    m_export->setObjectName(u"export"_s);
    m_export->setAutoRaise(true);
    m_export->setText(tr("Export PNG"));

    auto* header = new QHBoxLayout;
    header->setSpacing(8);
    header->addWidget(m_title);
    header->addWidget(m_subtitle, 1);
    header->addWidget(m_export);
    header->addWidget(m_enlarge);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(2);
    all->addLayout(header);
    all->addWidget(m_canvas, 1);

    connect(m_enlarge, &QToolButton::clicked, this, &ChartPanel::enlargeRequested);
    connect(m_canvas, &ChartCanvas::doubleClicked, this, [this] {
        if (!m_enlarge->isHidden())
            Q_EMIT enlargeRequested();
    });
    connect(m_export, &QToolButton::clicked, this, &ChartPanel::exportRequested);
    updateButtons();
}

const ChartContent& ChartPanel::content() const
{
    return m_canvas->content();
}

void ChartPanel::setContent(ChartContent content)
{
    m_title->setText(content.title);
    m_subtitle->setText(content.subtitle);
    m_canvas->setAccessibleName(content.title);
    const bool empty = content.isEmpty();
    m_export->setEnabled(!empty);
    m_export->setToolTip(empty ? tr("There is nothing to export yet: %1").arg(content.notice)
                               : tr("Save \u201c%1\u201d as a picture of any size").arg(content.title));
    m_canvas->setContent(std::move(content));
}

void ChartPanel::setEnlargeable(bool enlargeable)
{
    m_enlarge->setVisible(enlargeable);
}

void ChartPanel::setEnlarged(bool enlarged)
{
    m_enlarged = enlarged;
    updateButtons();
}

void ChartPanel::updateButtons()
{
    m_enlarge->setIcon(cornersIcon(palette().color(QPalette::ButtonText), m_enlarged, devicePixelRatioF()));
    m_enlarge->setToolTip(m_enlarged ? tr("Back to all charts (Esc)") : tr("Fill the page with this chart (double click)"));
    m_enlarge->setAccessibleName(m_enlarged ? tr("Back to all charts") : tr("Enlarge"));
}

void ChartPanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        updateButtons();
    QWidget::changeEvent(event);
}

} // namespace normscope
