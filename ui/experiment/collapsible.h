// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QToolButton;

namespace normscope {

/// A titled part of a form that can be folded away.
class Collapsible : public QWidget {
    Q_OBJECT
public:
    Collapsible(const QString& title, QWidget* content, QWidget* parent = nullptr);

    bool isExpanded() const;
    void setExpanded(bool expanded);
    void setSummary(const QString& summary); ///< said behind the title while folded

private:
    void apply();

    QString m_title;
    QString m_summary;
    QToolButton* m_button;
    QWidget* m_content;
};

} // namespace normscope
