// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/combofield.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QStandardItemModel>

namespace normscope {

ComboField::ComboField(const QString& name, const QString& label, const QString& help, QWidget* parent)
    : QWidget(parent), m_label(new QLabel(label, this)), m_combo(new QComboBox(this)), m_message(new InlineMessage(this))
{
    m_combo->setObjectName(name);
    m_combo->setAccessibleName(label);
    m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_combo->setToolTip(help);
    m_label->setBuddy(m_combo);
    m_label->setToolTip(help);
    m_message->setObjectName(name + QStringLiteral("Message"));
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(8);
    layout->setVerticalSpacing(2);
    layout->addWidget(m_label, 0, 0);
    layout->addWidget(m_combo, 0, 1);
    layout->addWidget(m_message, 1, 0, 1, 2);
    layout->setColumnStretch(1, 1);
    connect(m_combo, &QComboBox::currentIndexChanged, this, &ComboField::changed);
}

void ComboField::addChoice(const QString& text, int value, const QString& whyNot)
{
    m_combo->addItem(text, value);
    auto* item = static_cast<QStandardItemModel*>(m_combo->model())->item(m_combo->count() - 1);
    item->setEnabled(whyNot.isEmpty());
    item->setToolTip(whyNot);
}

void ComboField::setChoiceText(int value, const QString& text)
{
    m_combo->setItemText(m_combo->findData(value), text);
}

int ComboField::value() const
{
    return m_combo->currentData().toInt();
}

void ComboField::setValue(int value)
{
    m_combo->setCurrentIndex(m_combo->findData(value));
}

void ComboField::say(InlineMessage::Kind kind, const QString& text)
{
    m_message->say(kind, text);
}

void ComboField::setLabelWidth(int width)
{
    m_label->setMinimumWidth(width);
}

} // namespace normscope
