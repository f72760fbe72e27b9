// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QMap>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <memory>

namespace normscope::testing {

struct CliAnswer {
    int code = -1; ///< -1: it crashed or hung
    QString out;
    QString err;
    QStringList errLines() const { return err.split(QLatin1Char('\n'), Qt::SkipEmptyParts); }
};

/// A program as somebody calls it, by default normscope-cli.
class Call {
public:
    explicit Call(QStringList arguments);

    Call& set(const char* variable, const QString& value);
    Call& unset(const char* variable);
    /// Runs it below another program: "setpriv --reuid=65534 ...".
    Call& below(const QStringList& program);
    Call& program(const QString& path);

    CliAnswer run();
    /// For those who want to do something while it runs; then finish().
    std::unique_ptr<QProcess> start();
    static CliAnswer finish(QProcess& process);

private:
    QString m_program;
    QStringList m_arguments;
    QStringList m_below;
    QProcessEnvironment m_environment;
};

/// The program before a call that makes an ordinary user of root; empty where there is no setpriv or no need to.
QStringList asOrdinaryUser();

} // namespace normscope::testing
