// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QWidget>

class QIcon;
class QStackedWidget;
class QTabBar;

namespace normscope {

/// The pages under their tabs. Pages that show runs give way to another widget as long as there are none.
class PageArea : public QWidget {
    Q_OBJECT
public:
    explicit PageArea(QWidget* emptyState, QWidget* parent = nullptr);

    int addPage(QWidget* page, const QIcon& icon, const QString& title, bool showsRuns);
    int count() const;
    int currentPage() const;
    QWidget* page(int index) const;
    QString title(int index) const;
    bool showsEmptyState() const;
    void setHasRuns(bool hasRuns);

public Q_SLOTS:
    void showPage(int index);

Q_SIGNALS:
    void pageChanged(int index);

private:
    struct Page {
        QWidget* widget;
        bool showsRuns;
    };
    void updateStack();

    QWidget* m_emptyState;
    QTabBar* m_tabs;
    QStackedWidget* m_stack;
    QList<Page> m_pages;
    bool m_hasRuns = false;
};

} // namespace normscope
