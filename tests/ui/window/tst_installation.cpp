// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window/windowfixture.h"
#include "ui/window/installationdialog.h"
#include "ui/window/logfile.h"
#include "ui/window/quitsignals.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;
using namespace Qt::StringLiterals;

class InstallationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rotatesAndKeepsTheLastFiles()
    {
        const QTemporaryDir folder;
        const RotatingFile* made = nullptr;
        RotatingFile file(folder.filePath(u"state/normscope/a.log"_s), 100, 3); // folders are made
        made = &file;
        for (int i = 0; i < 40; ++i)
            QVERIFY(file.append(QByteArray::number(i).rightJustified(9, '.') + '\n'));
        QByteArray all;
        for (const QString& name : {u".2"_s, u".1"_s, QString()}) {
            QFile part(made->path() + name);
            QVERIFY2(part.open(QIODevice::ReadOnly), qPrintable(part.fileName()));
            QVERIFY(part.size() <= 100);
            all += part.readAll();
        }
        QCOMPARE(all.size(), 300);
        QVERIFY(all.endsWith("39\n"));
        QVERIFY(all.startsWith(QByteArray::number(10).rightJustified(9, '.')));
        QVERIFY(!QFile::exists(made->path() + u".3"_s));
    }

    void logIsNeverFatal_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("no such place") << u"/proc/none/a.log"_s;
        QTest::newRow("a folder") << QDir::tempPath();
        QTest::newRow("a device") << u"/dev/full"_s;
    }
    void logIsNeverFatal()
    {
        QFETCH(QString, path);
        RotatingFile file(path);
        QVERIFY(!file.append("text\n"));
    }

    void messagesGoIntoTheLog()
    {
        const QTemporaryDir folder;
        QVERIFY(logPath().isEmpty());
        startLog(folder.filePath(u"normscope.log"_s));
        QCOMPARE(logPath(), folder.filePath(u"normscope.log"_s));
        qInfo("news");
        std::thread([] { qInfo("from a thread\nsecond line"); }).join();
        QFile file(logPath());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY2(text.contains(" info default: news\n"), text.constData());
        QVERIFY2(text.contains("from a thread\n    second line\n"), text.constData());
        QCOMPARE(text.count(QByteArray::number(QCoreApplication::applicationPid())), 2);
    }

    void runsAreLogged()
    {
        WindowFixture fixture([](const RunStore& store, RunRecord record, const std::shared_ptr<const Dataset>&, TrainerObserver& observer,
                                 const RunControl&) {
            observer.saveFailed({ErrorCode::Io, "the message", "the detail"}, false);
            record.state = RunState::Failed;
            record.reason = "memory used up";
            return store.save(record).ok() ? record : RunRecord();
        });
        startLog(fixture.folder.filePath(u"normscope.log"_s));
        QSignalSpy ended(&fixture.controller, &TrainingController::runEnded);
        fixture.window->startRun(fixture.spec());
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 60'000);
        QFile file(logPath());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        const QString id = ended.front().front().toString();
        for (const QString& part : {id + u" \"Batch norm\" starts: Batch norm"_s, u"the message\n    the detail"_s,
                                    u"ended: failed, 0 of 1 epochs: memory used up"_s})
            QVERIFY2(text.contains(part), qPrintable(text));
    }

    void installationIsCopiedWhole()
    {
        WindowFixture fixture;
        QAction* about = nullptr;
        for (QAction* action : fixture.window->findChildren<QAction*>())
            if (action->text().contains(u"nstallation"_s))
                about = action;
        QVERIFY(about);
        about->trigger();
        auto* dialog = fixture.window->findChild<InstallationDialog*>();
        QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
        dialog->copyButton()->click();
        const QString text = QApplication::clipboard()->text();
        for (const QString& part : {QString::fromStdString(systemInfo().version), QString::fromStdString(systemInfo().torchVersion),
                                    QString::fromLatin1(qVersion()), QString::fromStdString(fixture.library.store().folder()),
                                    fixture.settings.fileName(), u"Free space there: "_s, u"Processor cores: "_s, u"Log: "_s})
            QVERIFY2(text.contains(part), qPrintable(text));
        QVERIFY(fixture.window->close()); // it is in nobody's way
    }

    void signalsArriveInTheWindow_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }
    void signalsArriveInTheWindow()
    {
        QFETCH(int, number);
        const QuitSignals quit;
        QSignalSpy asked(&quit, &QuitSignals::quitRequested);
        QCOMPARE(::raise(number), 0);
        QTRY_COMPARE(asked.size(), 1);
        QCOMPARE(asked.front().front().toInt(), number);
    }

    void secondSignalQuitsAtOnce()
    {
        const pid_t child = ::fork();
        if (child == 0) { // never comes back to an event loop
            const QuitSignals quit;
            ::raise(SIGTERM);
            ::raise(SIGINT);
            ::_exit(0);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 130);
    }

    void programQuitsOnASignal()
    {
        const QString program = qEnvironmentVariable("NORMSCOPE_WINDOW");
        if (program.isEmpty())
            QSKIP("the window's program is not built");
        const QTemporaryDir home;
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"HOME"_s, home.path());
        environment.insert(u"XDG_STATE_HOME"_s, home.filePath(u"state"_s));
        process.setProcessEnvironment(environment);
        process.start(program, {u"--store"_s, home.filePath(u"runs"_s)});
        QVERIFY(process.waitForStarted());
        const QString log = home.filePath(u"state/normscope/normscope.log"_s);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(log).size() > 0 && QFileInfo::exists(home.filePath(u"runs"_s)), 60'000);
        QTest::qWait(1'500);
        ::kill(pid_t(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        QFile file(log);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains("exit code 130"));
    }

    void programOpensWithoutAStore()
    {
        const QString program = qEnvironmentVariable("NORMSCOPE_WINDOW");
        if (program.isEmpty())
            QSKIP("the window's program is not built");
        const QTemporaryDir home;
        QFile inTheWay(home.filePath(u"file"_s));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"HOME"_s, home.path());
        environment.insert(u"XDG_STATE_HOME"_s, inTheWay.fileName()); // no log either
        environment.insert(u"XDG_DATA_HOME"_s, inTheWay.fileName());
        process.setProcessEnvironment(environment);
        process.start(program, {u"--first-paint"_s});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(process.readAllStandardOutput().contains("has been painted"));
    }
};

QTEST_MAIN(InstallationTest)
#include "tst_installation.moc"
