// SPDX-License-Identifier: GPL-3.0-or-later
// Two windows and four command lines on one store: they train, resume, rename, delete and are killed. Afterwards every run
// opens, and every finished one has the bits of an undisturbed run. NORMSCOPE_STRESS_SECONDS: for how long.
#include "tests/faults/tinyrun.h"
#include "tests/fixtures/testsupport.h"

#include "model/base/random.h"
#include "model/store/recovery.h"
#include "ui/data/datasetprovider.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"
#include "ui/window/appsettings.h"
#include "ui/window/mainwindow.h"
#include "ui/window/pagearea.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <array>
#include <csignal>
#include <map>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr std::array norms{"batch", "group", "layer"};
constexpr int epochs = 2;
constexpr std::size_t enoughRuns = 40; ///< beyond that, more are deleted than made

int seconds()
{
    return std::max(qEnvironmentVariableIntValue("NORMSCOPE_STRESS_SECONDS"), 12);
}

/// What the command lines' arguments mean, for a window.
RunSpec specOf(const char* norm, const QString& images)
{
    RunSpec spec = seedRecipe(*parseNormalization(norm));
    spec.data = {DataKind::Folder, images.toStdString()};
    spec.epochs = epochs;
    spec.batchSize = 16;
    spec.dropout = 0.1;
    spec.threads = 1;
    return spec;
}

/// A window whose user clicks without thinking.
class HastyUser : public QObject {
public:
    HastyUser(MainWindow& window, RunLibrary& library, TrainingController& controller, QString images, std::uint64_t seed)
        : m_window(window), m_library(library), m_controller(controller), m_images(std::move(images)), m_random(streamKey(seed, "hasty"))
    {
        connect(&m_timer, &QTimer::timeout, this, [this] { doSomething(); });
        m_timer.start(60);
    }

private:
    QString someRun()
    {
        const auto runs = m_library.runs();
        return runs.empty() ? QString() : runs[m_random.below(unsigned(runs.size()))]->id();
    }

    void doSomething()
    {
        const QString id = someRun();
        const bool many = m_library.runs().size() > enoughRuns;
        switch (m_random.below(12)) {
        case 0:
            if (!many && m_controller.queuedRuns().size() < 4)
                m_window.startRun(specOf(norms[m_random.below(norms.size())], m_images));
            break;
        case 1: m_library.rename(id, QStringLiteral("renamed %1").arg(m_random.below(1000))); break;
        case 2: m_library.setNote(id, QStringLiteral("note %1\nand more").arg(m_random.below(1000))); break;
        case 3: m_library.setColour(id, int(m_random.below(8))); break;
        case 4: m_library.setChecked(id, m_random.below(2) == 0); break;
        case 5:
            if (many || m_random.below(4) == 0)
                m_library.remove(id);
            break;
        case 6: m_library.undoRemove(); break;
        case 7: resume(id); break;
        case 8: m_controller.stop(); break;
        case 9: m_random.below(2) == 0 ? m_controller.pause() : m_controller.resume(); break;
        case 10: m_window.pages()->showPage(int(m_random.below(6))); break;
        default: m_library.refresh(); break;
        }
    }

    void resume(const QString& id)
    {
        const Run* run = m_library.run(id);
        if (run && whyNotResumable(run->record).empty() && run->record.state != RunState::Queued && m_library.requeue(id))
            m_controller.enqueue(id);
    }

    MainWindow& m_window;
    RunLibrary& m_library;
    TrainingController& m_controller;
    QString m_images;
    RandomStream m_random;
    QTimer m_timer;
};

/// This program as one of the windows.
int beWindow(const QString& storeFolder)
{
    const auto store = RunStore::open(storeFolder.toStdString());
    if (!store)
        return 3;
    const QTemporaryDir own;
    AppSettings settings(own.filePath(QStringLiteral("settings.ini")));
    const auto cache = std::make_shared<DatasetCache>();
    RunLibrary library(*store);
    DatasetProvider provider(cache);
    TrainingController controller(library, cache);
    MainWindow window(library, controller, provider, settings);
    window.show();
    HastyUser user(window, library, controller, qEnvironmentVariable("NORMSCOPE_STRESS_IMAGES"),
                   std::uint64_t(qEnvironmentVariableIntValue("NORMSCOPE_STRESS_SEED")));
    QTimer::singleShot(seconds() * 1000, qApp, [] { QCoreApplication::exit(0); });
    return QCoreApplication::exec(); // the controller's end stops and saves what trains
}

} // namespace

class TestStress : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyoneAtOnce();

private:
    /// A command line that is started again and again.
    struct CommandLine {
        QProcess process;
        int left = 0; ///< milliseconds until it is ended by a signal; 0: it may come to its end
        bool isKilled = false; ///< SIGKILL was sent to it
        QElapsedTimer since;
    };
    void startSomething(CommandLine& line);
    void watch(CommandLine& line);
    void checkEnd(CommandLine& line);

    QTemporaryDir m_folder;
    QString store() const { return m_folder.filePath(QStringLiteral("store")); }
    std::unique_ptr<TinyRun> m_tiny;
    std::map<Normalization, RunRecord> m_reference;
    RandomStream m_random{streamKey(20261123, "stress")};
    int m_calls = 0, m_kills = 0;
    QStringList m_crashes;
};

void TestStress::initTestCase()
{
    m_tiny = std::make_unique<TinyRun>(m_folder.path(), epochs);
    for (const char* norm : norms) {
        const QString reference = m_folder.filePath(QStringLiteral("reference-") + QString::fromLatin1(norm));
        const CliEnd end = runCli(m_tiny->trainArguments(reference, QString::fromLatin1(norm)));
        QVERIFY2(end.code == 0, qPrintable(end.err));
        m_reference[*parseNormalization(norm)] = RunStore::open(reference.toStdString())->list().front();
    }
}

void TestStress::startSomething(CommandLine& line)
{
    const auto runs = RunStore::open(store().toStdString())->list();
    const QString id = runs.empty() ? QString() : QString::fromStdString(runs[m_random.below(unsigned(runs.size()))].id);
    QStringList arguments = m_tiny->trainArguments(store(), QString::fromLatin1(norms[m_random.below(norms.size())]));
    const unsigned choice = m_random.below(8);
    if (!id.isEmpty() && (choice < 3 || runs.size() > enoughRuns))
        arguments = m_tiny->resumeArguments(store(), id);
    else if (!id.isEmpty() && choice == 3)
        arguments = {QStringLiteral("runs"), QStringLiteral("--json"), QStringLiteral("--store"), store()};
    else if (!id.isEmpty() && choice == 4)
        arguments = {QStringLiteral("compare"), id, QStringLiteral("--store"), store()};
    line.isKilled = false;
    line.left = m_random.below(3) == 0 ? 100 + int(m_random.below(2000)) : 0;
    line.process.start(qEnvironmentVariable("NORMSCOPE_CLI"), arguments);
    line.since.start();
    ++m_calls;
}

/// A signal that it may die of is ours: SIGKILL, or SIGTERM before it watches for that. The rest is a crash.
void TestStress::checkEnd(CommandLine& line)
{
    if (!line.since.isValid())
        return;
    const int code = line.process.exitCode(); // of a process that crashed, the signal's number
    const bool isCrash = line.process.exitStatus() != QProcess::NormalExit;
    const bool isOurs = line.left > 0 && ((line.isKilled && code == SIGKILL) || code == SIGTERM);
    if (isCrash ? !isOurs : code != 0 && code != 1 && code != 2 && code != 130)
        m_crashes.append(QStringLiteral("%1 %2: ").arg(isCrash ? QStringLiteral("signal") : QStringLiteral("exit code")).arg(code)
                         + line.process.arguments().join(QLatin1Char(' ')) + QLatin1Char('\n')
                         + QString::fromUtf8(line.process.readAllStandardError()));
    line.since.invalidate();
}

void TestStress::watch(CommandLine& line)
{
    if (line.process.state() == QProcess::NotRunning) {
        checkEnd(line);
        startSomething(line);
    } else if (line.left > 0 && line.since.elapsed() > line.left) {
        const bool kill = m_random.below(2) == 0;
        line.isKilled = line.isKilled || kill;
        ::kill(pid_t(line.process.processId()), kill ? SIGKILL : SIGTERM);
        ++m_kills;
        line.since.restart();
    }
}

void TestStress::everyoneAtOnce()
{
    std::array<QProcess, 2> windows;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        auto variables = QProcessEnvironment::systemEnvironment();
        variables.insert(QStringLiteral("NORMSCOPE_STRESS_WINDOW"), store());
        variables.insert(QStringLiteral("NORMSCOPE_STRESS_IMAGES"), m_folder.filePath(QStringLiteral("images")));
        variables.insert(QStringLiteral("NORMSCOPE_STRESS_SEED"), QString::number(i + 1));
        windows[i].setProcessEnvironment(variables);
        windows[i].setProcessChannelMode(QProcess::MergedChannels);
        windows[i].start(QCoreApplication::applicationFilePath(), {});
    }
    std::array<CommandLine, 4> lines;
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < seconds() * 1000) {
        for (CommandLine& line : lines)
            watch(line);
        QTest::qWait(20);
    }
    for (CommandLine& line : lines) {
        QVERIFY(line.process.state() == QProcess::NotRunning || line.process.waitForFinished(120'000));
        checkEnd(line);
    }
    for (QProcess& window : windows) {
        QVERIFY(window.waitForFinished(180'000));
        QVERIFY2(window.exitStatus() == QProcess::NormalExit && window.exitCode() == 0, window.readAll().constData());
    }
    QVERIFY2(m_crashes.isEmpty(), qPrintable(m_crashes.join(QLatin1Char('\n'))));

    const auto opened = RunStore::open(store().toStdString());
    int finished = 0;
    const auto runs = opened->list();
    for (const RunRecord& run : runs) {
        const QString which = QString::fromStdString(run.folder + " (" + std::string(toString(run.state)) + "): ");
        const QString broken = brokenPromise(*opened, run, run.state == RunState::Finished ? epochs : 0);
        QVERIFY2(broken.isEmpty(), qPrintable(which + broken));
        QVERIFY2(run.state != RunState::Failed, qPrintable(which + QString::fromStdString(run.reason)));
        if (run.state != RunState::Finished)
            continue;
        ++finished;
        const QString differs = difference(run, m_reference.at(run.spec.normalization));
        QVERIFY2(differs.isEmpty(), qPrintable(which + differs));
    }
    QVERIFY(finished > 0); // else nothing was compared
    QVERIFY(m_kills > 0);
    qInfo("%d s: %d calls of the command line, %d of them killed; %d runs left, %d of them finished, all with the right bits", seconds(),
          m_calls, m_kills, int(runs.size()), finished);
}

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    if (const QString store = qEnvironmentVariable("NORMSCOPE_STRESS_WINDOW"); !store.isEmpty())
        return beWindow(store);
    TestStress test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_stress.moc"
