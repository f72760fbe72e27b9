// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/startpanel.h"

#include "ui/experiment/inlinemessage.h"
#include "ui/theme/tooltip.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace normscope {

StartPanel::StartPanel(QWidget* parent)
    : QWidget(parent),
      m_start(new QPushButton(tr("&Start"), this)),
      m_compare(new QPushButton(tr("Compare BN, &GN and LN"), this)),
      m_reason(new InlineMessage(this))
{
    m_reason->setObjectName(QStringLiteral("startReason"));
    m_start->setObjectName(QStringLiteral("startButton"));
    QFont font = m_start->font();
    font.setBold(true);
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * 1.2);
    m_start->setFont(font);
    m_start->setMinimumHeight(38);
    m_start->setStyleSheet(QStringLiteral(
        "QPushButton:enabled { background: palette(highlight); color: palette(highlighted-text);"
        " border: 1px solid palette(highlight); border-radius: 4px; }"
        "QPushButton:enabled:pressed { background: palette(dark); }"
        "QPushButton:enabled:hover, QPushButton:enabled:focus { border: 2px solid palette(window-text); }"));
    m_compare->setObjectName(QStringLiteral("compareButton"));
    m_compare->setMinimumHeight(30);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 0, 8, 8);
    layout->setSpacing(6);
    layout->addWidget(m_reason);
    layout->addWidget(m_start);
    layout->addWidget(m_compare);
    connect(m_start, &QPushButton::clicked, this, &StartPanel::startClicked);
    connect(m_compare, &QPushButton::clicked, this, &StartPanel::compareClicked);
}

void StartPanel::setReasons(const QString& whyNotStart, const QString& whyNotCompare, const QString& inShort)
{
    m_start->setEnabled(whyNotStart.isEmpty());
    m_start->setToolTip(whyNotStart.isEmpty()
                            ? tr("Trains this experiment; while another one trains, it waits for its turn.")
                            : plainToolTip(whyNotStart));
    m_compare->setEnabled(whyNotCompare.isEmpty());
    m_compare->setToolTip(whyNotCompare.isEmpty() ? tr(
                              "Trains the seed's three recipes on these images, with this seed and "
                              "device: batch norm, group norm with 4 groups and layer norm.")
                                                  : plainToolTip(whyNotCompare));
    m_reason->say(InlineMessage::Kind::Info, inShort);
}

} // namespace normscope
