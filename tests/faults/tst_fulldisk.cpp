// SPDX-License-Identifier: GPL-3.0-or-later
// A small file system that is full for a while: training waits, and goes on when there is space again.
#include "tests/faults/tinyrun.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/mount.h>

using namespace normscope;
using namespace normscope::testing;

class TestFullDisk : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void trainingWaitsAndGoesOn();
    void anInterruptEndsTheWait();

private:
    void trainUntilFull(QProcess& process);
    void fill();
    QString disk() const { return m_folder.filePath(QStringLiteral("disk")); }
    QString filler() const { return disk() + QStringLiteral("/filler"); }
    QString store() const { return disk() + QStringLiteral("/store"); }

    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_tiny;
    RunRecord m_reference;
    bool m_mounted = false;
    QString m_said; ///< stderr so far
};

void TestFullDisk::initTestCase()
{
    QVERIFY(QDir().mkpath(disk()));
    m_mounted = ::mount("tmpfs", disk().toLocal8Bit().constData(), "tmpfs", 0, "size=3m") == 0;
    if (!m_mounted)
        QSKIP("a small file system can be mounted by root alone");
    m_tiny = std::make_unique<TinyRun>(m_folder.path(), 6);
    const QString reference = m_folder.filePath(QStringLiteral("reference"));
    QCOMPARE(runCli(m_tiny->trainArguments(reference)).code, 0);
    m_reference = RunStore::open(reference.toStdString())->list().front();
}

void TestFullDisk::cleanupTestCase()
{
    if (m_mounted)
        ::umount(disk().toLocal8Bit().constData());
}

void TestFullDisk::fill()
{
    QFile file(filler());
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    const QByteArray block(4096, 'x');
    while (file.write(block) == block.size()) { }
}

void TestFullDisk::trainUntilFull(QProcess& process)
{
    process.start(qEnvironmentVariable("NORMSCOPE_CLI"), m_tiny->trainArguments(store()));
    m_said.clear();
    const auto said = [&](const char* what) {
        process.waitForReadyRead(50);
        m_said += QString::fromUtf8(process.readAllStandardError());
        return m_said.contains(QString::fromLatin1(what));
    };
    QTRY_VERIFY_WITH_TIMEOUT(said("Epoch 1: "), 60'000);
    fill();
    QTRY_VERIFY2_WITH_TIMEOUT(said("Training waits until there is space"), qPrintable(m_said), 60'000);
    QVERIFY2(m_said.contains(QStringLiteral("No space left on device. Free some space")), qPrintable(m_said));
    const qsizetype before = m_said.size();
    QTest::qWait(2500); // it tries again, and says nothing new
    said("");
    QCOMPARE(m_said.size(), before);
    QVERIFY(process.state() == QProcess::Running);
}

void TestFullDisk::trainingWaitsAndGoesOn()
{
    QProcess process;
    trainUntilFull(process);
    if (QTest::currentTestFailed())
        return;
    QVERIFY(QFile::remove(filler()));
    QVERIFY(process.waitForFinished(60'000));
    m_said += QString::fromUtf8(process.readAllStandardError());
    QVERIFY2(process.exitCode() == 0, qPrintable(m_said));
    QVERIFY2(m_said.contains(QStringLiteral("Everything is saved again.")), qPrintable(m_said));
    const auto opened = RunStore::open(store().toStdString());
    const auto runs = opened->list();
    QCOMPARE(runs.size(), std::size_t(1));
    QCOMPARE(brokenPromise(*opened, runs.front(), 6), QString());
    QCOMPARE(difference(runs.front(), m_reference), QString());
    QDir(store()).removeRecursively();
}

void TestFullDisk::anInterruptEndsTheWait()
{
    QProcess process;
    process.setProcessEnvironment([&] {
        auto variables = QProcessEnvironment::systemEnvironment();
        variables.insert(QStringLiteral("XDG_STATE_HOME"), m_folder.path());
        return variables;
    }());
    trainUntilFull(process);
    if (QTest::currentTestFailed())
        return;
    ::kill(pid_t(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(60'000));
    m_said += QString::fromUtf8(process.readAllStandardError());
    QCOMPARE(process.exitCode(), 130);
    const QString place = m_folder.filePath(QStringLiteral("normscope/rescued"));
    QVERIFY2(m_said.contains(QStringLiteral("The run was kept in ") + place), qPrintable(m_said));
    QCOMPARE(int(QFile::permissions(place) & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther)), 0);
    QVERIFY(QFile::remove(filler()));
    const auto opened = RunStore::open(store().toStdString());
    const RunRecord run = opened->list().front();
    QVERIFY(run.epochs.size() >= 1);
    const CliEnd resumed = runCli(m_tiny->resumeArguments(store(), QString::fromStdString(run.id)));
    QVERIFY2(resumed.code == 0, qPrintable(resumed.err));
    QCOMPARE(difference(*opened->load(run.id), m_reference), QString());
}

QTEST_GUILESS_MAIN(TestFullDisk)
#include "tst_fulldisk.moc"
