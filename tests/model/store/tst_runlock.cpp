// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/runlock.h"

#include "model/store/runstore.h"

#include "tests/fixtures/compareenums.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <optional>
#include <thread>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace normscope;

/// A run is written only by its owner, and a dead owner does not keep it.
class TestRunLock : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_folder.reset(); }
    void isHeldUntilItIsLetGo();
    void movesWithItsOwner();
    void runningNeedsALiveOwner();
    void askingDoesNotDisturbTheOwner();
    void anotherProcessOwnsIt();
    void aRunInTrainingIsNotRemoved();
    void aFolderThatIsNotThereIsNamed();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunStore> m_store;
    RunRecord m_run;
};

namespace {

/// A process that holds a run's lock until it is killed.
class OtherOwner {
public:
    explicit OtherOwner(const std::string& folder)
    {
        int ready[2];
        if (::pipe(ready) != 0)
            return;
        m_process = ::fork();
        if (m_process == 0) {
            const auto lock = RunLock::acquire(folder);
            const char answer = lock ? 'y' : 'n';
            if (::write(ready[1], &answer, 1) == 1)
                ::pause();
            ::_exit(0);
        }
        char answer = 0;
        holds = ::read(ready[0], &answer, 1) == 1 && answer == 'y';
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~OtherOwner() { kill(); }
    void kill()
    {
        if (m_process <= 0)
            return;
        ::kill(m_process, SIGKILL);
        ::waitpid(m_process, nullptr, 0);
        m_process = -1;
    }
    bool holds = false;

private:
    pid_t m_process = -1;
};

} // namespace

void TestRunLock::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    auto store = RunStore::open(m_folder->path().toStdString());
    QVERIFY(store.ok());
    m_store = std::make_unique<RunStore>(*store);
    m_run = *m_store->create({});
    m_run.state = RunState::Running;
    QVERIFY(m_store->save(m_run).ok());
}

void TestRunLock::isHeldUntilItIsLetGo()
{
    QVERIFY(!RunLock::isHeld(m_run.folder));
    {
        const auto lock = RunLock::acquire(m_run.folder);
        QVERIFY(lock.ok());
        QVERIFY(RunLock::isHeld(m_run.folder));
        QVERIFY(RunLock::isHeldHere(m_run.folder + "/."));
        const auto second = RunLock::acquire(m_run.folder);
        QVERIFY(!second.ok());
        QVERIFY2(second.error().message.find(m_run.folder) != std::string::npos, second.error().message.c_str());
        QVERIFY(RunLock::isHeld(m_run.folder));
    }
    QVERIFY(!RunLock::isHeld(m_run.folder));
    QVERIFY(!RunLock::isHeldHere(m_run.folder));
    QVERIFY(RunLock::acquire(m_run.folder).ok());
}

void TestRunLock::movesWithItsOwner()
{
    std::optional<RunLock> kept;
    {
        auto lock = RunLock::acquire(m_run.folder);
        QVERIFY(lock.ok());
        kept.emplace(std::move(lock.value()));
    }
    QVERIFY(RunLock::isHeld(m_run.folder));
    kept.reset();
    QVERIFY(!RunLock::isHeld(m_run.folder));
}

void TestRunLock::runningNeedsALiveOwner()
{
    QCOMPARE(m_store->load(m_run.id)->state, RunState::Interrupted);
    {
        const auto lock = RunLock::acquire(m_run.folder);
        QVERIFY(m_store->save(m_run).ok());
        QCOMPARE(m_store->load(m_run.id)->state, RunState::Running);
        QCOMPARE(m_store->list().front().state, RunState::Running);
        QVERIFY2(m_store->save(m_run).ok(), "the owner may write");
    }
    QCOMPARE(m_store->list().front().state, RunState::Interrupted);
}

void TestRunLock::askingDoesNotDisturbTheOwner()
{
    std::atomic<bool> done{false};
    std::thread asker([&] {
        while (!done)
            RunLock::isHeld(m_run.folder);
    });
    int failures = 0;
    for (int i = 0; i < 500; ++i)
        failures += RunLock::acquire(m_run.folder).ok() ? 0 : 1;
    done = true;
    asker.join();
    QCOMPARE(failures, 0);
}

void TestRunLock::anotherProcessOwnsIt()
{
    OtherOwner owner(m_run.folder);
    QVERIFY(owner.holds);
    QVERIFY(RunLock::isHeld(m_run.folder));
    QVERIFY(!RunLock::isHeldHere(m_run.folder));
    QVERIFY(!RunLock::acquire(m_run.folder).ok());
    QCOMPARE(m_store->load(m_run.id)->state, RunState::Running);
    const Status saved = m_store->save(m_run);
    QVERIFY(!saved.ok());
    QVERIFY2(saved.error().message.find(m_run.name) != std::string::npos, saved.error().message.c_str());
    owner.kill(); // as a crash or a power cut would
    QCOMPARE(m_store->load(m_run.id)->state, RunState::Interrupted);
    QVERIFY(m_store->save(m_run).ok());
    QVERIFY(RunLock::acquire(m_run.folder).ok());
}

void TestRunLock::aRunInTrainingIsNotRemoved()
{
    {
        const auto lock = RunLock::acquire(m_run.folder);
        const Status removed = m_store->remove(m_run.id);
        QVERIFY(!removed.ok());
        QVERIFY2(removed.error().message.find("Stop it") != std::string::npos, removed.error().message.c_str());
    }
    QVERIFY(m_store->remove(m_run.id).ok());
}

void TestRunLock::aFolderThatIsNotThereIsNamed()
{
    const std::string folder = m_run.folder + "-gone";
    QVERIFY(!RunLock::isHeld(folder));
    const auto lock = RunLock::acquire(folder);
    QVERIFY(!lock.ok());
    QVERIFY2(lock.error().message.find(folder) != std::string::npos, lock.error().message.c_str());
}

QTEST_GUILESS_MAIN(TestRunLock)
#include "tst_runlock.moc"
