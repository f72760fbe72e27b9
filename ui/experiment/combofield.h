// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/inlinemessage.h"

#include <QWidget>

class QComboBox;
class QLabel;

namespace normscope {

/// A label, a list to choose from and, below, what there is to say about the choice. A choice that this computer does
/// not offer stands in the list, disabled, and says why; setValue() can set it all the same, for a run made elsewhere.
class ComboField : public QWidget {
    Q_OBJECT
public:
    ComboField(const QString& name, const QString& label, const QString& help, QWidget* parent = nullptr);

    void addChoice(const QString& text, int value, const QString& whyNot = {});
    void setChoiceText(int value, const QString& text);
    int value() const;
    void setValue(int value);
    void say(InlineMessage::Kind kind, const QString& text);
    void setLabelWidth(int width);

Q_SIGNALS:
    void changed();

private:
    QLabel* m_label;
    QComboBox* m_combo;
    InlineMessage* m_message;
};

} // namespace normscope
