// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/collapsible.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace normscope {

Collapsible::Collapsible(const QString& title, QWidget* content, QWidget* parent)
    : QWidget(parent), m_title(title), m_button(new QToolButton(this)), m_content(content)
{
    m_button->setCheckable(true);
    m_button->setAutoRaise(true);
    m_button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_button->setStyleSheet(QStringLiteral("QToolButton { text-align: left; border: none; padding: 3px 0; }"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_button);
    layout->addWidget(m_content);
    connect(m_button, &QToolButton::toggled, this, &Collapsible::apply);
    apply();
}

bool Collapsible::isExpanded() const
{
    return m_button->isChecked();
}

void Collapsible::setExpanded(bool expanded)
{
    m_button->setChecked(expanded);
}

void Collapsible::setSummary(const QString& summary)
{
    m_summary = summary;
    apply();
}

void Collapsible::apply()
{
    const bool open = m_button->isChecked();
    m_button->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    m_button->setText(open || m_summary.isEmpty() ? m_title : m_title + QStringLiteral("   ") + m_summary);
    m_button->setToolTip(open ? tr("Fold these settings away") : tr("Show these settings"));
    m_content->setVisible(open);
}

} // namespace normscope
