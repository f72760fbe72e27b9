// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/quitsignals.h"

#include <QSocketNotifier>

#include <atomic>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace normscope {

namespace {

std::atomic<int> pipeEnd{-1}; // the end that the handler writes to
std::atomic<bool> asked{false};
struct sigaction before[2] = {};
constexpr int handled[2] = {SIGINT, SIGTERM};

// Only what POSIX allows in a signal handler.
void handle(int number)
{
    if (asked.exchange(true))
        ::_exit(QuitSignals::exitCode);
    const int saved = errno;
    const char byte = char(number);
    if (::write(pipeEnd, &byte, 1) != 1)
        ::_exit(QuitSignals::exitCode);
    errno = saved;
}

} // namespace

QuitSignals::QuitSignals(QObject* parent) : QObject(parent)
{
    if (::pipe2(m_ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return; // the system's own handling stays: the program ends at once, and its runs can be resumed
    asked = false;
    pipeEnd = m_ends[1];
    m_notifier = new QSocketNotifier(m_ends[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &QuitSignals::readOne);
    struct sigaction action = {};
    action.sa_handler = handle;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (int i = 0; i < 2; ++i)
        ::sigaction(handled[i], &action, &before[i]);
}

QuitSignals::~QuitSignals()
{
    if (!m_notifier)
        return;
    for (int i = 0; i < 2; ++i)
        ::sigaction(handled[i], &before[i], nullptr);
    pipeEnd = -1;
    for (const int end : m_ends)
        ::close(end);
}

void QuitSignals::readOne()
{
    char byte = 0;
    if (::read(m_ends[0], &byte, 1) == 1)
        Q_EMIT quitRequested(byte);
}

} // namespace normscope
