// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/recovery.h"
#include "model/store/rescue.h"
#include "model/store/runlock.h"
#include "tests/fixtures/compareenums.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

#include <sys/stat.h>

using namespace normscope;

class RescueTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("XDG_STATE_HOME", path("state").toLocal8Bit());
        qputenv("TMPDIR", m_folder->path().toLocal8Bit());
        m_store = std::make_unique<RunStore>(*RunStore::open(path("runs").toStdString()));
        m_run = *m_store->create(RunSpec(), "first name");
        m_checkpoint = {};
        m_checkpoint.record = m_run;
        m_checkpoint.record.epochs = {{1, 50, 40, 1.0, 1.1, 0.01, 0.1}};
        m_checkpoint.batchLosses = {2.0F, 1.0F};
        m_checkpoint.training.position.epoch = 2;
    }

    void runGoesBackIntoItsFolder()
    {
        QVERIFY(m_store->edit(m_run.id, [](RunRecord& run) { run.name = "new name"; }).ok());
        const Status back = writeBack(*m_store, m_checkpoint, RunState::Stopped);
        QVERIFY2(back.ok(), back.ok() ? "" : back.error().message.c_str());
        const RunRecord run = *m_store->load(m_run.id);
        QCOMPARE(run.state, RunState::Stopped);
        QCOMPARE(run.name, std::string("new name"));
        QCOMPARE(int(run.epochs.size()), 1);
        QCOMPARE(int(m_store->batchLosses(run).size()), 2);
        QVERIFY(findCheckpoint(run).ok());
        QVERIFY(!RunLock::isHeld(run.folder));
    }

    void runOfSomebodyElseIsLeft()
    {
        Checkpoint further = m_checkpoint;
        further.record.epochs.push_back({2, 60, 50, 0.9, 1.0, 0.01, 0.1});
        further.training.position.epoch = 3;
        QVERIFY(writeBack(*m_store, further, RunState::Stopped).ok());
        const Status back = writeBack(*m_store, m_checkpoint, RunState::Stopped);
        QVERIFY(!back.ok());
        QCOMPARE(back.error().code, ErrorCode::BadUsage);
        QCOMPARE(int(m_store->load(m_run.id)->epochs.size()), 2);
    }

    void folderThatIsGoneIsNotMadeAgain()
    {
        std::filesystem::remove_all(m_run.folder);
        const Status back = writeBack(*m_store, m_checkpoint, RunState::Stopped);
        QVERIFY(!back.ok());
        QCOMPARE(back.error().code, ErrorCode::NotFound);
        QVERIFY(!std::filesystem::exists(m_run.folder));
        const RunStore other = *RunStore::open(path("other").toStdString());
        QCOMPARE(writeBack(other, m_checkpoint, RunState::Stopped).error().code, ErrorCode::NotFound);
    }

    void ownFolderComesFirst()
    {
        const auto kept = rescueRun(*m_store, m_checkpoint, RunState::Finished, {path("chosen").toStdString()});
        QVERIFY(kept.ok());
        QCOMPARE(kept->folder, m_run.folder);
        QVERIFY(!QDir(path("chosen")).exists());
        QVERIFY(!QDir(path("state")).exists());
    }

    void thenTheChosenOneThenTheUsers()
    {
        breakFolder();
        const auto chosen = rescueRun(*m_store, m_checkpoint, RunState::Finished, {path("chosen").toStdString()});
        QVERIFY(chosen.ok());
        QVERIFY(QString::fromStdString(chosen->folder).startsWith(path("chosen")));
        const auto kept = rescueRun(*m_store, m_checkpoint, RunState::Finished, {"/proc/none/such"});
        QVERIFY(kept.ok());
        QVERIFY2(QString::fromStdString(kept->folder).startsWith(path("state/normscope/rescued/")), kept->folder.c_str());
        QCOMPARE(kept->state, RunState::Finished);
        QCOMPARE(int(kept->epochs.size()), 1);
    }

    void rescueFolderIsForItsOwnerAlone()
    {
        const auto made = rescueFolder();
        QVERIFY(made.ok());
        QCOMPARE(modeOf(*made), mode_t(0700));
        QCOMPARE(::chmod(made->c_str(), 0777), 0);
        QVERIFY(rescueFolder().ok());
        QCOMPARE(modeOf(*made), mode_t(0700));
    }

    void linkIsNotFollowed()
    {
        breakFolder();
        QVERIFY(QDir().mkpath(path("elsewhere")) && QDir().mkpath(path("state/normscope")));
        QVERIFY(QFile::link(path("elsewhere"), path("state/normscope/rescued")));
        QVERIFY(!rescueFolder().ok());
        const auto kept = rescueRun(*m_store, m_checkpoint, RunState::Finished);
        QVERIFY(kept.ok());
        const std::string place = std::filesystem::path(kept->folder).parent_path().string();
        QVERIFY2(QString::fromStdString(place).startsWith(path("normscope-rescued-")), place.c_str());
        QCOMPARE(modeOf(place), mode_t(0700));
        QVERIFY(QDir(path("elsewhere")).isEmpty());
    }

private:
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    static mode_t modeOf(const std::string& path)
    {
        struct stat info = {};
        return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
    }
    /// It takes no lock then, and so cannot be written, not even by root.
    void breakFolder() const
    {
        std::filesystem::remove(m_run.folder + "/lock");
        QVERIFY(std::filesystem::create_directory(m_run.folder + "/lock"));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunStore> m_store;
    RunRecord m_run;
    Checkpoint m_checkpoint;
};

QTEST_GUILESS_MAIN(RescueTest)
#include "tst_rescue.moc"
