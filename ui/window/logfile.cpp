// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/logfile.h"

#include "model/base/userfolder.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QMutex>

#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

/// Qt's message handler is a plain function, so what it writes to has no owner.
struct Log {
    QMutex mutex;
    std::optional<RotatingFile> file;
    QtMessageHandler before = nullptr;
};

Log& theLog()
{
    static Log log;
    return log;
}

const char* levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg: return "debug";
    case QtInfoMsg: return "info";
    case QtWarningMsg: return "warning";
    case QtCriticalMsg: return "error";
    case QtFatalMsg: return "fatal";
    }
    return "";
}

QByteArray lineOf(QtMsgType type, const QMessageLogContext& context, const QString& text)
{
    QString indented = text;
    indented.replace(u'\n', u"\n    "_s); // a line that does not begin with a time belongs to the one before
    return u"%1 %2 %3 %4: %5\n"_s
        .arg(QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs), QString::number(QCoreApplication::applicationPid()),
             QString::fromLatin1(levelOf(type)), QString::fromUtf8(context.category ? context.category : "default"), indented)
        .toUtf8();
}

void handle(QtMsgType type, const QMessageLogContext& context, const QString& text)
{
    Log& log = theLog();
    {
        const QMutexLocker lock(&log.mutex);
        if (log.file && type != QtDebugMsg)
            log.file->append(lineOf(type, context, text));
    }
    // News of runs are for the file; a terminal gets what went wrong.
    if (log.before && type != QtInfoMsg)
        log.before(type, context, text);
}

} // namespace

RotatingFile::RotatingFile(QString path, qint64 limit, int files) : m_path(std::move(path)), m_limit(limit), m_files(files) {}

void RotatingFile::rotate()
{
    for (int number = m_files - 1; number > 0; --number) {
        const QString from = number == 1 ? m_path : u"%1.%2"_s.arg(m_path).arg(number - 1);
        // rename() replaces what is there; where it fails the file just grows on.
        ::rename(QFile::encodeName(from).constData(), QFile::encodeName(u"%1.%2"_s.arg(m_path).arg(number)).constData());
    }
}

bool RotatingFile::append(const QByteArray& line)
{
    QDir().mkpath(QFileInfo(m_path).path());
    const QByteArray name = QFile::encodeName(m_path);
    struct stat info = {};
    if (::stat(name.constData(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 && info.st_size + line.size() > m_limit)
        rotate();
    // Opened for every line: another window may have moved it away. Lines are few.
    const int fd = ::open(name.constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0)
        return false;
    const bool whole = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)
        && ::write(fd, line.constData(), std::size_t(line.size())) == line.size();
    ::close(fd);
    return whole;
}

QString standardLogPath()
{
    const std::string state = userFolder("XDG_STATE_HOME", ".local/state");
    return state.empty() ? QString() : QString::fromStdString(state + "/normscope/normscope.log");
}

void startLog(const QString& path)
{
    if (path.isEmpty())
        return;
    Log& log = theLog();
    const QMutexLocker lock(&log.mutex);
    const bool first = !log.file;
    log.file.emplace(path);
    if (first)
        log.before = qInstallMessageHandler(handle);
}

QString logPath()
{
    Log& log = theLog();
    const QMutexLocker lock(&log.mutex);
    return log.file ? log.file->path() : QString();
}

} // namespace normscope
