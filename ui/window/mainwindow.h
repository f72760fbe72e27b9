// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"
#include "ui/theme/theme.h"

#include <QMainWindow>

#include <vector>

class QSplitter;

namespace normscope {

class AppSettings;
class CloseGuard;
class DataPage;
class DatasetProvider;
class EmptyState;
class ErrorsPage;
class ExperimentForm;
class MainMenu;
class MessageBar;
class NetworkPage;
class PageArea;
class RunBar;
class RunLibrary;
class RunPanel;
class StatusLine;
class StoreSide;
class TrainingController;

/// The window: puts the parts side by side and connects them. All that it is given must outlive it.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(RunLibrary& library, TrainingController& controller, DatasetProvider& datasets, AppSettings& settings,
               QWidget* parent = nullptr);

    ExperimentForm* form() const { return m_form; }
    PageArea* pages() const { return m_pages; }
    RunPanel* runPanel() const { return m_runs; }
    RunBar* runBar() const { return m_bar; }
    EmptyState* emptyState() const { return m_empty; }
    MessageBar* messageBar() const { return m_message; }
    StoreSide* storeSide() const { return m_store; }
    CloseGuard* closeGuard() const { return m_closing; }
    void setTheme(ThemeChoice choice);
    /// The library's store is an empty one in place of `folder`, which could not be opened: `sentence` says why.
    void setStoreProblem(const QString& sentence, const QString& folder);
    void quitAndSave();   ///< closes without asking; what trains is stopped, saved and queued again
    void saveForLogout(); ///< the same but for closing; returns when it is done

public Q_SLOTS:
    void startRun(const normscope::RunSpec& spec);
    void startRuns(const std::vector<normscope::RunSpec>& specs);
    void compare(bool quickLook);

Q_SIGNALS:
    void storeRequested(const QString& folder); ///< the user chose another store

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void buildPages();
    void buildLayout();
    void buildMenu();
    void connectForm();
    void connectLibrary();
    void connectTraining();
    void connectMenu();
    void restoreSettings();
    void saveSettings();
    void updateStart();
    void updatePreviews();
    void updateTitle();
    void exportComparison();

    RunLibrary& m_library;
    TrainingController& m_controller;
    DatasetProvider& m_datasets;
    AppSettings& m_settings;
    ExperimentForm* m_form;
    RunPanel* m_runs;
    RunBar* m_bar;
    EmptyState* m_empty;
    PageArea* m_pages;
    MessageBar* m_message;
    StatusLine* m_status;
    StoreSide* m_store;
    CloseGuard* m_closing;
    bool m_asksNothing = false; ///< nobody is there to answer
    MainMenu* m_menu = nullptr;
    ErrorsPage* m_errors = nullptr;
    NetworkPage* m_network = nullptr;
    DataPage* m_data = nullptr;
    QSplitter* m_columns = nullptr;
    QSplitter* m_left = nullptr;
};

} // namespace normscope
