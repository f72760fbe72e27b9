// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runpanel.h"

#include "ui/runs/noteeditor.h"
#include "ui/runs/resumeactions.h"
#include "ui/runs/runexport.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runtablemodel.h"
#include "ui/runs/stylepicker.h"
#include "ui/theme/icons.h"
#include "ui/theme/messagebar.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QDesktopServices>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QSortFilterProxyModel>
#include <QToolButton>
#include <QTreeView>
#include <QUrl>

#include <utility>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

constexpr int undoSeconds = 20; // the bar goes; Ctrl+Z stays

void enable(QAction* action, bool on, const QString& whyNot)
{
    action->setEnabled(on);
    action->setToolTip(on ? QString() : whyNot);
}

} // namespace

RunPanel::RunPanel(RunLibrary& library, AppSettings& settings, QWidget* parent)
    : QWidget(parent), m_library(library), m_settings(settings), m_isInQueue([](const QString&) { return false; }),
      m_model(new RunTableModel(library, this)), m_proxy(new QSortFilterProxyModel(this)), m_view(new QTreeView),
      m_menu(new QMenu(this)), m_note(new NoteEditor(library)), m_message(new MessageBar)
{
    buildView();
    buildActions();
    buildMenu();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing::small);
    layout->addLayout(buildHeader());
    layout->addWidget(m_view, 1);
    layout->addWidget(m_note);
    layout->addWidget(m_message);
    connect(m_model, &RunTableModel::checkToggled, this, &RunPanel::follow);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunPanel::updateActions);
    for (const auto signal : {&RunLibrary::runAdded, &RunLibrary::runRemoved, &RunLibrary::runChanged})
        connect(&m_library, signal, this, &RunPanel::updateActions);
    updateActions();
}

QLayout* RunPanel::buildHeader()
{
    auto* title = new QLabel(tr("Runs"));
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    auto* filter = new QLineEdit;
    filter->setPlaceholderText(tr("Filter by name"));
    filter->setClearButtonEnabled(true);
    connect(filter, &QLineEdit::textChanged, m_proxy, &QSortFilterProxyModel::setFilterFixedString);
    auto* row = new QHBoxLayout;
    row->setSpacing(spacing::small);
    row->addWidget(title);
    row->addSpacing(spacing::normal);
    row->addWidget(filter, 1);
    row->addWidget(m_resume->makeButton());
    for (QAction* action : {m_checkAll, m_checkNone}) {
        auto* button = new QToolButton;
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        row->addWidget(button);
    }
    return row;
}

void RunPanel::buildView()
{
    m_proxy->setSourceModel(m_model);
    m_proxy->setSortRole(RunTableModel::SortRole);
    m_proxy->setFilterKeyColumn(RunTableModel::NameColumn);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_view->setModel(m_proxy);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
    m_view->setTextElideMode(Qt::ElideRight);
    m_view->setIconSize(QSize(28, 16));
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->setSortingEnabled(true);
    m_view->setAccessibleName(tr("Runs"));
    QHeaderView* header = m_view->header();
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    // While it is shown every column keeps room for it, and the names need that room more.
    header->setSortIndicatorShown(false);
    connect(header, &QHeaderView::sortIndicatorChanged, header,
            [header](int column) { header->setSortIndicatorShown(column >= 0); });
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(40);
    header->setSectionResizeMode(RunTableModel::NameColumn, QHeaderView::Stretch);
    for (const int column : {RunTableModel::StateColumn, RunTableModel::TestAccuracyColumn, RunTableModel::EpochsColumn})
        header->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    connect(m_view, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
        updateActions();
        m_menu->popup(m_view->viewport()->mapToGlobal(at));
    });
}

QAction* RunPanel::addAction(const QString& icon, const QString& text, void (RunPanel::*slot)())
{
    auto* action = new QAction(themeIcon(icon), text, this);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, this, slot);
    m_view->addAction(action);
    return action;
}

void RunPanel::buildActions()
{
    m_rename = addAction(u"rename"_s, tr("Rename"), &RunPanel::renameSelected);
    m_editNote = addAction(u"note"_s, tr("Note"), &RunPanel::editNote);
    m_folder = addAction(u"folder"_s, tr("Show folder"), &RunPanel::showFolder);
    m_clone = addAction(u"clone"_s, tr("Copy settings into the form"), &RunPanel::cloneSelected);
    m_queue = addAction(u"queued"_s, tr("Put into the queue"), &RunPanel::toggleQueued);
    m_delete = addAction(u"delete"_s, tr("Delete"), &RunPanel::deleteSelected);
    m_delete->setShortcut(QKeySequence::Delete);
    m_undo = addAction(u"undo"_s, tr("Undo delete"), &RunPanel::undoDelete);
    m_undo->setShortcut(QKeySequence::Undo);
    m_undo->setShortcutContext(Qt::WindowShortcut);
    m_resume = new ResumeActions(m_library, this);
    m_view->addActions({m_resume->resumeAction(), m_resume->resumeOnAction(), m_resume->repairAction()});
    m_checkAll = addAction(u"check-all"_s, tr("Check all"), &RunPanel::checkAll);
    m_checkNone = addAction(u"check-none"_s, tr("Check none"), &RunPanel::checkNone);
    // F2 is the view's own; told here so that the menu shows it without a second, ambiguous shortcut.
    m_rename->setText(tr("Rename\tF2"));
}

void RunPanel::buildMenu()
{
    m_styles = new StylePicker(tr("Colour and line"), m_menu);
    m_styles->setIcon(themeIcon(u"colour"_s));
    connect(m_styles, &StylePicker::picked, this, [this](int colour) {
        for (const QString& id : selectedRuns())
            m_library.setColour(id, colour);
    });
    m_exports = new QMenu(tr("Export"), m_menu);
    m_exports->setIcon(themeIcon(u"export"_s));
    m_exports->setToolTipsVisible(true);
    addExport(*m_exports, tr("Weights, as a PyTorch state dictionary..."), RunFile::Weights);
    addExport(*m_exports, tr("Metrics of every epoch, as CSV..."), RunFile::Metrics);
    addExport(*m_exports, tr("Predictions of every test image, as CSV..."), RunFile::Predictions);
    m_menu->setToolTipsVisible(true);
    m_menu->addActions({m_rename, m_editNote});
    m_menu->addMenu(m_styles);
    m_menu->addSeparator();
    m_menu->addActions({m_resume->resumeAction(), m_resume->resumeOnAction(), m_resume->repairAction()});
    m_menu->addSeparator();
    m_menu->addActions({m_clone, m_queue, m_folder});
    m_menu->addMenu(m_exports);
    m_menu->addSeparator();
    m_menu->addActions({m_checkAll, m_checkNone});
    m_menu->addSeparator();
    m_menu->addActions({m_delete, m_undo});
}

QAction* RunPanel::addExport(QMenu& menu, const QString& text, RunFile file)
{
    QAction* action = menu.addAction(text);
    connect(action, &QAction::triggered, this, [this, file] { exportFile(file); });
    connect(&menu, &QMenu::aboutToShow, action, [this, action, file] {
        const Run* run = single();
        enable(action, run && hasRunFile(*run, file), tr("The run has no such file yet"));
    });
    return action;
}

void RunPanel::setQueueTest(std::function<bool(const QString&)> isInQueue)
{
    m_isInQueue = std::move(isInQueue);
    m_resume->setQueueTest(m_isInQueue);
}

QStringList RunPanel::selectedRuns() const
{
    QStringList ids;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
        ids.append(index.data(RunTableModel::IdRole).toString());
    return ids;
}

void RunPanel::selectRun(const QString& id)
{
    const QModelIndex index = m_proxy->mapFromSource(m_model->indexOf(id));
    if (index.isValid())
        m_view->setCurrentIndex(index);
}

const Run* RunPanel::single() const
{
    const QStringList ids = selectedRuns();
    return ids.size() == 1 ? m_library.run(ids.constFirst()) : nullptr;
}

void RunPanel::updateActions()
{
    const Run* run = single();
    const QStringList selected = selectedRuns();
    const bool any = !selected.isEmpty();
    m_resume->update(selected);
    const bool sound = run && run->record.state != RunState::Damaged;
    const QString selectOne = tr("Select one run in the list first");
    const QString why = run ? tr("The run is damaged") : selectOne;
    enable(m_rename, sound, why);
    enable(m_editNote, sound, why);
    enable(m_clone, sound, why);
    enable(m_folder, run, selectOne);
    const bool queued = run && run->record.state == RunState::Queued;
    m_queue->setText(queued && m_isInQueue(run->id()) ? tr("Take from the queue") : tr("Put into the queue"));
    const bool elsewhere = run && run->heldElsewhere;
    enable(m_queue, queued && !elsewhere,
           elsewhere ? tr("It waits in the queue of another window")
           : run     ? tr("Only a run that has not started, or is resumed, can wait in the queue")
                     : selectOne);
    m_exports->setEnabled(sound);
    m_exports->setToolTip(sound ? QString() : why);
    m_styles->setEnabled(any);
    enable(m_delete, any, tr("Select the runs to delete first"));
    enable(m_undo, m_library.canUndoRemove(), tr("Nothing was deleted"));
    const auto total = m_library.runs().size();
    const auto checked = m_library.checkedRuns().size();
    enable(m_checkAll, checked < total, total == 0 ? tr("There are no runs yet") : tr("Every run is checked"));
    enable(m_checkNone, checked > 0, tr("No run is checked"));
    if (m_checkAll->isEnabled())
        m_checkAll->setToolTip(tr("Check all: show every run on the pages"));
    if (m_checkNone->isEnabled())
        m_checkNone->setToolTip(tr("Check none"));
}

void RunPanel::follow(const QString& id, bool checked)
{
    const QStringList ids = selectedRuns();
    if (ids.size() > 1 && ids.contains(id))
        m_library.setChecked(ids, checked);
}

void RunPanel::checkAll()
{
    QStringList ids;
    for (const Run* run : m_library.runs())
        ids.append(run->id());
    m_library.setChecked(ids, true);
}

void RunPanel::checkNone()
{
    QStringList ids;
    for (const Run* run : m_library.checkedRuns())
        ids.append(run->id());
    m_library.setChecked(ids, false);
}

void RunPanel::renameSelected()
{
    if (const Run* run = single()) {
        selectRun(run->id());
        m_view->edit(m_view->currentIndex().siblingAtColumn(RunTableModel::NameColumn));
    }
}

void RunPanel::editNote()
{
    if (const Run* run = single())
        m_note->edit(run->id());
}

void RunPanel::showFolder()
{
    const Run* run = single();
    if (!run)
        return;
    const QString folder = QString::fromStdString(run->record.folder);
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        m_message->say(MessageBar::Kind::Info, tr("The run is in %1").arg(folder));
}

void RunPanel::cloneSelected()
{
    if (const Run* run = single())
        Q_EMIT cloneRequested(run->record.spec);
}

void RunPanel::toggleQueued()
{
    const Run* run = single();
    if (!run)
        return;
    const QString id = run->id();
    if (m_isInQueue(id))
        Q_EMIT dequeueRequested(id);
    else
        Q_EMIT queueRequested(id);
}

void RunPanel::exportFile(RunFile file)
{
    const Run* run = single();
    if (!run)
        return;
    exportRunFile(this, *run, file, m_settings, [this](const QString& news, bool failed) {
        m_message->say(failed ? MessageBar::Kind::Error : MessageBar::Kind::Info, news);
    });
}

void RunPanel::deleteSelected()
{
    int removed = 0;
    QString name;
    for (const QString& id : selectedRuns()) {
        const Run* run = m_library.run(id);
        const QString its = run ? run->displayName() : QString();
        if (m_isInQueue(id))
            m_wasQueued.append(id);
        m_library.remove(id); // says itself why it cannot
        if (!m_library.run(id)) {
            ++removed;
            name = its;
        }
    }
    if (removed == 0)
        return;
    m_undoSizes.append(removed);
    updateActions();
    m_message->say(MessageBar::Kind::Info, removed == 1 ? tr("Deleted \"%1\"").arg(name) : tr("Deleted %1 runs").arg(removed),
                   tr("Undo"), [this] { undoDelete(); }, undoSeconds);
}

void RunPanel::undoDelete()
{
    const int count = m_undoSizes.isEmpty() ? 1 : m_undoSizes.takeLast();
    for (int i = 0; i < count && m_library.canUndoRemove(); ++i)
        m_library.undoRemove();
    for (const QString& id : std::exchange(m_wasQueued, {}))
        if (m_library.run(id))
            Q_EMIT queueRequested(id);
    m_message->hide();
    updateActions();
}

} // namespace normscope
