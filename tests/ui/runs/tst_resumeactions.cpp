// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runlock.h"
#include "tests/fixtures/compareenums.h"
#include "ui/runs/resumeactions.h"
#include "ui/runs/resumedialog.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runpanel.h"
#include "ui/runs/runrevival.h"
#include "ui/runs/runtablemodel.h"
#include "ui/window/appsettings.h"

#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

using namespace normscope;
using namespace Qt::StringLiterals;

class ResumeActionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<AppSettings>(m_folder->filePath(u"settings.ini"_s));
        const RunStore store = *RunStore::open(m_folder->filePath(u"runs"_s).toStdString());
        m_ids.clear();
        for (const RunState state : {RunState::Interrupted, RunState::Stopped, RunState::Failed, RunState::Finished}) {
            RunSpec spec;
            spec.engine = Engine::LibTorch;
            spec.threads = 2;
            RunRecord record = *store.create(spec, std::string(toString(state)));
            record.state = state;
            for (int epoch = 1; state == RunState::Finished && epoch <= spec.epochs; ++epoch)
                QVERIFY(store.appendEpoch(record, {epoch, 50, 40, 1.0, 1.1, 0.01, 0.1}).ok());
            QVERIFY(store.save(record).ok());
            m_ids.append(QString::fromStdString(record.id));
        }
        m_library = std::make_unique<RunLibrary>(store);
        m_panel = std::make_unique<RunPanel>(*m_library, *m_settings);
        m_panel->show();
    }
    void cleanup()
    {
        m_panel.reset();
        m_library.reset();
    }

    void isOfferedForWhatCanGoOn()
    {
        QAction* resume = actions().resumeAction();
        select({});
        QVERIFY(!resume->isEnabled() && resume->toolTip().contains(u"Select runs"_s));
        select({0});
        QVERIFY(resume->isEnabled());
        QCOMPARE(resume->text(), u"Resume"_s);
        select({3});
        QVERIFY(!resume->isEnabled());
        QVERIFY2(resume->toolTip().contains(u"all its 20 epochs"_s), qPrintable(resume->toolTip()));
        QVERIFY(!actions().resumeOnAction()->isEnabled());
        select({0, 1, 2, 3});
        QCOMPARE(resume->text(), u"Resume 3 runs"_s);
        QSignalSpy requested(&actions(), &ResumeActions::resumeRequested);
        bool found = false;
        for (QToolButton* button : m_panel->findChildren<QToolButton*>())
            if (button->defaultAction() == resume) {
                found = true;
                button->click();
            }
        QVERIFY(found);
        QCOMPARE(requested.size(), 1);
        QCOMPARE(requested.front().front().toStringList(), m_ids.mid(0, 3));
    }

    void makesThemQueued()
    {
        RunRevival revival(*m_library);
        QSignalSpy resumed(&revival, &RunRevival::resumed);
        QSignalSpy refused(&revival, &RunRevival::refused);
        revival.resume(m_ids);
        QTRY_COMPARE(resumed.size(), 1);
        QCOMPARE(resumed.front().front().toStringList(), m_ids.mid(0, 3));
        for (const QString& id : m_ids.mid(0, 3)) {
            QCOMPARE(m_library->run(id)->record.state, RunState::Queued);
            QCOMPARE(m_library->store().load(id.toStdString())->state, RunState::Queued);
        }
        QCOMPARE(refused.size(), 1);
        const QString reason = refused.front().front().toString();
        QVERIFY2(reason.startsWith(u"\"finished\" cannot be resumed: "_s), qPrintable(reason));
    }

    void isRefusedWhileSomebodyHasTheRun()
    {
        const auto lock = RunLock::acquire(m_library->run(m_ids[0])->record.folder);
        RunRevival revival(*m_library);
        QSignalSpy refused(&revival, &RunRevival::refused);
        revival.resume({m_ids[0]});
        QTRY_COMPARE(refused.size(), 1);
        QCOMPARE(m_library->run(m_ids[0])->record.state, RunState::Interrupted);
    }

    void damagedRunsAreOfferedForRepair()
    {
        QFile json(m_folder->filePath(u"runs/"_s) + m_ids[1] + u"/run.json"_s);
        QVERIFY(json.open(QIODevice::WriteOnly));
        json.write("{ \"half\": ");
        json.close();
        m_library->refresh();
        select({1});
        QVERIFY(actions().repairAction()->isEnabled());
        QVERIFY(!actions().resumeAction()->isEnabled() && !actions().resumeAction()->toolTip().isEmpty());
        bool offered = false;
        for (const QToolButton* button : m_panel->findChildren<QToolButton*>())
            offered = offered || (button->defaultAction() == actions().repairAction() && button->isEnabled());
        QVERIFY(offered);
        QSignalSpy requested(&actions(), &ResumeActions::repairRequested);
        actions().repairAction()->trigger();
        QCOMPARE(requested.front().front().toStringList(), m_ids.mid(1, 1));
        RunRevival revival(*m_library);
        QSignalSpy refused(&revival, &RunRevival::refused);
        revival.repair({m_ids[1]}); // it never had a checkpoint
        QTRY_COMPARE(refused.size(), 1);
        QVERIFY2(refused.front().front().toString().contains(u"cannot be repaired: "_s), qPrintable(refused.front().front().toString()));
        select({0});
        QVERIFY(!actions().repairAction()->isEnabled());
        QVERIFY(actions().repairAction()->toolTip().contains(u"not damaged"_s));
    }

    void rowSaysHowFarItCame()
    {
        const RunStore& store = m_library->store();
        QVERIFY(store.appendEpoch(m_library->run(m_ids[0])->record, {1, 50, 40, 1.0, 1.1, 0.01, 0.1}).ok());
        m_library->refresh();
        const QAbstractItemModel* rows = m_panel->view()->model();
        QCOMPARE(rows->index(0, RunTableModel::StateColumn).data().toString(), u"interrupted"_s);
        QCOMPARE(rows->index(0, RunTableModel::EpochsColumn).data().toString(), u"1/20"_s);
        QVERIFY(rows->index(0, RunTableModel::StateColumn).data(Qt::ToolTipRole).toString().contains(u"after 1 of 20 epochs"_s));
    }

    void anotherPlaceIsChosenInADialog()
    {
        select({0, 1});
        actions().resumeOnAction()->trigger();
        ResumeDialog* dialog = actions().dialog();
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(!dialog->choice().threads && !dialog->choice().device && !dialog->choice().engine);
        dialog->threadsBox()->setValue(1);
        QSignalSpy requested(&actions(), &ResumeActions::resumeRequested);
        dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->click();
        QCOMPARE(requested.size(), 1);
        QCOMPARE(requested.front().front().toStringList(), m_ids.mid(0, 2));
        const auto choice = requested.front().at(1).value<ResumeChoice>();
        QCOMPARE(choice.threads.value_or(-1), 1);
        QVERIFY(!choice.device && !choice.engine);
    }

    void dialogSaysWhetherResultsStayEqual_data()
    {
        QTest::addColumn<Engine>("engine");
        QTest::addColumn<bool>("cuda");
        QTest::addColumn<int>("threads");
        QTest::addColumn<DeviceChoice>("device");
        QTest::addColumn<bool>("equal");
        QTest::newRow("as it was") << Engine::LibTorch << false << 2 << DeviceChoice::Auto << true;
        QTest::newRow("fewer threads") << Engine::LibTorch << false << 1 << DeviceChoice::Auto << false;
        QTest::newRow("fewer threads of the fast engine") << Engine::Fast << false << 1 << DeviceChoice::Auto << true;
        QTest::newRow("the same CPU, named") << Engine::LibTorch << false << 2 << DeviceChoice::Cpu << true;
        QTest::newRow("from the GPU to the CPU") << Engine::LibTorch << true << 2 << DeviceChoice::Cpu << false;
        QTest::newRow("fewer CPU threads beside a GPU") << Engine::LibTorch << true << 1 << DeviceChoice::Cuda << true;
    }
    void dialogSaysWhetherResultsStayEqual()
    {
        QFETCH(Engine, engine);
        QFETCH(bool, cuda);
        QFETCH(int, threads);
        QFETCH(DeviceChoice, device);
        QFETCH(bool, equal);
        SystemInfo machine;
        machine.cores = 2;
        machine.fastEngine = true;
        machine.cuda = cuda;
        machine.cudaDevice = cuda ? "A GPU" : "";
        RunRecord run = m_library->run(m_ids[0])->record;
        run.spec.engine = engine;
        ResumeDialog dialog({run}, machine);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.threadsBox()->setValue(threads);
        dialog.deviceBox()->setCurrentIndex(dialog.deviceBox()->findData(int(device)));
        QCOMPARE(!dialog.consequence().contains(u"not be bit for bit"_s), equal);
    }

private:
    ResumeActions& actions() const { return *m_panel->resumeActions(); }
    void select(const QList<int>& rows)
    {
        auto* selection = m_panel->view()->selectionModel();
        selection->clear();
        for (const int row : rows)
            selection->select(m_panel->view()->model()->index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppSettings> m_settings;
    std::unique_ptr<RunLibrary> m_library;
    std::unique_ptr<RunPanel> m_panel;
    QStringList m_ids;
};

QTEST_MAIN(ResumeActionsTest)
#include "tst_resumeactions.moc"
