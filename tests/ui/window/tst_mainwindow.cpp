// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/compareenums.h"
#include "tests/ui/window/windowfixture.h"
#include "ui/confusion/confusionpage.h"
#include "ui/experiment/experimentform.h"
#include "ui/runs/resumeactions.h"
#include "ui/runs/runpanel.h"
#include "ui/theme/messagebar.h"
#include "ui/theme/theme.h"
#include "ui/window/emptystate.h"
#include "ui/window/epochbar.h"
#include "ui/window/pagearea.h"
#include "ui/window/progresstext.h"
#include "ui/window/runbar.h"
#include "ui/window/screenshots.h"
#include "ui/window/trainingrow.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QImage>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QToolButton>

using namespace normscope;
using namespace normscope::testing;
using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr int trainingMs = 120'000; // the first use of LibTorch on a busy machine
constexpr int loadingMs = 60'000;

bool waitCanStart(const WindowFixture& fixture)
{
    return QTest::qWaitFor([&] { return fixture.window->form()->canStart() && !fixture.provider.isBusy(); }, loadingMs);
}

bool waitIdle(const WindowFixture& fixture)
{
    return QTest::qWaitFor([&] { return fixture.controller.state() == State::Idle; }, trainingMs);
}

RunRecord trainUntilStopped(const RunStore& store, RunRecord record, const std::shared_ptr<const Dataset>&, TrainerObserver& observer,
                            const RunControl& control)
{
    for (int batch = 1; !control.stop; QThread::msleep(2))
        if (!control.pause)
            observer.batchDone({BatchProgress::Phase::Training, 1, 1, batch++, 1'000'000, 1.0F, 10, 100});
    record.state = RunState::Stopped;
    return store.save(record).ok() ? record : RunRecord();
}

} // namespace

class MainWindowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyStoreSaysWhatToDo()
    {
        WindowFixture fixture;
        const PageArea& pages = *fixture.window->pages();
        QCOMPARE(pages.count(), 6);
        QVERIFY(pages.showsEmptyState());
        fixture.window->pages()->showPage(4); // the model and the data can be looked at before any run
        QVERIFY(!pages.showsEmptyState());
        fixture.window->pages()->showPage(2);
        QVERIFY(pages.showsEmptyState());
        fixture.window->form()->setSpec(fixture.spec());
        QVERIFY(waitCanStart(fixture));
        QTRY_VERIFY(fixture.window->emptyState()->compareButton()->isEnabled());
    }

    void startTrainsForReal()
    {
        WindowFixture fixture;
        fixture.window->form()->setSpec(fixture.spec());
        QVERIFY(waitCanStart(fixture));
        QTRY_VERIFY(fixture.window->runBar()->startAction()->isEnabled());
        QSignalSpy ended(&fixture.controller, &TrainingController::runEnded);
        fixture.window->runBar()->startAction()->trigger();
        QCOMPARE(fixture.controller.state(), State::LoadingData);
        QVERIFY(!fixture.window->pages()->showsEmptyState());
        QVERIFY(fixture.window->runBar()->pauseAction()->isEnabled());
        QVERIFY(waitIdle(fixture));
        QCOMPARE(ended.size(), 1);
        const Run* run = fixture.library.runs().front();
        QVERIFY2(run->record.state == RunState::Finished, run->record.reason.c_str());
        QCOMPARE(int(run->record.epochs.size()), 1);
        QVERIFY(run->record.parameters > 0);
        QVERIFY(fixture.library.evaluation(run->id()));
        QCOMPARE(int(fixture.library.batchLosses(run->id()).size()), 9); // 72 images in batches of 8
        QVERIFY(!fixture.window->runBar()->pauseAction()->isEnabled());
    }

    void stoppedRunIsResumedToTheSameFigures()
    {
        WindowFixture fixture;
        const RunSpec spec = fixture.spec(30);
        fixture.window->startRun(spec);
        const QString id = fixture.library.runs().front()->id();
        QTRY_VERIFY_WITH_TIMEOUT(fixture.library.run(id)->record.epochs.size() >= 2, trainingMs);
        fixture.window->runBar()->stopAction()->trigger();
        QVERIFY(waitIdle(fixture));
        QCOMPARE(fixture.library.run(id)->record.state, RunState::Stopped);
        QVERIFY(fixture.library.run(id)->record.epochs.size() < 30);
        fixture.window->runPanel()->selectRun(id);
        QAction* resume = fixture.window->runPanel()->resumeActions()->resumeAction();
        QVERIFY(resume->isEnabled());
        QSignalSpy resumed(&fixture.controller, &TrainingController::runResumed);
        resume->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(resumed.size(), 1, loadingMs);
        QVERIFY(!resume->isEnabled() && !resume->toolTip().isEmpty());
        QVERIFY(waitIdle(fixture));
        const RunRecord first = fixture.library.run(id)->record;
        QCOMPARE(first.state, RunState::Finished);
        QCOMPARE(int(first.epochs.size()), 30);

        fixture.window->startRun(spec); // the same without a break
        QVERIFY(waitIdle(fixture));
        const Run* whole = fixture.library.runs().back();
        QCOMPARE(whole->record.state, RunState::Finished);
        for (std::size_t i = 0; i < 30; ++i) {
            QCOMPARE(first.epochs[i].trainLoss, whole->record.epochs[i].trainLoss);
            QCOMPARE(first.epochs[i].testAccuracy, whole->record.epochs[i].testAccuracy);
        }
        QCOMPARE(int(fixture.library.batchLosses(id).size()), 30 * 9);
        QVERIFY(fixture.library.batchLosses(id) == fixture.library.batchLosses(whole->id()));
    }

    void resumeIsRefusedWithTheDifference()
    {
        WindowFixture fixture;
        const QString id = trainAndStop(fixture);
        const double asked = fixture.library.run(id)->record.spec.learningRate;
        const auto setRate = [&](double rate) {
            QVERIFY(fixture.library.store().edit(id.toStdString(), [rate](RunRecord& record) { record.spec.learningRate = rate; }).ok());
            fixture.library.refresh();
        };
        setRate(0.5);
        fixture.window->runPanel()->selectRun(id);
        QAction* resume = fixture.window->runPanel()->resumeActions()->resumeAction();
        resume->trigger();
        const MessageBar& news = *fixture.window->messageBar();
        QTRY_VERIFY_WITH_TIMEOUT(news.isVisible(), loadingMs);
        QVERIFY2(news.text().contains(u"is 0.5 instead of 0.01"_s), qPrintable(news.text()));
        QCOMPARE(fixture.library.run(id)->record.state, RunState::Stopped);

        setRate(asked);
        const auto images = QDir(fixture.imageFolder() + u"/train"_s).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot);
        const QDir first(images.front().filePath());
        QVERIFY(QFile::remove(first.filePath(first.entryList(QDir::Files).front())));
        fixture.cache->forget(fixture.spec().data);
        resume->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(news.text().contains(u"its images are not those it was trained on"_s), loadingMs);
        QCOMPARE(fixture.library.run(id)->record.state, RunState::Failed);
    }

    void damagedRunIsRepairedFromItsCheckpoint()
    {
        WindowFixture fixture;
        const QString id = trainAndStop(fixture);
        const auto epochs = fixture.library.run(id)->record.epochs;
        QFile json(QDir(QString::fromStdString(fixture.library.run(id)->record.folder)).filePath(u"run.json"_s));
        QVERIFY(json.open(QIODevice::ReadWrite));
        QVERIFY(json.resize(100));
        json.close();
        QTRY_COMPARE_WITH_TIMEOUT(fixture.library.run(id)->record.state, RunState::Damaged, 2'000);
        fixture.window->runPanel()->selectRun(id);
        QAction* repair = fixture.window->runPanel()->resumeActions()->repairAction();
        QVERIFY(repair->isEnabled());
        repair->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(fixture.library.run(id)->record.state, RunState::Interrupted, loadingMs);
        QCOMPARE(fixture.library.run(id)->record.epochs, epochs);
        QTRY_VERIFY2(fixture.window->messageBar()->text().contains(u"was repaired from its checkpoint: %1 of 30 epochs"_s.arg(epochs.size())),
                     qPrintable(fixture.window->messageBar()->text()));
        QVERIFY(fixture.window->runPanel()->resumeActions()->resumeAction()->isEnabled());
    }

    void comparisonQueuesThree()
    {
        WindowFixture fixture([](const RunStore& store, RunRecord record, const std::shared_ptr<const Dataset>&,
                                 TrainerObserver&, const RunControl&) {
            record.state = RunState::Failed;
            record.reason = "a <b>reason</b>";
            return store.save(record).ok() ? record : RunRecord();
        });
        fixture.window->form()->setSpec(fixture.spec());
        QVERIFY(waitCanStart(fixture));
        QSignalSpy started(&fixture.controller, &TrainingController::runStarted);
        fixture.window->compare(true); // a fifth of 72 images is less than a batch: refused before anything is made
        QVERIFY(fixture.library.runs().empty());
        QVERIFY(fixture.window->messageBar()->text().contains(u"64"_s));
        fixture.controller.setAtOnce(1);
        fixture.window->compare(false);
        QCOMPARE(fixture.controller.lastProgress().queueLength, 3);
        QVERIFY(waitIdle(fixture));
        QCOMPARE(started.size(), 3);
        const auto runs = fixture.library.runs();
        QCOMPARE(runs[0]->record.spec.normalization, Normalization::Batch);
        QCOMPARE(runs[1]->record.spec.normalization, Normalization::Group);
        QCOMPARE(runs[2]->record.spec.normalization, Normalization::Layer);
        for (const Run* run : runs) {
            QVERIFY(!run->record.spec.quickLook);
            QCOMPARE(run->record.spec.data, fixture.spec().data);
        }
        QVERIFY(fixture.window->messageBar()->text().contains(u"<b>reason</b>"_s)); // told in the window, not in a dialog
        QVERIFY(!QApplication::activeModalWidget());
    }

    void severalRunsHaveARowEach()
    {
        WindowFixture fixture(trainUntilStopped);
        SystemInfo machine;
        machine.cores = 2;
        machine.fastEngine = true;
        fixture.controller.setMachine(machine);
        const RunBar& bar = *fixture.window->runBar();
        fixture.window->startRuns({fixture.spec(), fixture.spec(), fixture.spec(), fixture.spec()});
        const QStringList active = fixture.controller.activeRuns();
        QCOMPARE(active.size(), 2);
        QCOMPARE(bar.rows().size(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(bar.rows()[0]->epochBar()->text().contains(u"epoch 1/1, batch"_s)
                                     && bar.rows()[1]->epochBar()->text().contains(u"epoch 1/1, batch"_s), loadingMs);
        QCOMPARE(bar.queueLabel()->text(), u"2 runs training, 2 waiting"_s);
        QCOMPARE(bar.epochBar()->text(), u"0 of 4 runs done"_s);
        QVERIFY(fixture.window->windowTitle().startsWith(u"2 runs"_s));
        bar.rows()[1]->pauseButton()->click();
        QCOMPARE(fixture.controller.stateOf(active[0]), State::Training);
        QCOMPARE(fixture.controller.stateOf(active[1]), State::Paused);
        QVERIFY(bar.rows()[1]->epochBar()->text().contains(u"paused"_s));
        bar.pauseAction()->trigger(); // all
        QCOMPARE(fixture.controller.state(), State::Paused);
        QCOMPARE(bar.queueLabel()->text(), u"2 runs paused, 2 waiting"_s);
        QVERIFY(fixture.window->windowTitle().startsWith(u"2 runs paused"_s));
        bar.pauseAction()->trigger();
        QCOMPARE(fixture.controller.stateOf(active[1]), State::Training);
        bar.rows()[0]->stopButton()->click();
        QTRY_COMPARE(fixture.controller.activeRuns().front(), active[1]);
        QCOMPARE(bar.rows()[0]->runId(), active[1]);
        QCOMPARE(bar.queueLabel()->text(), u"2 runs training, 1 waiting"_s);
        QCOMPARE(bar.epochBar()->text(), u"0 of 3 runs done"_s);
        bar.stopAllAction()->trigger();
        QVERIFY(waitIdle(fixture));
        QVERIFY(bar.rows().isEmpty());
    }

    void howQueuedRunsTrainIsChosenInTheMenu()
    {
        WindowFixture fixture(trainUntilStopped);
        QCOMPARE(fixture.controller.atOnce(), 0);
        const auto choice = [&](const QString& text) -> QAction* {
            for (QAction* action : fixture.window->findChildren<QAction*>())
                if (QString(action->text()).remove(u'&') == text)
                    return action;
            return nullptr;
        };
        QVERIFY(choice(u"One after another"_s));
        QVERIFY(choice(u"At once where it pays"_s)->isChecked());
        choice(u"One after another"_s)->trigger();
        QCOMPARE(fixture.controller.atOnce(), 1);
        QVERIFY(!fixture.settings.runsAtOnce());
        fixture.controller.setAtOnce(0);
        fixture.open(); // as after a restart
        QCOMPARE(fixture.controller.atOnce(), 1);
        QVERIFY(choice(u"One after another"_s)->isChecked());
        fixture.window->startRuns({fixture.spec(), fixture.spec()});
        QCOMPARE(fixture.controller.activeRuns().size(), 1);
        fixture.controller.stopAll();
        QVERIFY(waitIdle(fixture));
    }

    void disabledControlsSayWhy()
    {
        WindowFixture fixture;
        int disabled = 0;
        for (const auto* button : fixture.window->runBar()->findChildren<QToolButton*>()) {
            if (button->isEnabled())
                continue;
            ++disabled;
            QVERIFY2(!button->toolTip().isEmpty() && button->toolTip() != button->text(), qPrintable(button->text()));
        }
        for (const QMenu* menu : fixture.window->menuBar()->findChildren<QMenu*>()) {
            for (const QAction* action : menu->actions()) {
                if (action->isEnabled() || action->isSeparator())
                    continue;
                ++disabled;
                const QString plain = QString(action->text()).remove(u'&');
                QVERIFY2(!action->toolTip().isEmpty() && action->toolTip() != plain, qPrintable(action->text()));
            }
        }
        QVERIFY(disabled >= 5);
    }

    void checksAndPageAreRemembered()
    {
        WindowFixture fixture;
        const QString a = fixture.library.create(fixture.spec());
        const QString b = fixture.library.create(fixture.spec());
        fixture.library.setChecked(a, false);
        fixture.window->pages()->showPage(2);
        QVERIFY(fixture.window->close());
        fixture.library.setChecked(b, false); // as after a restart
        fixture.open();
        QVERIFY(!fixture.library.run(a)->checked);
        QVERIFY(fixture.library.run(b)->checked);
        QCOMPARE(fixture.window->pages()->currentPage(), 2);
    }

    void formRemembersItsRecipe()
    {
        WindowFixture fixture;
        RunSpec spec = fixture.spec(7);
        spec.normalization = Normalization::Group;
        spec.groups = 8;
        spec.seed = 18'446'744'073'709'551'615ULL;
        spec.learningRate = 0.0125;
        spec.limitTrain = 40;
        spec.engine = Engine::LibTorch;
        fixture.window->form()->setSpec(spec);
        QVERIFY(fixture.window->close());
        fixture.open();
        QVERIFY(fixture.window->form()->spec() == spec);
    }

    void confusionCellLeadsToItsImages()
    {
        WindowFixture fixture;
        const auto dataset = syntheticDataset(3, 8);
        const RunRecord record = writeFinishedRun(fixture.library.store(), *dataset, fixture.spec(3), 0.6);
        fixture.library.refresh();
        fixture.library.setChecked(QString::fromStdString(record.id), true);
        fixture.window->pages()->showPage(2);
        auto* confusion = qobject_cast<ConfusionPage*>(fixture.window->pages()->page(2));
        QVERIFY(confusion);
        Q_EMIT confusion->cellActivated(QString::fromStdString(record.id), 0, 1);
        QCOMPARE(fixture.window->pages()->currentPage(), 3);
    }

    void themesChangeTheWholeWindow()
    {
        WindowFixture fixture;
        auto* styled = fixture.window->form()->findChild<QToolButton*>(); // a section's head, which has a style sheet
        QVERIFY(styled);
        const auto ground = [&] { return fixture.window->grab().toImage().pixelColor(3, 30).lightness(); };
        const auto text = [&] { return styled->palette().color(QPalette::ButtonText).lightness(); };
        fixture.window->setTheme(ThemeChoice::Dark);
        QTRY_VERIFY(ground() < 80);
        QTRY_VERIFY(text() > 170);
        fixture.window->setTheme(ThemeChoice::Light);
        QTRY_VERIFY(ground() > 170);
        QTRY_VERIFY(text() < 80);
        QVERIFY(currentTheme() == ThemeChoice::Light);
        fixture.window->setTheme(ThemeChoice::System);
    }

    void screenshotsShowEveryPage()
    {
        WindowFixture fixture;
        const auto dataset = loadDataset(fixture.spec().data);
        QVERIFY(dataset.ok());
        for (const auto norm : {Normalization::Batch, Normalization::Layer}) {
            RunSpec spec = fixture.spec(3);
            spec.normalization = norm;
            writeFinishedRun(fixture.library.store(), **dataset, spec, 0.6, int(norm));
        }
        fixture.library.refresh();
        const QString target = fixture.folder.filePath(u"a/b"_s);
        QCOMPARE(saveScreenshots(*fixture.window, fixture.library, fixture.provider, target, QSize(1280, 720)), QString());
        QCOMPARE(int(fixture.library.checkedRuns().size()), 2);
        QSet<QByteArray> different;
        for (const QString& name : {u"curves"_s, u"compare"_s, u"confusion"_s, u"errors"_s, u"model"_s, u"data"_s}) {
            QFile file(target + u'/' + name + u".png"_s);
            QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(name));
            const QByteArray bytes = file.readAll();
            QCOMPARE(QImage::fromData(bytes).size(), QSize(1280, 720));
            different.insert(bytes);
        }
        QCOMPARE(different.size(), 6);
        QVERIFY(!saveScreenshots(*fixture.window, fixture.library, fixture.provider, u"/proc/none/such"_s, QSize(1280, 720)).isEmpty());
    }

    void timeLeftIsReadable_data()
    {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("seconds") << 42.4 << u"0:42"_s;
        QTest::newRow("minutes") << 190.0 << u"3:10"_s;
        QTest::newRow("hours") << 3900.0 << u"1:05:00"_s;
        QTest::newRow("negative") << -5.0 << u"0:00"_s;
    }

    void timeLeftIsReadable()
    {
        QFETCH(double, seconds);
        QFETCH(QString, text);
        QCOMPARE(clockText(seconds), text);
    }

private:
    /// A run of 30 epochs, stopped after the first ones.
    static QString trainAndStop(WindowFixture& fixture)
    {
        fixture.window->startRun(fixture.spec(30));
        const QString id = fixture.library.runs().front()->id();
        const bool trained = QTest::qWaitFor([&] { return !fixture.library.run(id)->record.epochs.empty(); }, trainingMs);
        fixture.window->runBar()->stopAction()->trigger();
        return trained && waitIdle(fixture) ? id : QString();
    }
};

QTEST_MAIN(MainWindowTest)
#include "tst_mainwindow.moc"
