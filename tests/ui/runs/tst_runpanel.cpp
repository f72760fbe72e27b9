// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/noteeditor.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runpanel.h"
#include "ui/runs/runtablemodel.h"
#include "ui/theme/messagebar.h"
#include "ui/window/appsettings.h"

#include <QAction>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

using namespace normscope;
using namespace Qt::StringLiterals;

class RunPanelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<AppSettings>(m_folder->filePath(u"settings.ini"_s));
        m_library = std::make_unique<RunLibrary>(*RunStore::open(m_folder->filePath(u"runs"_s).toStdString()));
        m_panel = std::make_unique<RunPanel>(*m_library, *m_settings);
        m_panel->resize(360, 300);
        m_panel->show();
        m_ids.clear();
        for (int i = 0; i < 3; ++i)
            m_ids.append(m_library->create(RunSpec()));
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    }
    void cleanup()
    {
        m_panel.reset();
        m_library.reset();
    }

    void deleteHasAnInlineUndo()
    {
        select({0, 2});
        m_panel->deleteSelected();
        QCOMPARE(int(m_library->runs().size()), 1);
        QVERIFY(m_panel->messageBar()->isVisible());
        QVERIFY(m_panel->undoAction()->isEnabled());
        m_panel->messageBar()->actionButton()->click(); // both together
        QCOMPARE(int(m_library->runs().size()), 3);
        QVERIFY(!m_panel->messageBar()->isVisible());
        QVERIFY(!m_panel->undoAction()->isEnabled());
        QVERIFY(!m_panel->undoAction()->toolTip().isEmpty());
    }

    void deletesAreUndoneOneByOne()
    {
        select({0});
        m_panel->deleteSelected();
        select({0, 1});
        m_panel->deleteSelected();
        QVERIFY(m_library->runs().empty());
        m_panel->undoAction()->trigger();
        QCOMPARE(int(m_library->runs().size()), 2);
        m_panel->undoAction()->trigger();
        QCOMPARE(int(m_library->runs().size()), 3);
    }

    void deletedFromTheQueueComesBackToIt()
    {
        m_panel->setQueueTest([this](const QString& id) { return id == m_ids.at(1); });
        QSignalSpy queued(m_panel.get(), &RunPanel::queueRequested);
        select({0, 1});
        m_panel->deleteSelected();
        m_panel->undoDelete();
        QCOMPARE(queued.size(), 1);
        QCOMPARE(queued.front().front().toString(), m_ids.at(1));
    }

    void selectedRowsAreCheckedTogether()
    {
        select({0, 1});
        QAbstractItemModel* model = m_panel->view()->model();
        model->setData(model->index(0, 0), int(Qt::Unchecked), Qt::CheckStateRole);
        QCOMPARE(int(m_library->checkedRuns().size()), 1);
        QCOMPARE(m_library->checkedRuns().front()->id(), m_ids.at(2));
        model->setData(model->index(2, 0), int(Qt::Unchecked), Qt::CheckStateRole); // not in the selection
        QVERIFY(m_library->checkedRuns().empty());
        m_panel->checkAll();
        QCOMPARE(int(m_library->checkedRuns().size()), 3);
        m_panel->checkNone();
        QVERIFY(m_library->checkedRuns().empty());
    }

    void f2RenamesInPlace()
    {
        select({1});
        m_panel->view()->setFocus();
        QTest::keyClick(m_panel->view(), Qt::Key_F2);
        auto* editor = m_panel->view()->findChild<QLineEdit*>();
        QTRY_VERIFY((editor = m_panel->view()->findChild<QLineEdit*>()));
        QCOMPARE(editor->text(), u"Batch norm #2"_s);
        editor->selectAll();
        QTest::keyClicks(editor, u"second try"_s);
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(m_library->run(m_ids.at(1))->name(), u"second try"_s);
    }

    void noteIsEditedInPlace()
    {
        auto* note = m_panel->findChild<NoteEditor*>();
        note->edit(m_ids.at(0));
        QVERIFY(note->isVisible());
        note->findChild<QPlainTextEdit*>()->setPlainText(u"a note\n"_s);
        note->save();
        QCOMPARE(m_library->run(m_ids.at(0))->record.note, std::string("a note"));
        note->edit(m_ids.at(0));
        m_library->remove(m_ids.at(0));
        QVERIFY(!note->isVisible());
    }

    void disabledActionsSayWhy()
    {
        m_panel->view()->clearSelection();
        int disabled = 0;
        for (const QAction* action : m_panel->view()->actions()) {
            if (action->isEnabled())
                continue;
            ++disabled;
            QVERIFY2(!action->toolTip().isEmpty() && action->toolTip() != action->text(), qPrintable(action->text()));
        }
        QVERIFY(disabled >= 6);
    }

    void cloneHandsOutTheSettings()
    {
        QSignalSpy clone(m_panel.get(), &RunPanel::cloneRequested);
        m_panel->selectRun(m_ids.at(2));
        for (QAction* action : m_panel->view()->actions())
            if (action->text().contains(u"settings"_s))
                action->trigger();
        QCOMPARE(clone.size(), 1);
    }

private:
    void select(const QList<int>& rows)
    {
        auto* selection = m_panel->view()->selectionModel();
        selection->clear();
        for (const int row : rows)
            selection->select(m_panel->view()->model()->index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        if (rows.size() == 1)
            selection->setCurrentIndex(m_panel->view()->model()->index(rows.front(), 0), QItemSelectionModel::NoUpdate);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppSettings> m_settings;
    std::unique_ptr<RunLibrary> m_library;
    std::unique_ptr<RunPanel> m_panel;
    QStringList m_ids;
};

QTEST_MAIN(RunPanelTest)
#include "tst_runpanel.moc"
