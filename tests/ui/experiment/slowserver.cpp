// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/experiment/slowserver.h"

#include <QHostAddress>
#include <QRegularExpression>
#include <QTcpSocket>
#include <QTimer>

namespace normscope::testing {

SlowServer::SlowServer(const QByteArray& content, QObject* parent) : QObject(parent), m_content(content)
{
    m_server.listen(QHostAddress::LocalHost);
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        QTcpSocket* socket = m_server.nextPendingConnection();
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] {
            const QByteArray request = socket->property("request").toByteArray() + socket->readAll();
            socket->setProperty("request", request);
            if (request.endsWith("\r\n\r\n")) {
                socket->setProperty("request", QByteArray());
                answer(socket, request);
            }
        });
    });
}

QString SlowServer::url(const QString& name) const
{
    return QStringLiteral("http://127.0.0.1:%1/%2").arg(m_server.serverPort()).arg(name);
}

void SlowServer::answer(QTcpSocket* socket, const QByteArray& request)
{
    static const QRegularExpression range(QStringLiteral("[Rr]ange: bytes=(\\d+)-"));
    const auto match = range.match(QString::fromLatin1(request));
    const qint64 start = match.hasMatch() ? match.captured(1).toLongLong() : 0;
    m_rangeStarts.append(start);
    const qint64 total = m_content.size();
    QByteArray head = match.hasMatch() ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n";
    if (match.hasMatch())
        head += "Content-Range: bytes " + QByteArray::number(start) + "-" + QByteArray::number(total - 1) + "/"
                + QByteArray::number(total) + "\r\n";
    head += "Accept-Ranges: bytes\r\nContent-Type: application/gzip\r\nConnection: close\r\nContent-Length: "
            + QByteArray::number(total - start) + "\r\n\r\n";
    socket->write(head);
    sendOn(socket, start, 0);
}

void SlowServer::sendOn(QTcpSocket* socket, qint64 position, qint64 sent)
{
    if (position >= m_content.size() || (m_dropAfter >= 0 && sent >= m_dropAfter)) {
        socket->disconnectFromHost();
        return;
    }
    const QByteArray piece = m_content.mid(position, m_piece);
    socket->write(piece);
    QTimer::singleShot(10, socket, [this, socket, position, sent, size = piece.size()] {
        sendOn(socket, position + size, sent + size);
    });
}

} // namespace normscope::testing
