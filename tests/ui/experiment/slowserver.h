// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QTcpServer>

class QTcpSocket;

namespace normscope::testing {

/// An HTTP server on the loopback that sends one file slowly, a piece every few milliseconds, and knows ranges.
class SlowServer : public QObject {
    Q_OBJECT
public:
    explicit SlowServer(const QByteArray& content, QObject* parent = nullptr);

    QString url(const QString& name) const;
    void setPiece(int bytes) { m_piece = bytes; }               ///< sent every 10 ms
    void setDropAfter(qint64 bytes) { m_dropAfter = bytes; }    ///< of one answer; -1: never
    QList<qint64> rangeStarts() const { return m_rangeStarts; } ///< of every request so far

private:
    void answer(QTcpSocket* socket, const QByteArray& request);
    void sendOn(QTcpSocket* socket, qint64 position, qint64 sent);

    QTcpServer m_server;
    QByteArray m_content;
    int m_piece = 1 << 20;
    qint64 m_dropAfter = -1;
    QList<qint64> m_rangeStarts;
};

} // namespace normscope::testing
