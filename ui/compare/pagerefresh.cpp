// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/pagerefresh.h"

#include "ui/runs/runlibrary.h"

#include <QEvent>
#include <QWidget>

#include <chrono>

namespace normscope {

using namespace std::chrono_literals;

PageRefresh::PageRefresh(QWidget* page, std::function<void()> refresh)
    : QObject(page), m_page(page), m_refresh(std::move(refresh))
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(100ms);
    connect(&m_timer, &QTimer::timeout, this, &PageRefresh::runNow);
    page->installEventFilter(this);
}

void PageRefresh::listenTo(RunLibrary& library)
{
    connect(&library, &RunLibrary::runAdded, this, &PageRefresh::schedule);
    connect(&library, &RunLibrary::runRemoved, this, &PageRefresh::schedule);
    connect(&library, &RunLibrary::runChanged, this, &PageRefresh::schedule);
    connect(&library, &RunLibrary::checkedChanged, this, &PageRefresh::schedule);
    connect(&library, &RunLibrary::epochAppended, this, &PageRefresh::schedule);
    connect(&library, &RunLibrary::evaluationChanged, this, &PageRefresh::schedule);
}

void PageRefresh::schedule()
{
    m_dirty = true;
    // Not restarted while it runs: a stream of changes must not put the refresh off for ever.
    if (m_page->isVisible() && !m_timer.isActive())
        m_timer.start();
}

bool PageRefresh::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_page && event->type() == QEvent::Show && m_dirty)
        runNow();
    return QObject::eventFilter(watched, event);
}

void PageRefresh::runNow()
{
    m_timer.stop();
    if (!m_page->isVisible())
        return;
    m_dirty = false;
    m_refresh();
}

} // namespace normscope
