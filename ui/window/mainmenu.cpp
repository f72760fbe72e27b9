// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/mainmenu.h"

#include "ui/theme/icons.h"
#include "ui/window/pagearea.h"
#include "ui/window/runbar.h"

#include <QAction>
#include <QActionGroup>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

namespace normscope {

using namespace Qt::StringLiterals;

MainMenu::MainMenu(QMainWindow& window, const RunBar& bar, PageArea& pages, QMenu* runExports, QAction* undoDelete)
    : QObject(&window)
{
    buildFile(window, runExports);
    buildRun(window, bar, undoDelete);
    buildView(window, pages);
    buildHelp(window);
}

QAction* MainMenu::add(QMenu* menu, const QString& icon, const QString& text, void (MainMenu::*chosen)())
{
    QAction* action = menu->addAction(icon.isEmpty() ? QIcon() : themeIcon(icon), text);
    connect(action, &QAction::triggered, this, chosen);
    return action;
}

void MainMenu::buildFile(QMainWindow& window, QMenu* runExports)
{
    QMenu* menu = window.menuBar()->addMenu(tr("&File"));
    menu->setToolTipsVisible(true);
    add(menu, u"folder"_s, tr("Show the store's &folder"), &MainMenu::showStoreRequested);
    m_openStore = add(menu, {}, tr("&Open another store..."), &MainMenu::openStoreRequested);
    m_openStore->setShortcut(QKeySequence::Open);
    QAction* refresh = add(menu, u"refresh"_s, tr("&Read the store again"), &MainMenu::refreshRequested);
    refresh->setShortcut(QKeySequence::Refresh);
    refresh->setToolTip(tr("What others do in it shows by itself; this also tries again whether it can be written"));
    menu->addSeparator();
    QMenu* exports = menu->addMenu(themeIcon(u"export"_s), tr("&Export"));
    exports->setToolTipsVisible(true);
    m_exportComparison = add(exports, {}, tr("&Comparison of the checked runs, as CSV..."), &MainMenu::exportComparisonRequested);
    exports->addSeparator();
    exports->addActions(runExports->actions());
    // What the selected run can give changes with the selection.
    connect(exports, &QMenu::aboutToShow, runExports, &QMenu::aboutToShow);
    menu->addSeparator();
    QAction* quit = menu->addAction(themeIcon(u"quit"_s), tr("&Quit"));
    quit->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Q));
    connect(quit, &QAction::triggered, &window, &QWidget::close);
}

void MainMenu::buildRun(QMainWindow& window, const RunBar& bar, QAction* undoDelete)
{
    QMenu* menu = window.menuBar()->addMenu(tr("&Run"));
    menu->setToolTipsVisible(true);
    menu->addActions({bar.startAction(), bar.pauseAction(), bar.stopAction(), bar.stopAllAction()});
    menu->addSeparator();
    m_compare = add(menu, u"compare"_s, tr("&Compare BN, GN and LN"), &MainMenu::compareRequested);
    m_quickLook = add(menu, {}, tr("Compare BN, GN and LN as &quick looks"), &MainMenu::quickLookRequested);
    buildQueueChoice(menu);
    menu->addSeparator();
    menu->addAction(undoDelete);
}

void MainMenu::buildQueueChoice(QMenu* menu)
{
    QMenu* queueing = menu->addMenu(tr("&Train queued runs"));
    queueing->setToolTipsVisible(true);
    m_queueing = new QActionGroup(this);
    const auto addChoice = [&](bool atOnce, const QString& text, const QString& toolTip) {
        QAction* action = queueing->addAction(text);
        action->setCheckable(true);
        action->setData(atOnce);
        action->setToolTip(toolTip);
        m_queueing->addAction(action);
    };
    addChoice(true, tr("At &once where it pays"),
              tr("On the CPU with the fast engine one run for each core, on a GPU up to three; each shows its own progress"));
    addChoice(false, tr("One &after another"), tr("Each run has all cores for itself; takes less memory"));
    connect(m_queueing, &QActionGroup::triggered, this, [this](const QAction* action) { Q_EMIT runsAtOnceChosen(action->data().toBool()); });
}

void MainMenu::buildView(QMainWindow& window, PageArea& pages)
{
    QMenu* menu = window.menuBar()->addMenu(tr("&View"));
    for (int index = 0; index < pages.count(); ++index) {
        QAction* action = menu->addAction(pages.title(index));
        action->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + index)));
        connect(action, &QAction::triggered, &pages, [&pages, index] { pages.showPage(index); });
    }
    menu->addSeparator();
    QMenu* themes = menu->addMenu(tr("&Theme"));
    m_themes = new QActionGroup(this);
    const std::pair<ThemeChoice, QString> choices[] = {{ThemeChoice::System, tr("As the &desktop")},
                                                       {ThemeChoice::Light, tr("&Light")},
                                                       {ThemeChoice::Dark, tr("D&ark")}};
    for (const auto& [choice, text] : choices) {
        QAction* action = themes->addAction(text);
        action->setCheckable(true);
        action->setData(int(choice));
        m_themes->addAction(action);
    }
    connect(m_themes, &QActionGroup::triggered, this,
            [this](const QAction* action) { Q_EMIT themeChosen(static_cast<ThemeChoice>(action->data().toInt())); });
}

void MainMenu::buildHelp(QMainWindow& window)
{
    QMenu* menu = window.menuBar()->addMenu(tr("&Help"));
    add(menu, {}, tr("About this &installation..."), &MainMenu::installationRequested);
    add(menu, u"info"_s, tr("&About Normscope"), &MainMenu::aboutRequested);
}

void MainMenu::setTheme(ThemeChoice choice)
{
    for (QAction* action : m_themes->actions())
        action->setChecked(action->data().toInt() == int(choice));
}

void MainMenu::setRunsAtOnce(bool atOnce)
{
    for (QAction* action : m_queueing->actions())
        action->setChecked(action->data().toBool() == atOnce);
}

void MainMenu::setWhyNotCompare(const QString& whyNot)
{
    for (QAction* action : {m_compare, m_quickLook}) {
        action->setEnabled(whyNot.isEmpty());
        action->setToolTip(whyNot.isEmpty() ? QString() : tr("Cannot start: %1").arg(whyNot));
    }
}

} // namespace normscope
