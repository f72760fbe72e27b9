// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/data/loopbackserver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace normscope::testing {

LoopbackServer::LoopbackServer(Handler handler) : m_handler(std::move(handler))
{
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(m_listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(m_listener, 16) != 0
        || ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        qFatal("no port on the loopback");
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { run(); });
}

LoopbackServer::~LoopbackServer()
{
    m_quit = true;
    m_thread.join();
    ::close(m_listener);
}

std::string LoopbackServer::url(const char* path) const
{
    return "http://127.0.0.1:" + std::to_string(m_port) + path;
}

QList<qint64> LoopbackServer::rangeStarts() const
{
    const std::lock_guard lock(m_mutex);
    return m_rangeStarts;
}

void LoopbackServer::run()
{
    while (!m_quit) {
        pollfd waiting{m_listener, POLLIN, 0};
        if (::poll(&waiting, 1, 20) <= 0)
            continue;
        m_client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (m_client < 0)
            continue;
        const Request request = readRequest();
        m_handler(*this, request);
        ::shutdown(m_client, SHUT_WR);
        char rest[256];
        while (::recv(m_client, rest, sizeof rest, MSG_DONTWAIT) > 0) {
        }
        ::close(m_client);
    }
}

LoopbackServer::Request LoopbackServer::readRequest()
{
    QByteArray text;
    char buffer[4096];
    while (!text.contains("\r\n\r\n")) {
        const ssize_t got = ::recv(m_client, buffer, sizeof buffer, 0);
        if (got <= 0)
            break;
        text.append(buffer, got);
    }
    Request request{m_requests++, text.split(' ').value(1), -1};
    for (const auto& line : text.split('\n'))
        if (line.toLower().startsWith("range: bytes="))
            request.rangeStart = line.mid(13).split('-').first().toLongLong();
    const std::lock_guard lock(m_mutex);
    m_rangeStarts << request.rangeStart;
    return request;
}

void LoopbackServer::send(const QByteArray& bytes)
{
    for (qsizetype done = 0; done < bytes.size() && !m_quit;) {
        const ssize_t put = ::send(m_client, bytes.data() + done, std::size_t(bytes.size() - done), MSG_NOSIGNAL);
        if (put <= 0)
            return;
        done += put;
    }
}

void LoopbackServer::hang(int milliseconds)
{
    for (; milliseconds > 0 && !m_quit; milliseconds -= 20) {
        pollfd client{m_client, POLLIN, 0};
        if (::poll(&client, 1, 20) > 0) // the client hung up
            return;
    }
}

void LoopbackServer::serve(const Request& request, const QByteArray& content, qint64 atMost)
{
    const QByteArray total = QByteArray::number(content.size());
    if (request.rangeStart >= content.size()) {
        send("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */" + total + "\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    const qint64 start = std::max<qint64>(request.rangeStart, 0);
    QByteArray head = request.rangeStart >= 0
                          ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + QByteArray::number(start) + "-"
                                + QByteArray::number(content.size() - 1) + "/" + total + "\r\n"
                          : QByteArray("HTTP/1.1 200 OK\r\n");
    send(head + "Content-Length: " + QByteArray::number(content.size() - start) + "\r\n\r\n"
         + content.mid(start, atMost));
}

} // namespace normscope::testing
