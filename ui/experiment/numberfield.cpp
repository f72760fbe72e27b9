// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/numberfield.h"

#include "ui/theme/tooltip.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>

namespace normscope {

NumberField::NumberField(const QString& name, const QString& label, const QString& help, QWidget* parent)
    : QWidget(parent),
      m_name(name),
      m_help(help),
      m_label(new QLabel(label, this)),
      m_edit(new QLineEdit(this)),
      m_message(new InlineMessage(this))
{
    m_edit->setObjectName(name);
    m_edit->setAccessibleName(label);
    m_label->setBuddy(m_edit);
    m_label->setToolTip(help);
    m_edit->setToolTip(help);
    m_message->setObjectName(name + QStringLiteral("Message"));
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(8);
    layout->setVerticalSpacing(2);
    layout->addWidget(m_label, 0, 0);
    layout->addWidget(m_edit, 0, 1);
    layout->addWidget(m_message, 1, 0, 1, 2);
    layout->setColumnStretch(1, 1);
    connect(m_edit, &QLineEdit::textChanged, this, &NumberField::edited);
}

QString NumberField::text() const
{
    return m_edit->text();
}

void NumberField::setText(const QString& text)
{
    m_edit->setText(text);
}

void NumberField::setLabelWidth(int width)
{
    m_label->setMinimumWidth(width);
}

int NumberField::labelWidthHint() const
{
    return m_label->sizeHint().width();
}

void NumberField::say(InlineMessage::Kind kind, const QString& text)
{
    m_message->say(kind, text);
    m_edit->setToolTip(text.isEmpty() ? m_help : plainToolTip(text));
    // The frame of a wrong field is red too: colour is not the only sign, the message and its icon say why.
    const bool wrong = !text.isEmpty() && kind == InlineMessage::Kind::Error;
    const QString sheet = wrong
                              ? QStringLiteral("QLineEdit { border: 1px solid %1; border-radius: 2px; padding: 2px; }")
                                    .arg(InlineMessage::colour(kind, palette()).name())
                              : QString();
    if (m_edit->styleSheet() != sheet)
        m_edit->setStyleSheet(sheet);
}

bool NumberField::hasError() const
{
    return !m_message->text().isEmpty() && m_message->kind() == InlineMessage::Kind::Error;
}

QString NumberField::message() const
{
    return m_message->text();
}

} // namespace normscope
