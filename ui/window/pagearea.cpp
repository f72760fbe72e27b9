// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/pagearea.h"

#include "ui/theme/theme.h"

#include <QIcon>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace normscope {

namespace {

constexpr int narrowest = 640;

} // namespace

PageArea::PageArea(QWidget* emptyState, QWidget* parent)
    : QWidget(parent), m_emptyState(emptyState), m_tabs(new QTabBar), m_stack(new QStackedWidget)
{
    m_tabs->setDocumentMode(true);
    m_tabs->setExpanding(false);
    m_tabs->setUsesScrollButtons(true);
    m_tabs->setAccessibleName(tr("Pages"));
    m_stack->addWidget(m_emptyState);
    m_stack->setMinimumWidth(narrowest); // else the widest page would decide the window's
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_stack, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        updateStack();
        Q_EMIT pageChanged(index);
    });
}

int PageArea::addPage(QWidget* page, const QIcon& icon, const QString& title, bool showsRuns)
{
    m_pages.append({page, showsRuns});
    m_stack->addWidget(page);
    const int index = m_tabs->addTab(icon, title);
    m_tabs->setTabToolTip(index, tr("%1 (Ctrl+%2)").arg(title).arg(index + 1));
    updateStack();
    return index;
}

int PageArea::count() const
{
    return int(m_pages.size());
}

int PageArea::currentPage() const
{
    return m_tabs->currentIndex();
}

QWidget* PageArea::page(int index) const
{
    return m_pages.at(index).widget;
}

QString PageArea::title(int index) const
{
    return m_tabs->tabText(index);
}

bool PageArea::showsEmptyState() const
{
    return m_stack->currentWidget() == m_emptyState;
}

void PageArea::setHasRuns(bool hasRuns)
{
    m_hasRuns = hasRuns;
    updateStack();
}

void PageArea::showPage(int index)
{
    if (index >= 0 && index < m_tabs->count())
        m_tabs->setCurrentIndex(index);
}

void PageArea::updateStack()
{
    const int index = m_tabs->currentIndex();
    if (index < 0 || index >= m_pages.size())
        return;
    const Page& page = m_pages.at(index);
    m_stack->setCurrentWidget(page.showsRuns && !m_hasRuns ? m_emptyState : page.widget);
}

} // namespace normscope
