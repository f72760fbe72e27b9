// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace normscope {

/// A file that lines are appended to. At `limit` bytes it becomes FILE.1, that one FILE.2, and so on; `files` are kept.
/// Where it cannot be written, nothing happens. Several programs may append to the same one.
class RotatingFile {
public:
    explicit RotatingFile(QString path, qint64 limit = 1'000'000, int files = 3);

    const QString& path() const { return m_path; }
    bool append(const QByteArray& line); ///< false where it could not be written

private:
    void rotate();

    QString m_path;
    qint64 m_limit;
    int m_files;
};

/// $XDG_STATE_HOME/normscope/normscope.log or ~/.local/state/normscope/normscope.log; empty without a home folder.
QString standardLogPath();

/// From here on everything that is told through Qt's logging goes into this file too, from any thread.
void startLog(const QString& path);
QString logPath(); ///< of startLog(), else empty

} // namespace normscope
