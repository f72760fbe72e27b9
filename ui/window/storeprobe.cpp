// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/storeprobe.h"

#include <QCoreApplication>
#include <QFile>

#include <cerrno>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace normscope {

using namespace Qt::StringLiterals;

QString whyNotWritable(const QString& folder)
{
    // Tried, not asked: access() knows nothing of many a file system, and says yes to root. Runs' folders begin with a
    // digit, and names with a point are nobody's run.
    const QByteArray probe = QFile::encodeName(u"%1/.probe-%2"_s.arg(folder).arg(QCoreApplication::applicationPid()));
    if (::mkdir(probe.constData(), 0700) == 0) {
        ::rmdir(probe.constData());
        return {};
    }
    const int reason = errno;
    if (reason == EEXIST || reason == ENOSPC || reason == EDQUOT)
        return {};
    return QString::fromStdString(std::generic_category().message(reason));
}

} // namespace normscope
