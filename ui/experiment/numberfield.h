// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/inlinemessage.h"

#include <QWidget>

class QLabel;
class QLineEdit;

namespace normscope {

/// One row of a form: a label, a line edit and, under them, what is wrong with the value.
class NumberField : public QWidget {
    Q_OBJECT
public:
    /// `name` is the field's name in SpecIssue ("lr"); the line edit's object name is the same.
    NumberField(const QString& name, const QString& label, const QString& help, QWidget* parent = nullptr);

    QString name() const { return m_name; }
    QString text() const;
    void setText(const QString& text);
    void setLabelWidth(int width);
    int labelWidthHint() const;

    void say(InlineMessage::Kind kind, const QString& text); ///< empty: nothing is wrong
    bool hasError() const;
    QString message() const;
    QLineEdit* edit() const { return m_edit; }

Q_SIGNALS:
    void edited(); ///< by the user or setText()

private:
    QString m_name;
    QString m_help;
    QLabel* m_label;
    QLineEdit* m_edit;
    InlineMessage* m_message;
};

} // namespace normscope
