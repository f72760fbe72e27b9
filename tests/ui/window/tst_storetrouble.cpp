// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/checkpoint.h"
#include "tests/fixtures/compareenums.h"
#include "tests/ui/window/windowfixture.h"
#include "ui/experiment/experimentform.h"
#include "ui/runs/storewatcher.h"
#include "ui/theme/messagebar.h"
#include "ui/window/closeguard.h"
#include "ui/window/epochbar.h"
#include "ui/window/runbar.h"
#include "ui/window/storeprobe.h"
#include "ui/window/storeside.h"
#include "ui/window/storetrouble.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QToolButton>

#include <atomic>

using namespace normscope;
using namespace normscope::testing;
using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr int waitMs = 60'000;

/// What the next run meets.
struct Disk {
    std::atomic<bool> full{false};
    std::atomic<bool> broken{false};
} disk;

std::shared_ptr<const Checkpoint> checkpointOf(const RunRecord& record)
{
    auto checkpoint = std::make_shared<Checkpoint>();
    checkpoint->record = record;
    checkpoint->record.epochs = {{1, 50, 40, 1.0, 1.1, 0.01, 0.1}};
    checkpoint->batchLosses = {2.0F, 1.0F};
    checkpoint->training.position.epoch = 2;
    return checkpoint;
}

/// One batch, then what executeRun() says of a disk as it is.
RunRecord train(const RunStore& store, RunRecord record, const std::shared_ptr<const Dataset>&, TrainerObserver& observer,
                const RunControl& control)
{
    observer.batchDone({BatchProgress::Phase::Training, 1, record.spec.epochs, 1, 9, 1.0F, 10, 100});
    const bool broken = disk.broken;
    if (disk.full) {
        observer.saveFailed({ErrorCode::Io, "Cannot write metrics.csv: No space left on device.", {}}, true);
        while (disk.full && !control.stop)
            QThread::msleep(1);
        observer.saveRecovered();
    }
    if (broken) {
        observer.saveFailed({ErrorCode::Io, "Cannot write metrics.csv: Input/output error.", {}}, false);
        while (disk.broken && !control.stop)
            QThread::msleep(1);
        record.state = RunState::Finished;
        observer.keptInMemory(checkpointOf(record));
        return record;
    }
    record.state = RunState::Finished;
    record.epochs = std::vector<EpochMetrics>(std::size_t(record.spec.epochs), {1, 50, 40, 1.0, 1.1, 0.01, 0.1});
    for (const EpochMetrics& epoch : record.epochs)
        static_cast<void>(store.appendEpoch(record, epoch).ok());
    static_cast<void>(store.save(record).ok());
    return record;
}

} // namespace

class StoreTroubleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        disk.full = false;
        disk.broken = false;
        m_fixture = std::make_unique<WindowFixture>(train);
    }
    void cleanup()
    {
        disk.full = false;
        disk.broken = false;
        m_fixture.reset();
    }

    void fullDiskShowsUntilThereIsSpace()
    {
        disk.full = true;
        m_fixture->window->startRun(m_fixture->spec(3));
        QTRY_VERIFY_WITH_TIMEOUT(banner().isVisible(), waitMs);
        QVERIFY2(banner().text().startsWith(u"The disk is full: \"Batch norm\" waits"_s), qPrintable(banner().text()));
        QVERIFY(banner().text().contains(u"No space left on device"_s));
        QTRY_COMPARE(m_fixture->window->runBar()->epochBar()->text(), u"epoch 1/3, waiting for space"_s);
        for (const QToolButton* button : banner().findChildren<QToolButton*>())
            QVERIFY(button->isHidden()); // it cannot be closed away
        disk.full = false;
        QTRY_VERIFY_WITH_TIMEOUT(banner().isHidden(), waitMs);
        QTRY_COMPARE(m_fixture->controller.state(), State::Idle);
        QCOMPARE(m_fixture->library.runs().front()->record.state, RunState::Finished);
    }

    void runInMemoryIsKeptInAnotherFolder()
    {
        const QString id = endInMemory();
        QVERIFY2(banner().text().contains(u"only in memory"_s), qPrintable(banner().text()));
        banner().actionButton()->click();
        auto* dialog = m_fixture->window->findChild<QFileDialog*>();
        QVERIFY(dialog);
        QVERIFY(banner().isVisible());
        Q_EMIT dialog->fileSelected(otherFolder());
        QTRY_VERIFY_WITH_TIMEOUT(banner().isHidden(), waitMs);
        const auto kept = RunStore::open(otherFolder().toStdString())->list();
        QCOMPARE(int(kept.size()), 1);
        QCOMPARE(kept.front().name, m_fixture->library.run(id)->record.name);
        QCOMPARE(kept.front().state, RunState::Finished);
        QVERIFY(m_fixture->window->messageBar()->text().contains(otherFolder()));
        QSignalSpy wanted(m_fixture->window.get(), &MainWindow::storeRequested);
        m_fixture->window->messageBar()->actionButton()->click();
        QCOMPARE(wanted.front().front().toString(), otherFolder());
        QVERIFY(m_fixture->window->close());
    }

    void folderMayBeChosenWhileTheRunGoesOn()
    {
        disk.broken = true;
        m_fixture->window->startRun(m_fixture->spec(3));
        QTRY_VERIFY_WITH_TIMEOUT(banner().isVisible(), waitMs);
        QVERIFY2(banner().text().contains(u"goes on in memory"_s), qPrintable(banner().text()));
        m_fixture->window->storeSide()->trouble()->keepIn(otherFolder());
        QVERIFY2(banner().text().contains(otherFolder()), qPrintable(banner().text()));
        breakFolder(m_fixture->library.runs().front()->id());
        disk.broken = false;
        QTRY_COMPARE_WITH_TIMEOUT(m_fixture->controller.state(), State::Idle, waitMs);
        QTRY_VERIFY_WITH_TIMEOUT(banner().isHidden(), waitMs);
        QCOMPARE(int(RunStore::open(otherFolder().toStdString())->list().size()), 1);
    }

    void runInMemoryGoesBackIntoItsOwnFolder_data()
    {
        QTest::addColumn<bool>("chosen");
        QTest::newRow("the button") << false;
        QTest::newRow("its own store chosen") << true;
    }

    void runInMemoryGoesBackIntoItsOwnFolder()
    {
        QFETCH(bool, chosen);
        const QString id = endInMemory();
        StoreTrouble& trouble = *m_fixture->window->storeSide()->trouble();
        const QString own = QString::fromStdString(m_fixture->library.store().folder());
        QSignalSpy failed(&trouble, &StoreTrouble::notKept);
        QVERIFY(banner().otherButton()->isVisible());
        chosen ? trouble.keepIn(own) : banner().otherButton()->click();
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, waitMs); // not yet
        QCOMPARE(trouble.runsInMemory(), QStringList{id});
        QVERIFY(banner().isVisible());
        mendFolder(id);
        QSignalSpy back(&trouble, &StoreTrouble::wroteBack);
        chosen ? trouble.keepIn(own) : banner().otherButton()->click();
        QTRY_COMPARE_WITH_TIMEOUT(back.size(), 1, waitMs);
        QVERIFY(banner().isHidden());
        QVERIFY(trouble.runsInMemory().isEmpty());
        const auto runs = m_fixture->library.store().list();
        QCOMPARE(int(runs.size()), 1); // no copy
        QCOMPARE(runs.front().state, RunState::Finished);
        QCOMPARE(int(runs.front().epochs.size()), 1);
        QCOMPARE(m_fixture->library.run(id)->record.state, RunState::Finished);
        QVERIFY(m_fixture->window->close());
    }

    void signalKeepsARunOnceThatIsJustBeingKept()
    {
        endInMemory();
        StoreTrouble& trouble = *m_fixture->window->storeSide()->trouble();
        trouble.keepIn(otherFolder());
        trouble.keepIn(otherFolder());
        trouble.rescue();
        QVERIFY(trouble.runsInMemory().isEmpty());
        QCOMPARE(int(RunStore::open(otherFolder().toStdString())->list().size()), 1);
    }

    void folderThatCannotBeWrittenIsTold()
    {
        endInMemory();
        m_fixture->window->storeSide()->trouble()->keepIn(u"/proc/none/such"_s);
        QTRY_VERIFY_WITH_TIMEOUT(m_fixture->window->messageBar()->text().contains(u"/proc/none"_s), waitMs);
        QVERIFY(banner().isVisible());
        QCOMPARE(m_fixture->window->storeSide()->trouble()->runsInMemory().size(), 1);
    }

    void closingAsksForARunInMemory()
    {
        endInMemory();
        QVERIFY(!m_fixture->window->close());
        StoreTrouble& trouble = *m_fixture->window->storeSide()->trouble();
        QVERIFY(trouble.question());
        press(u"Keep the window open"_s);
        QTRY_VERIFY(!trouble.question());
        QVERIFY(m_fixture->window->isVisible());
        QVERIFY(!m_fixture->window->close());
        press(u"Choose another folder..."_s);
        QTRY_VERIFY(m_fixture->window->findChild<QFileDialog*>());
        Q_EMIT m_fixture->window->findChild<QFileDialog*>()->fileSelected(otherFolder());
        QTRY_VERIFY_WITH_TIMEOUT(!m_fixture->window->isVisible(), waitMs); // as was wanted
        QCOMPARE(int(RunStore::open(otherFolder().toStdString())->list().size()), 1);
    }

    void runThatEndsInMemoryOnClosingIsNotQueuedAsItIsOnTheDisk()
    {
        disk.broken = true;
        m_fixture->window->startRun(m_fixture->spec(3));
        const QString id = m_fixture->library.runs().front()->id();
        QTRY_VERIFY_WITH_TIMEOUT(banner().isVisible(), waitMs);
        QVERIFY(!m_fixture->window->close());
        for (QAbstractButton* button : m_fixture->window->closeGuard()->question()->buttons())
            if (button->text() == u"Stop and save"_s)
                button->click();
        StoreTrouble& trouble = *m_fixture->window->storeSide()->trouble();
        QTRY_VERIFY_WITH_TIMEOUT(trouble.question(), waitMs); // the next question
        QVERIFY(m_fixture->window->isVisible());
        QVERIFY(m_fixture->library.run(id)->record.state != RunState::Queued);
        press(u"Keep the window open"_s);
        disk.broken = false;
        m_fixture->window->startRun(m_fixture->spec()); // its end does not close the window
        QTRY_COMPARE_WITH_TIMEOUT(m_fixture->controller.state(), State::Idle, waitMs);
        QTRY_VERIFY(!trouble.question());
        QVERIFY(m_fixture->window->isVisible());
        QVERIFY(!m_fixture->window->close());
        press(u"Close and lose"_s);
        QTRY_VERIFY(!m_fixture->window->isVisible());
    }

    void runInMemoryMayBeLostOnPurpose()
    {
        endInMemory();
        QVERIFY(!m_fixture->window->close());
        press(u"Close and lose"_s);
        QTRY_VERIFY(!m_fixture->window->isVisible());
    }

    void signalRescuesARunInMemory()
    {
        qputenv("XDG_STATE_HOME", m_fixture->folder.filePath(u"state"_s).toLocal8Bit());
        endInMemory();
        m_fixture->window->quitAndSave(); // nobody answers a question
        QTRY_VERIFY(!m_fixture->window->isVisible());
        qunsetenv("XDG_STATE_HOME");
        const QString place = m_fixture->folder.filePath(u"state/normscope/rescued"_s);
        QVERIFY(QDir(place).exists());
        QCOMPARE(int(RunStore::open(place.toStdString())->list().size()), 1);
    }

    void storeThatCannotBeOpenedBlocksTheStartAlone()
    {
        m_fixture->window->form()->setSpec(m_fixture->spec());
        QTRY_VERIFY_WITH_TIMEOUT(m_fixture->window->form()->canStart(), waitMs);
        m_fixture->window->setStoreProblem(u"Cannot make the folder /none: Permission denied."_s, u"/none"_s);
        QVERIFY(banner().isVisible());
        QVERIFY(banner().text().contains(u"Permission denied"_s));
        QVERIFY(!m_fixture->window->form()->canStart());
        QVERIFY(!m_fixture->window->runBar()->startAction()->isEnabled());
        QVERIFY(m_fixture->window->runBar()->startAction()->toolTip().contains(u"Permission denied"_s));
        const auto* start = m_fixture->window->form()->findChild<QPushButton*>(u"startButton"_s);
        QVERIFY(!start->isEnabled() && start->toolTip().contains(u"Permission denied"_s));
        const auto* reason = m_fixture->window->form()->findChild<QWidget*>(u"startReason"_s);
        QVERIFY(reason && !reason->isHidden()); // said beside it too
        bool named = false;
        for (const QLabel* label : m_fixture->window->findChildren<QLabel*>())
            named = named || label->text().contains(u"/none (cannot be opened)"_s);
        QVERIFY(named);
        banner().actionButton()->click();
        auto* dialog = m_fixture->window->findChild<QFileDialog*>();
        QVERIFY(dialog);
        QSignalSpy wanted(m_fixture->window.get(), &MainWindow::storeRequested);
        Q_EMIT dialog->fileSelected(otherFolder());
        QCOMPARE(wanted.size(), 1);
    }

    void storeTakenAwayShowsUntilItIsBack()
    {
        const QString runs = m_fixture->folder.filePath(u"runs"_s);
        const QString id = m_fixture->library.create(m_fixture->spec());
        QVERIFY(QDir().rename(runs, runs + u"-away"_s));
        QTRY_VERIFY_WITH_TIMEOUT(banner().isVisible(), 2'000);
        QVERIFY(m_fixture->library.run(id));
        QVERIFY(!m_fixture->window->form()->canStart());
        QVERIFY(QDir().rename(runs + u"-away"_s, runs));
        QTRY_VERIFY_WITH_TIMEOUT(banner().isHidden(), 2'000);
    }

    void readOnlyStoreIsSeen()
    {
        QVERIFY(whyNotWritable(m_fixture->folder.path()).isEmpty());
        QVERIFY(QDir(m_fixture->folder.path()).entryList({u".probe*"_s}, QDir::AllEntries | QDir::Hidden).isEmpty());
        QVERIFY(!whyNotWritable(u"/proc"_s).isEmpty());
        QVERIFY(!whyNotWritable(m_fixture->folder.filePath(u"none"_s)).isEmpty());
    }

private:
    MessageBar& banner() const { return *m_fixture->window->storeSide()->troubleBar(); }
    QString otherFolder() const { return m_fixture->folder.filePath(u"other"_s); }
    QString endInMemory()
    {
        disk.broken = true;
        m_fixture->window->startRun(m_fixture->spec());
        const QString id = m_fixture->library.runs().front()->id();
        if (!QTest::qWaitFor([&] { return banner().isVisible(); }, waitMs))
            return {};
        breakFolder(id);
        disk.broken = false;
        return QTest::qWaitFor([&] { return m_fixture->controller.state() == State::Idle; }, waitMs) ? id : QString();
    }
    /// A run's folder that takes no lock: it cannot be written, not even by root.
    QString lockOf(const QString& id) const { return QString::fromStdString(m_fixture->library.run(id)->record.folder) + u"/lock"_s; }
    void breakFolder(const QString& id) const
    {
        QFile::remove(lockOf(id));
        QVERIFY(QDir().mkdir(lockOf(id)));
    }
    void mendFolder(const QString& id) const { QVERIFY(QDir().rmdir(lockOf(id))); }
    void press(const QString& text)
    {
        for (QAbstractButton* button : m_fixture->window->storeSide()->trouble()->question()->buttons())
            if (button->text() == text)
                return button->click();
        QFAIL(qPrintable(u"no button "_s + text));
    }

    std::unique_ptr<WindowFixture> m_fixture;
};

QTEST_MAIN(StoreTroubleTest)
#include "tst_storetrouble.moc"
