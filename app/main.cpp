// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/options.h"
#include "ui/data/datasetprovider.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/messagebar.h"
#include "ui/training/trainingcontroller.h"
#include "ui/window/appsettings.h"
#include "ui/window/logfile.h"
#include "ui/window/mainwindow.h"
#include "ui/window/quitsignals.h"
#include "ui/window/screenshots.h"
#include "ui/window/storeside.h"

#include <QApplication>
#include <QLoggingCategory>
#include <QMessageBox>
#include <QSessionManager>
#include <QTemporaryDir>
#include <QTimer>

#include <clocale>
#include <cstdlib>
#include <memory>
#include <optional>

using namespace normscope;
using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("normscope::Main", text);
}

const char noDisplay[] = "normscope: there is no display to open a window on. Start it in a graphical session, or use "
                         "normscope-cli, which trains, compares and exports without one.\n";

/// Qt aborts where it cannot reach the display; say instead what a person can do about it.
void tellFatal(QtMsgType type, const QMessageLogContext&, const QString& text)
{
    if (type != QtFatalMsg) {
        if (type != QtDebugMsg && type != QtInfoMsg)
            std::fputs((text + u'\n').toLocal8Bit().constData(), stderr);
        return;
    }
    std::fputs(noDisplay, stderr);
    std::_Exit(exitFailed);
}

bool hasDisplay()
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
        || qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
}

/// A store to open, or one that stands in for it so that the window opens all the same.
struct OpenedStore {
    RunStore store;
    QString problem;                              ///< why the wanted one could not be opened
    QString wanted;                               ///< its folder then
    std::shared_ptr<const QTemporaryDir> placeholder; ///< holds the stand-in, which is empty
};

/// Everything that belongs to one store, in the order in which it may be destroyed from below.
struct Session {
    Session(OpenedStore opened, std::unique_ptr<AppSettings> s)
        : placeholder(std::move(opened.placeholder)), settings(std::move(s)), datasets(std::make_shared<DatasetCache>()),
          library(std::move(opened.store)), provider(datasets), controller(library, datasets),
          window(library, controller, provider, *settings)
    {
        if (!opened.problem.isEmpty())
            window.setStoreProblem(opened.problem, opened.wanted);
    }

    std::shared_ptr<const QTemporaryDir> placeholder;
    std::unique_ptr<AppSettings> settings;
    std::shared_ptr<DatasetCache> datasets;
    RunLibrary library;
    DatasetProvider provider;
    TrainingController controller;
    MainWindow window;
};

Result<RunStore> openStore(const QString& folder)
{
    if (!folder.isEmpty())
        return RunStore::open(folder.toStdString());
    const auto standard = RunStore::defaultFolder();
    return standard ? RunStore::open(*standard) : Result<RunStore>(standard.error());
}

/// None where not even an empty folder for the time being can be made.
std::optional<OpenedStore> openStoreOrPlaceholder(const QString& folder)
{
    auto store = openStore(folder);
    if (store)
        return OpenedStore{std::move(*store), {}, {}, {}};
    const QString reason = QString::fromStdString(store.error().message);
    say(stderr, u"normscope: "_s + reason);
    const auto standard = RunStore::defaultFolder();
    const QString wanted = !folder.isEmpty() ? folder : standard ? QString::fromStdString(*standard) : QString();
    auto placeholder = std::make_shared<const QTemporaryDir>();
    auto empty = RunStore::open(placeholder->path().toStdString());
    if (placeholder->isValid() && empty)
        return OpenedStore{std::move(*empty), reason, wanted, placeholder};
    QMessageBox::critical(nullptr, tr("Normscope"), reason);
    return std::nullopt;
}

int makeScreenshots(const Options& options)
{
    auto store = openStore(options.store);
    if (!store) {
        say(stderr, u"normscope: "_s + QString::fromStdString(store.error().message));
        return exitBadUsage;
    }
    applyTheme(*qApp, options.theme.value_or(ThemeChoice::Light));
    const QTemporaryDir scratch; // the pictures must not depend on, or change, what the user has chosen
    Session session(OpenedStore{std::move(*store), {}, {}, {}}, std::make_unique<AppSettings>(scratch.filePath(u"settings.ini"_s)));
    session.window.storeSide()->offerBar()->hide();
    const QString wrong = saveScreenshots(session.window, session.library, session.provider, options.screenshots, options.size);
    if (wrong.isEmpty())
        return EXIT_SUCCESS;
    say(stderr, u"normscope: "_s + wrong);
    return exitFailed;
}

/// Says when the window has been painted for the first time, and ends the program.
class FirstPaint : public QObject {
public:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::Paint) {
            watched->removeEventFilter(this);
            // The window's own part is painted first: all else follows before the event loop comes round again.
            QTimer::singleShot(0, this, [] {
                say(stdout, tr("The window has been painted."));
                std::fflush(stdout);
                QCoreApplication::quit();
            });
        }
        return false;
    }
};

class Windows : public QObject {
public:
    explicit Windows(std::optional<ThemeChoice> theme) : m_theme(theme) {}

    MainWindow* window() const { return m_session ? &m_session->window : nullptr; }

    bool openFirst(const QString& folder)
    {
        auto store = openStoreOrPlaceholder(folder);
        if (!store)
            return false;
        open(std::move(*store));
        return true;
    }

private:
    void open(OpenedStore store)
    {
        auto settings = std::make_unique<AppSettings>();
        // The command line's theme goes before the remembered one, for this time.
        const auto remembered = parseThemeChoice(settings->theme()).value_or(ThemeChoice::System);
        applyTheme(*qApp, m_session ? currentTheme() : m_theme.value_or(remembered));
        auto next = std::make_unique<Session>(std::move(store), std::move(settings));
        // Queued: the old window, whose signal this is, goes only after it has returned from it.
        connect(&next->window, &MainWindow::storeRequested, this, &Windows::openAnother, Qt::QueuedConnection);
        next->window.show();
        // It may hold runs that are in memory only, and asks what becomes of them; then it stays.
        if (!m_session || m_session->window.close())
            m_session = std::move(next);
    }
    void openAnother(const QString& folder)
    {
        auto store = RunStore::open(folder.toStdString());
        if (store)
            return open(OpenedStore{std::move(*store), {}, {}, {}});
        m_session->window.messageBar()->say(MessageBar::Kind::Error, QString::fromStdString(store.error().message));
    }

    std::optional<ThemeChoice> m_theme;
    std::unique_ptr<Session> m_session;
};

/// Runs the window until it is closed, by the user, a signal or the end of the session.
int runWindow(QApplication& application, const Options& options)
{
    startLog(standardLogPath());
    qInfo("%s starts", qPrintable(versionText()));
    FirstPaint firstPaint;
    Windows windows(options.theme);
    if (!windows.openFirst(options.store))
        return exitFailed;
    if (options.firstPaint)
        windows.window()->installEventFilter(&firstPaint);
    int code = EXIT_SUCCESS;
    const QuitSignals quitSignals;
    QObject::connect(&quitSignals, &QuitSignals::quitRequested, &windows, [&](int number) {
        qInfo("signal %d: stops, saves and quits", number);
        code = QuitSignals::exitCode;
        windows.window()->quitAndSave();
    });
    QObject::connect(&application, &QGuiApplication::commitDataRequest, &windows, [&](QSessionManager&) {
        qInfo("the session ends: stops and saves");
        windows.window()->saveForLogout();
    }, Qt::DirectConnection);
    const int result = QApplication::exec();
    qInfo("ends with exit code %d", code == EXIT_SUCCESS ? result : code);
    return code == EXIT_SUCCESS ? result : code;
}

} // namespace

int main(int argc, char* argv[])
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    Options options;
    if (const auto code = readOptions(arguments, options))
        return *code;
    if (!options.screenshots.isEmpty() && !hasDisplay())
        qputenv("QT_QPA_PLATFORM", "offscreen");
    else if (!hasDisplay() && !arguments.contains(u"-platform"_s) && !arguments.contains(u"--platform"_s)) {
        std::fputs(noDisplay, stderr);
        return exitFailed;
    }

    QCoreApplication::setOrganizationName(u"normscope"_s);
    QCoreApplication::setApplicationName(u"normscope"_s);
    QGuiApplication::setApplicationDisplayName(u"Normscope"_s);
    QGuiApplication::setDesktopFileName(u"normscope"_s);
    const auto previous = qInstallMessageHandler(tellFatal);
    QApplication application(argc, argv);
    qInstallMessageHandler(previous);
    // Qt takes the whole locale from the environment; numbers in files and in LibTorch must not follow it.
    std::setlocale(LC_NUMERIC, "C");

    if (!options.screenshots.isEmpty())
        return makeScreenshots(options);
    return runWindow(application, options);
}
