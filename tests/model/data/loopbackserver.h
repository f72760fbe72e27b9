// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace normscope::testing {

/// A tiny HTTP server on the loopback. It answers one connection after the other and closes each.
class LoopbackServer {
public:
    struct Request {
        int number = 0; ///< counted from 0
        QByteArray path;
        qint64 rangeStart = -1; ///< -1: no range asked for
    };
    /// Writes the whole answer, headers too; returning closes the connection.
    using Handler = std::function<void(LoopbackServer&, const Request&)>;

    explicit LoopbackServer(Handler handler);
    ~LoopbackServer();

    std::string url(const char* path = "/archive.tar.gz") const;
    int requests() const { return m_requests; }
    QList<qint64> rangeStarts() const;

    // For handlers:
    void send(const QByteArray& bytes);
    /// Waits until the server is destroyed, the client hangs up or `milliseconds` are over.
    void hang(int milliseconds);
    /// A whole answer as a good server gives it: 206 where a range was asked for, else 200.
    void serve(const Request& request, const QByteArray& content, qint64 atMost = -1);

private:
    void run();
    Request readRequest();

    Handler m_handler;
    int m_listener = -1;
    int m_port = 0;
    int m_client = -1;
    std::atomic<int> m_requests{0};
    std::atomic<bool> m_quit{false};
    mutable std::mutex m_mutex;
    QList<qint64> m_rangeStarts;
    std::thread m_thread;
};

} // namespace normscope::testing
