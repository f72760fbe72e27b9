// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/badinput/commandline.h"

#include <QStandardPaths>

#include <unistd.h>

namespace normscope::testing {

Call::Call(QStringList arguments)
    : m_program(qEnvironmentVariable("NORMSCOPE_CLI")), m_arguments(std::move(arguments)), m_environment(QProcessEnvironment::systemEnvironment())
{
}

Call& Call::set(const char* variable, const QString& value)
{
    m_environment.insert(QString::fromLatin1(variable), value);
    return *this;
}

Call& Call::unset(const char* variable)
{
    m_environment.remove(QString::fromLatin1(variable));
    return *this;
}

Call& Call::below(const QStringList& program)
{
    m_below = program;
    return *this;
}

Call& Call::program(const QString& path)
{
    m_program = path;
    return *this;
}

std::unique_ptr<QProcess> Call::start()
{
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(m_environment);
    const QStringList all = m_below + QStringList{m_program} + m_arguments;
    process->start(all.first(), all.sliced(1));
    return process;
}

CliAnswer Call::finish(QProcess& process)
{
    if (!process.waitForFinished(120'000))
        process.kill();
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

CliAnswer Call::run()
{
    const auto process = start();
    return finish(*process);
}

QStringList asOrdinaryUser()
{
    const QString program = QStandardPaths::findExecutable(QStringLiteral("setpriv"));
    if (::geteuid() != 0 || program.isEmpty())
        return {};
    return {program, QStringLiteral("--reuid=65534"), QStringLiteral("--regid=65534"), QStringLiteral("--clear-groups")};
}

} // namespace normscope::testing
