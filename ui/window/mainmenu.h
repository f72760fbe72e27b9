// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QObject>

class QAction;
class QActionGroup;
class QMainWindow;
class QMenu;

namespace normscope {

class PageArea;
class RunBar;

/// The menus of the window. Says what was chosen; the window does it.
class MainMenu : public QObject {
    Q_OBJECT
public:
    MainMenu(QMainWindow& window, const RunBar& bar, PageArea& pages, QMenu* runExports, QAction* undoDelete);

    void setTheme(ThemeChoice choice);
    void setRunsAtOnce(bool atOnce);
    /// Empty: the comparison can be started.
    void setWhyNotCompare(const QString& whyNot);
    QAction* exportComparisonAction() const { return m_exportComparison; }
    QAction* openStoreAction() const { return m_openStore; }

Q_SIGNALS:
    void showStoreRequested();
    void openStoreRequested();
    void refreshRequested();
    void exportComparisonRequested();
    void compareRequested();
    void quickLookRequested();
    void themeChosen(normscope::ThemeChoice choice);
    void runsAtOnceChosen(bool atOnce);
    void aboutRequested();
    void installationRequested();

private:
    void buildFile(QMainWindow& window, QMenu* runExports);
    void buildRun(QMainWindow& window, const RunBar& bar, QAction* undoDelete);
    void buildQueueChoice(QMenu* menu);
    void buildView(QMainWindow& window, PageArea& pages);
    void buildHelp(QMainWindow& window);
    QAction* add(QMenu* menu, const QString& icon, const QString& text, void (MainMenu::*chosen)());

    QAction* m_exportComparison = nullptr;
    QAction* m_openStore = nullptr;
    QAction* m_compare = nullptr;
    QAction* m_quickLook = nullptr;
    QActionGroup* m_themes = nullptr;
    QActionGroup* m_queueing = nullptr;
};

} // namespace normscope
