// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/normalizationchooser.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace normscope {

namespace {

QString buttonText(Normalization normalization)
{
    switch (normalization) {
    case Normalization::Batch: return NormalizationChooser::tr("Batch");
    case Normalization::Layer: return NormalizationChooser::tr("Layer");
    case Normalization::Group: return NormalizationChooser::tr("Group");
    case Normalization::Instance: return NormalizationChooser::tr("Instance");
    case Normalization::None: break;
    }
    return NormalizationChooser::tr("None");
}

} // namespace

QString normalizationExplanation(Normalization normalization, int groups)
{
    switch (normalization) {
    case Normalization::Batch:
        return NormalizationChooser::tr(
            "A mean and deviation for each channel, over all images of the batch and all their pixels.");
    case Normalization::Layer:
        return NormalizationChooser::tr("A mean and deviation for each image, over all its channels and pixels.");
    case Normalization::Group:
        return NormalizationChooser::tr(
                   "For each image, a mean and deviation for each of %1 groups of channels (%2 of 16, %3 of 32), "
                   "over their pixels.")
            .arg(groups)
            .arg(16 / groups)
            .arg(32 / groups);
    case Normalization::Instance:
        return NormalizationChooser::tr(
            "A mean and deviation for each channel of each image, over that channel's pixels.");
    case Normalization::None: break;
    }
    return NormalizationChooser::tr("Nothing is averaged: every value goes on as it is.");
}

NormalizationChooser::NormalizationChooser(QWidget* parent)
    : QWidget(parent),
      m_buttons(new QButtonGroup(this)),
      m_explanation(new QLabel(this)),
      m_groupsLabel(new QLabel(tr("Groups"), this)),
      m_groups(new QComboBox(this))
{
    auto* segments = new QHBoxLayout;
    segments->setSpacing(2);
    for (const auto choice : {Normalization::Batch, Normalization::Layer, Normalization::Group, Normalization::Instance,
                              Normalization::None}) {
        auto* button = new QPushButton(buttonText(choice), this);
        button->setCheckable(true);
        button->setObjectName(QStringLiteral("norm-") + QString::fromUtf8(toString(choice)));
        button->setToolTip(normalizationExplanation(choice, 4));
        button->setMinimumWidth(20);
        button->setStyleSheet(QStringLiteral("QPushButton { padding: 4px 2px; }"
                                             "QPushButton:checked { background: palette(highlight);"
                                             " color: palette(highlighted-text); font-weight: bold; }"));
        m_buttons->addButton(button, static_cast<int>(choice));
        segments->addWidget(button, 1);
    }
    m_groups->setObjectName(QStringLiteral("groups"));
    for (const int groups : validGroups())
        m_groups->addItem(QString::number(groups), groups);
    m_groupsLabel->setBuddy(m_groups);
    m_explanation->setWordWrap(true);
    m_explanation->setObjectName(QStringLiteral("normExplanation"));

    auto* groupsRow = new QHBoxLayout;
    groupsRow->setSpacing(8);
    groupsRow->addWidget(m_groupsLabel);
    groupsRow->addWidget(m_groups, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(segments);
    layout->addWidget(m_explanation);
    layout->addLayout(groupsRow);
    setChoice(Normalization::Batch, 4);
    connect(m_buttons, &QButtonGroup::idToggled, this, [this](int, bool on) {
        if (on) {
            refresh();
            Q_EMIT changed();
        }
    });
    connect(m_groups, &QComboBox::currentIndexChanged, this, [this] {
        refresh();
        Q_EMIT changed();
    });
}

Normalization NormalizationChooser::normalization() const
{
    return static_cast<Normalization>(m_buttons->checkedId());
}

int NormalizationChooser::groups() const
{
    return m_groups->currentData().toInt();
}

void NormalizationChooser::setChoice(Normalization normalization, int groups)
{
    const int row = m_groups->findData(groups);
    m_groups->setCurrentIndex(row >= 0 ? row : m_groups->findData(4));
    m_buttons->button(static_cast<int>(normalization))->setChecked(true);
    refresh();
}

void NormalizationChooser::setLabelWidth(int width)
{
    m_groupsLabel->setMinimumWidth(width);
}

void NormalizationChooser::refresh()
{
    const bool grouped = normalization() == Normalization::Group;
    m_groups->setEnabled(grouped);
    m_groupsLabel->setEnabled(grouped);
    const QString help = grouped ? tr("The channels are split into this many groups. Only divisors of 16 and 32, the "
                                      "network's channel counts, can be chosen.")
                                 : tr("Only group normalization has groups: choose Group above.");
    m_groups->setToolTip(help);
    m_groupsLabel->setToolTip(help);
    m_explanation->setText(normalizationExplanation(normalization(), groups()));
}

} // namespace normscope
