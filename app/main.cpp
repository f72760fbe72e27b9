// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/trainer.h"
#include "ui/data/datasetprovider.h"
#include "ui/runs/runlibrary.h"
#include "ui/training/trainingcontroller.h"
#include "ui/window/appsettings.h"
#include "ui/window/mainwindow.h"
#include "ui/window/screenshots.h"

#include <QAbstractButton>
#include <QApplication>
#include <QCommandLineParser>
#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTimer>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

using namespace normscope;
using namespace Qt::StringLiterals;

namespace {

constexpr int exitBadUsage = 2;
constexpr int exitFailed = 1;

struct Options {
    QString store;
    QString screenshots;
    std::optional<ThemeChoice> theme;
    QSize size{1280, 800};
    bool firstPaint = false;
};

QString tr(const char* text)
{
    return QCoreApplication::translate("normscope::Main", text);
}

void say(std::FILE* stream, const QString& text)
{
    std::fputs((text + u'\n').toLocal8Bit().constData(), stream);
}

QString helpText()
{
    return tr("Usage: normscope [options]\n"
              "Learn by experiment what normalization does to a network.\n\n"
              "  --store DIR          keep runs in DIR instead of the user's data folder\n"
              "  --theme THEME        light, dark or system\n"
              "  --screenshots DIR    write a picture of every page, made from the store's finished runs, and quit\n"
              "  --size WxH           of those pictures, 1280x800 unless given\n"
              "  --first-paint        open the window, say when it has been painted, and quit: to time the start\n"
              "  -v, --version        show the version and quit\n"
              "  -h, --help           show this and quit\n\n"
              "Without a display, use normscope-cli.");
}

QString versionText()
{
    const SystemInfo info = systemInfo();
    return u"Normscope %1 (LibTorch %2, Qt %3)"_s.arg(QString::fromStdString(info.version),
                                                      QString::fromStdString(info.torchVersion), QString::fromLatin1(qVersion()));
}

std::optional<QSize> parseSize(const QString& text)
{
    const QStringList parts = text.toLower().split(u'x');
    bool okWidth = false;
    bool okHeight = false;
    const QSize size(parts.value(0).toInt(&okWidth), parts.value(1).toInt(&okHeight));
    const bool sane = parts.size() == 2 && okWidth && okHeight && size.width() >= 640 && size.height() >= 480
        && size.width() <= 7680 && size.height() <= 4320;
    return sane ? std::optional(size) : std::nullopt;
}

/// Reads the arguments before there is an application, which a machine without a display cannot make.
/// Returns the exit code where there is nothing more to do.
std::optional<int> readOptions(const QStringList& arguments, Options& options)
{
    QCommandLineParser parser;
    parser.addOptions({{u"store"_s, {}, u"DIR"_s}, {u"theme"_s, {}, u"THEME"_s}, {u"screenshots"_s, {}, u"DIR"_s},
                       {u"size"_s, {}, u"WxH"_s}, {u"first-paint"_s, {}}, {{u"v"_s, u"version"_s}, {}}, {{u"h"_s, u"help"_s}, {}},
                       {u"platform"_s, {}, u"NAME"_s}, {u"style"_s, {}, u"NAME"_s}}); // the last two are Qt's own
    QString wrong = parser.parse(arguments) ? QString() : parser.errorText();
    if (parser.isSet(u"help"_s)) {
        say(stdout, helpText());
        return EXIT_SUCCESS;
    }
    if (parser.isSet(u"version"_s)) {
        say(stdout, versionText());
        return EXIT_SUCCESS;
    }
    if (wrong.isEmpty() && !parser.positionalArguments().isEmpty())
        wrong = tr("Unexpected argument \"%1\".").arg(parser.positionalArguments().constFirst());
    options.store = parser.value(u"store"_s);
    options.screenshots = parser.value(u"screenshots"_s);
    options.firstPaint = parser.isSet(u"first-paint"_s);
    for (const QString& name : {u"store"_s, u"screenshots"_s})
        if (wrong.isEmpty() && parser.isSet(name) && parser.value(name).isEmpty())
            wrong = tr("--%1 needs a folder.").arg(name);
    if (parser.isSet(u"theme"_s)) {
        options.theme = parseThemeChoice(parser.value(u"theme"_s));
        if (wrong.isEmpty() && !options.theme)
            wrong = tr("Unknown theme \"%1\": choose light, dark or system.").arg(parser.value(u"theme"_s));
    }
    if (parser.isSet(u"size"_s)) {
        const auto size = parseSize(parser.value(u"size"_s));
        if (wrong.isEmpty() && !size)
            wrong = tr("\"%1\" is no size: give width and height from 640x480 to 7680x4320, for example 1280x800.")
                        .arg(parser.value(u"size"_s));
        options.size = size.value_or(options.size);
    }
    if (wrong.isEmpty())
        return std::nullopt;
    say(stderr, tr("normscope: %1\nTry: normscope --help").arg(wrong));
    return exitBadUsage;
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

/// Everything that belongs to one store, in the order in which it may be destroyed from below.
struct Session {
    Session(RunStore store, std::unique_ptr<AppSettings> s)
        : settings(std::move(s)), datasets(std::make_shared<DatasetCache>()), library(std::move(store)), provider(datasets),
          controller(library, datasets), window(library, controller, provider, *settings)
    {
    }

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

/// Opens the store, asking for another folder as long as it cannot be opened.
std::optional<RunStore> openStoreOrAsk(QString folder)
{
    for (;;) {
        auto store = openStore(folder);
        if (store)
            return std::move(*store);
        const QString reason = QString::fromStdString(store.error().message);
        say(stderr, u"normscope: "_s + reason);
        QMessageBox box(QMessageBox::Warning, tr("Normscope"), reason, QMessageBox::NoButton);
        QAbstractButton* another = box.addButton(tr("Choose another folder..."), QMessageBox::AcceptRole);
        box.addButton(tr("Quit"), QMessageBox::RejectRole);
        box.exec();
        if (box.clickedButton() != another)
            return std::nullopt;
        folder = QFileDialog::getExistingDirectory(nullptr, tr("Where runs are kept"));
        if (folder.isEmpty())
            return std::nullopt;
    }
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
    Session session(std::move(*store), std::make_unique<AppSettings>(scratch.filePath(u"settings.ini"_s)));
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

    QWidget* window() const { return m_session ? &m_session->window : nullptr; }

    bool open(const QString& folder)
    {
        auto store = openStoreOrAsk(folder);
        if (!store)
            return false;
        auto settings = std::make_unique<AppSettings>();
        // The command line's theme goes before the remembered one, for this time.
        const auto remembered = parseThemeChoice(settings->theme()).value_or(ThemeChoice::System);
        applyTheme(*qApp, m_session ? currentTheme() : m_theme.value_or(remembered));
        auto next = std::make_unique<Session>(std::move(*store), std::move(settings));
        // Queued: the old window, whose signal this is, goes only after it has returned from it.
        connect(&next->window, &MainWindow::storeRequested, this, [this](const QString& other) { open(other); },
                Qt::QueuedConnection);
        next->window.show();
        if (m_session)
            m_session->window.close();
        m_session = std::move(next);
        return true;
    }

private:
    std::optional<ThemeChoice> m_theme;
    std::unique_ptr<Session> m_session;
};

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
    const QApplication application(argc, argv);
    qInstallMessageHandler(previous);
    // Qt takes the whole locale from the environment; numbers in files and in LibTorch must not follow it.
    std::setlocale(LC_NUMERIC, "C");

    if (!options.screenshots.isEmpty())
        return makeScreenshots(options);
    FirstPaint firstPaint;
    Windows windows(options.theme);
    if (!windows.open(options.store))
        return EXIT_SUCCESS;
    if (options.firstPaint)
        windows.window()->installEventFilter(&firstPaint);
    return QApplication::exec();
}
