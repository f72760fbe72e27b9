// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace normscope {

/// What the pages show as long as the store has no run: what to do, and a button that does it.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);

    /// Names the data that the buttons will train on, and disables them with the reason where they cannot.
    void setData(const QString& dataTitle, bool canStart, const QString& whyNot);
    QPushButton* compareButton() const { return m_compare; }
    QPushButton* quickLookButton() const { return m_quick; }

Q_SIGNALS:
    void compareRequested();
    void quickLookRequested();

private:
    QPushButton* m_compare = nullptr;
    QPushButton* m_quick = nullptr;
    QLabel* m_data = nullptr;
};

} // namespace normscope
