// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <functional>

class QWidget;

namespace normscope {

class RunLibrary;

/// Brings a page up to date when the runs it shows change: at most ten times a second, and only while the
/// page can be seen. A hidden page is brought up to date at the moment it is shown.
class PageRefresh : public QObject {
    Q_OBJECT
public:
    PageRefresh(QWidget* page, std::function<void()> refresh);

    /// Listens to what the checked runs show: which they are, their names and states, and their figures.
    void listenTo(RunLibrary& library);
    void schedule();
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void runNow();

    QWidget* m_page;
    std::function<void()> m_refresh;
    QTimer m_timer;
    bool m_dirty = true;
};

} // namespace normscope
