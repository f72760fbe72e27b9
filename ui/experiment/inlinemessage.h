// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>

class QLabel;

namespace normscope {

/// A sentence beside what it is about: an icon and wrapped text, coloured by kind so that it can be read in a
/// light and in a dark theme. Hidden while it has nothing to say.
class InlineMessage : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Info, Warning, Error };

    explicit InlineMessage(QWidget* parent = nullptr);

    void say(Kind kind, const QString& text); ///< empty text: the same as clear()
    void clear();
    QString text() const;
    Kind kind() const { return m_kind; }
    void setSelectable(bool selectable); ///< for paths and commands that people want to copy

    /// The kind's text colour on the palette's window colour.
    static QColor colour(Kind kind, const QPalette& palette);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColour();

    QLabel* m_icon;
    QLabel* m_text;
    Kind m_kind = Kind::Info;
};

} // namespace normscope
