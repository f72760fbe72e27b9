// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;

namespace normscope {

class InlineMessage;

/// The two buttons that start training; a disabled one says why, in its tool tip and above.
class StartPanel : public QWidget {
    Q_OBJECT
public:
    explicit StartPanel(QWidget* parent = nullptr);

    /// Empty reasons: the buttons can be pressed. `inShort` is said above them, the reasons in their tool tips.
    void setReasons(const QString& whyNotStart, const QString& whyNotCompare, const QString& inShort);

Q_SIGNALS:
    void startClicked();
    void compareClicked();

private:
    QPushButton* m_start;
    QPushButton* m_compare;
    InlineMessage* m_reason;
};

} // namespace normscope
