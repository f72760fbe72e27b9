// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QStringList>
#include <QWidget>

#include <functional>

class QAction;
class QLayout;
class QLineEdit;
class QMenu;
class QSortFilterProxyModel;
class QTreeView;

namespace normscope {

class AppSettings;
class MessageBar;
class NoteEditor;
class ResumeActions;
class RunLibrary;
class RunTableModel;
class StylePicker;
enum class RunFile;
struct Run;

/// The list of runs: what is checked here is what every page shows. Rename, note, style, delete and undo in place.
class RunPanel : public QWidget {
    Q_OBJECT
public:
    RunPanel(RunLibrary& library, AppSettings& settings, QWidget* parent = nullptr);

    /// Tells whether a queued run is in this window's queue (a run queued by an earlier session is not).
    void setQueueTest(std::function<bool(const QString&)> isInQueue);
    QStringList selectedRuns() const;
    void selectRun(const QString& id);
    QAction* undoAction() const { return m_undo; }
    QTreeView* view() const { return m_view; }
    QMenu* exportMenu() const { return m_exports; }
    MessageBar* messageBar() const { return m_message; }
    ResumeActions* resumeActions() const { return m_resume; }

public Q_SLOTS:
    void renameSelected();
    void deleteSelected();
    void undoDelete();
    void checkAll();
    void checkNone();

Q_SIGNALS:
    void cloneRequested(const normscope::RunSpec& spec);
    void queueRequested(const QString& runId);
    void dequeueRequested(const QString& runId);

private:
    QLayout* buildHeader();
    void buildView();
    void buildActions();
    void buildMenu();
    QAction* addAction(const QString& icon, const QString& text, void (RunPanel::*slot)());
    QAction* addExport(QMenu& menu, const QString& text, RunFile file);
    void updateActions();
    void follow(const QString& id, bool checked);
    void showFolder();
    void cloneSelected();
    void editNote();
    void toggleQueued();
    void exportFile(RunFile file);
    const Run* single() const; ///< the selected run if it is the only one

    RunLibrary& m_library;
    AppSettings& m_settings;
    std::function<bool(const QString&)> m_isInQueue;
    QList<int> m_undoSizes; ///< how many runs each delete took
    QStringList m_wasQueued; ///< deleted while they waited in the queue
    RunTableModel* m_model = nullptr;
    QSortFilterProxyModel* m_proxy = nullptr;
    QTreeView* m_view = nullptr;
    QMenu* m_menu = nullptr;
    QMenu* m_exports = nullptr;
    StylePicker* m_styles = nullptr;
    ResumeActions* m_resume = nullptr;
    NoteEditor* m_note = nullptr;
    MessageBar* m_message = nullptr;
    QAction* m_rename = nullptr;
    QAction* m_editNote = nullptr;
    QAction* m_folder = nullptr;
    QAction* m_clone = nullptr;
    QAction* m_queue = nullptr;
    QAction* m_delete = nullptr;
    QAction* m_undo = nullptr;
    QAction* m_checkAll = nullptr;
    QAction* m_checkNone = nullptr;
};

} // namespace normscope
