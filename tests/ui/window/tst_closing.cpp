// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runlock.h"
#include "tests/fixtures/compareenums.h"
#include "tests/ui/window/windowfixture.h"
#include "ui/theme/messagebar.h"
#include "ui/window/storeside.h"

#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QThread>

using namespace normscope;
using namespace normscope::testing;
using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

// Trains for ever, until it is stopped.
RunRecord trainEndlessly(const RunStore& store, RunRecord record, const std::shared_ptr<const Dataset>&,
                         TrainerObserver& observer, const RunControl& control)
{
    int batch = 0;
    while (!control.stop) {
        QThread::msleep(2);
        if (!control.pause)
            observer.batchDone({BatchProgress::Phase::Training, 1, 1, ++batch, 1'000'000, 1.0F, 10, 100});
    }
    record.state = RunState::Stopped;
    return store.save(record).ok() ? record : RunRecord();
}

} // namespace

class ClosingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<WindowFixture>(trainEndlessly);
        m_fixture->controller.setAtOnce(several() ? 2 : 1);
        m_fixture->window->startRuns({m_fixture->spec(), m_fixture->spec(), m_fixture->spec()});
        QTRY_COMPARE_WITH_TIMEOUT(m_fixture->controller.state(), State::Training, 60'000);
        QCOMPARE(m_fixture->controller.activeRuns().size(), several() ? 2 : 1);
        QVERIFY(!m_fixture->window->close());
        QVERIFY(question());
        QVERIFY(!m_fixture->window->close()); // asked once, not twice
        QCOMPARE(m_fixture->window->findChildren<QMessageBox*>().size(), 1);
    }
    void cleanup() { m_fixture.reset(); }

    void keepTraining()
    {
        press(u"Keep training"_s);
        QTRY_VERIFY(!question());
        QCOMPARE(m_fixture->controller.state(), State::Training);
        QVERIFY(m_fixture->window->isVisible());
        QVERIFY(!m_fixture->window->close()); // asks again
        QVERIFY(question());
    }

    void stopAndSave()
    {
        press(u"Stop and save"_s);
        QTRY_VERIFY(!m_fixture->window->isVisible());
        expectAllQueued();
    }

    void questionSaysWhatBecomesOfTheQueue()
    {
        QVERIFY2(question()->informativeText().contains(u"2 runs that wait"_s), qPrintable(question()->informativeText()));
    }

    void signalClosesWithoutAQuestion()
    {
        m_fixture->window->quitAndSave();
        QTRY_VERIFY(!m_fixture->window->isVisible());
        QVERIFY(!question());
        expectAllQueued();
    }

    void logoutSavesBeforeItReturns()
    {
        m_fixture->window->saveForLogout();
        expectAllQueued();
        QCOMPARE(m_fixture->controller.state(), State::Idle);
        QVERIFY(m_fixture->window->isVisible()); // the session manager ends it, or the user stays
        QCOMPARE(m_fixture->window->storeSide()->offerBar()->text(), u"3 runs wait from last time."_s);
    }

    void discard()
    {
        const QString id = m_fixture->controller.currentRun();
        press(u"Discard this run"_s);
        QTRY_VERIFY(!m_fixture->window->isVisible());
        QCOMPARE(int(m_fixture->library.store().list().size()), 2);
        QVERIFY(!m_fixture->library.run(id));
        QVERIFY(!m_fixture->library.store().restore(id.toStdString()).ok()); // the trash is empty
    }

    void severalAreAskedForOnceAndSaved()
    {
        for (const QString& id : m_fixture->controller.activeRuns())
            QVERIFY2(question()->text().contains(m_fixture->library.run(id)->displayName()), qPrintable(question()->text()));
        press(u"Stop and save"_s);
        QTRY_VERIFY(!m_fixture->window->isVisible());
        expectAllQueued();
    }

    void severalAreDiscarded()
    {
        const QStringList asked = m_fixture->controller.activeRuns();
        press(u"Discard these runs"_s);
        QTRY_VERIFY(!m_fixture->window->isVisible());
        QCOMPARE(int(m_fixture->library.store().list().size()), 1); // the one that waited
        for (const QString& id : asked)
            QVERIFY(!m_fixture->library.run(id));
    }

    void endOfTheRunTakesTheQuestionBack()
    {
        m_fixture->controller.stopAll();
        QTRY_VERIFY(!question());
        QVERIFY(m_fixture->window->isVisible()); // nobody said that it should close
        QVERIFY(m_fixture->window->close());
    }

private:
    // What trained as well as what waited, for the next window, and nobody holds them.
    void expectAllQueued() const
    {
        const auto runs = m_fixture->library.store().list();
        QCOMPARE(int(runs.size()), 3);
        for (const RunRecord& run : runs) {
            QCOMPARE(run.state, RunState::Queued);
            QVERIFY(!RunLock::isHeld(run.folder));
        }
    }
    static bool several() { return QByteArray(QTest::currentTestFunction()).startsWith("several"); }
    QMessageBox* question() const { return m_fixture->window->findChild<QMessageBox*>(); }
    void press(const QString& text)
    {
        for (QAbstractButton* button : question()->buttons())
            if (button->text() == text)
                return button->click();
        QFAIL(qPrintable(u"no button "_s + text));
    }

    std::unique_ptr<WindowFixture> m_fixture;
};

QTEST_MAIN(ClosingTest)
#include "tst_closing.moc"
