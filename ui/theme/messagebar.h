// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;
class QTimer;
class QToolButton;

namespace normscope {

/// A line of news at the edge of a page, with one or two things to do about it, or none. Never in the way: no dialog.
class MessageBar : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Info, Warning, Error };

    explicit MessageBar(QWidget* parent = nullptr); ///< hidden until there is something to say

    void say(Kind kind, const QString& text);
    /// With a button that runs `action` and closes the bar. `seconds` 0: stays until it is closed.
    void say(Kind kind, const QString& text, const QString& actionText, std::function<void()> action, int seconds = 0);
    /// Another button, before that one, for what was said last.
    void offer(const QString& otherText, std::function<void()> other);
    /// One that cannot be closed stays until hide(), also while its button's action runs.
    void setClosable(bool closable);
    QString text() const;
    QPushButton* actionButton() const { return m_action; }
    QPushButton* otherButton() const { return m_other; }

private:
    void press(std::function<void()>& action);
    void updateColours();
    void changeEvent(QEvent* event) override;

    Kind m_kind = Kind::Info;
    std::function<void()> m_run;
    std::function<void()> m_runOther;
    QLabel* m_icon = nullptr;
    QLabel* m_text = nullptr;
    QPushButton* m_other = nullptr;
    QPushButton* m_action = nullptr;
    QToolButton* m_close = nullptr;
    QTimer* m_timer = nullptr;
};

} // namespace normscope
