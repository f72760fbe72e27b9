// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runlock.h"
#include "tests/fixtures/compareenums.h"
#include "tests/ui/window/windowfixture.h"
#include "ui/runs/runpanel.h"
#include "ui/runs/storewatcher.h"
#include "ui/theme/messagebar.h"
#include "ui/window/closeguard.h"
#include "ui/window/storeside.h"

#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QTreeView>

#include <atomic>

using namespace normscope;
using namespace normscope::testing;
using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr int manyRuns = 24;
constexpr int waitMs = 60'000;

std::atomic<bool> endless{false};

/// Trains for ever or not at all, and leaves the folder as executeRun() does.
RunRecord train(const RunStore& store, RunRecord record, const std::shared_ptr<const Dataset>&, TrainerObserver& observer,
                const RunControl& control)
{
    const auto lock = RunLock::acquire(record.folder);
    if (!lock)
        return record;
    record.state = RunState::Running;
    static_cast<void>(store.save(record).ok());
    for (int batch = 1; endless && !control.stop; QThread::msleep(2))
        observer.batchDone({BatchProgress::Phase::Training, 1, 1, batch++, 1'000'000, 1.0F, 10, 100});
    record.state = control.stop ? RunState::Stopped : RunState::Finished;
    if (record.state == RunState::Finished) {
        record.epochs = {{1, 50, 40, 1.0, 1.1, 0.01, 0.1}};
        static_cast<void>(store.appendEpoch(record, record.epochs.front()).ok());
    }
    static_cast<void>(store.save(record).ok());
    return record;
}

/// A window of its own on a folder that outlives it.
struct Window {
    explicit Window(const QTemporaryDir& folder)
        : settings(folder.filePath(u"settings.ini"_s)), cache(std::make_shared<DatasetCache>()),
          library(*RunStore::open(folder.filePath(u"runs"_s).toStdString())), provider(cache), controller(library, cache, train),
          window(library, controller, provider, settings)
    {
        controller.setAtOnce(1);
        window.show();
    }
    MessageBar& offer() { return *window.storeSide()->offerBar(); }

    AppSettings settings;
    std::shared_ptr<DatasetCache> cache;
    RunLibrary library;
    DatasetProvider provider;
    TrainingController controller;
    MainWindow window;
};

int count(const RunLibrary& library, RunState state)
{
    int number = 0;
    for (const RunRecord& run : library.store().list())
        number += run.state == state;
    return number;
}

} // namespace

class QueueTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        endless = true;
        m_folder = std::make_unique<QTemporaryDir>();
        writeImageFolder(m_folder->filePath(u"images"_s), *syntheticDataset(3, 24));
    }

    void comesBackInTheNextWindow()
    {
        {
            Window first(*m_folder);
            QVERIFY(first.offer().isHidden());
            first.window.startRuns(std::vector<RunSpec>(manyRuns, spec()));
            QTRY_COMPARE_WITH_TIMEOUT(first.controller.state(), State::Training, waitMs);
            QCOMPARE(first.controller.queuedRuns().size(), manyRuns - 1);
            QVERIFY(!first.window.close());
            press(first, u"Stop and save"_s);
            QTRY_VERIFY_WITH_TIMEOUT(!first.window.isVisible(), waitMs);
            QCOMPARE(count(first.library, RunState::Queued), manyRuns);
        }
        Window next(*m_folder);
        QVERIFY(next.offer().isVisible());
        QCOMPARE(next.offer().text(), u"24 runs wait from last time."_s);
        QCOMPARE(next.offer().actionButton()->text(), u"Train them"_s);
        QCOMPARE(int(next.library.runs().size()), manyRuns);
        for (const Run* run : next.library.runs())
            QCOMPARE(run->record.state, RunState::Queued);
        QCOMPARE(next.controller.state(), State::Idle); // nothing begins by itself
        endless = false;
        next.offer().actionButton()->click();
        QVERIFY(next.offer().isHidden());
        QTRY_COMPARE_WITH_TIMEOUT(next.controller.state(), State::Idle, waitMs);
        QCOMPARE(count(next.library, RunState::Finished), manyRuns);
    }

    void comesBackAfterAKill()
    {
        const RunStore store = *RunStore::open(m_folder->filePath(u"runs"_s).toStdString());
        for (int i = 0; i < 3; ++i)
            QVERIFY(store.create(spec()).ok()); // as a killed window leaves them: queued, and in nobody's queue
        Window window(*m_folder);
        QCOMPARE(window.offer().text(), u"3 runs wait from last time."_s);
        window.library.remove(window.library.runs().front()->id());
        QCOMPARE(window.offer().text(), u"2 runs wait from last time."_s);
        window.library.remove(window.library.runs().front()->id());
        QVERIFY(window.offer().text().contains(u"waits from last time"_s));
        QCOMPARE(window.offer().actionButton()->text(), u"Train it"_s);
        window.library.remove(window.library.runs().front()->id());
        QVERIFY(window.offer().isHidden());
    }

    void isNotOfferedByASecondWindow()
    {
        Window first(*m_folder);
        first.window.startRuns(std::vector<RunSpec>(3, spec()));
        QTRY_COMPARE_WITH_TIMEOUT(first.controller.state(), State::Training, waitMs);
        Window second(*m_folder);
        QVERIFY(second.offer().isHidden());
        const QStringList queue = first.controller.queuedRuns();
        QCOMPARE(queue.size(), 2);
        const QAbstractItemModel* rows = second.window.runPanel()->view()->model();
        for (const QString& id : queue)
            QVERIFY(second.library.run(id)->heldElsewhere);
        QCOMPARE(rows->index(1, 1).data().toString(), u"elsewhere"_s);
        QCOMPARE(rows->index(1, 1).data(Qt::ToolTipRole).toString(), u"queued in another window"_s);
        QCOMPARE(rows->index(1, 1).data(Qt::AccessibleTextRole).toString(), u"queued in another window"_s);
        second.controller.enqueue(queue.first());
        QVERIFY(second.controller.queuedRuns().isEmpty() && second.controller.state() == State::Idle);

        first.window.quitAndSave();
        QTRY_VERIFY_WITH_TIMEOUT(!first.window.isVisible(), waitMs);
        QTRY_VERIFY_WITH_TIMEOUT(!second.library.run(queue.first())->heldElsewhere, 2'000); // now it could be trained there
        QCOMPARE(rows->index(1, 1).data().toString(), u"queued"_s);
    }

    void closingPurgesOnlyWhatThisWindowDeleted()
    {
        Window first(*m_folder);
        Window second(*m_folder);
        const QString mine = first.library.create(spec());
        const QString theirs = second.library.create(spec());
        first.library.remove(mine);
        second.library.remove(theirs);
        QVERIFY(first.window.close());
        QVERIFY(!QDir(m_folder->filePath(u"runs/.trash/"_s + mine)).exists());
        QVERIFY(second.library.canUndoRemove());
        second.library.undoRemove();
        QVERIFY(second.library.run(theirs));
        QVERIFY(second.window.close());
    }

private:
    RunSpec spec() const
    {
        RunSpec spec;
        spec.data = {DataKind::Folder, m_folder->filePath(u"images"_s).toStdString()};
        spec.epochs = 1;
        spec.batchSize = 8;
        spec.threads = 1;
        return spec;
    }
    static void press(Window& window, const QString& text)
    {
        for (QAbstractButton* button : window.window.closeGuard()->question()->buttons())
            if (button->text() == text)
                return button->click();
        QFAIL(qPrintable(u"no button "_s + text));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_MAIN(QueueTest)
#include "tst_queue.moc"
