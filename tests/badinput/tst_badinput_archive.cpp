// SPDX-License-Identifier: GPL-3.0-or-later
// What is said, word for word, when CIFAR-10 cannot be fetched or unpacked; what arrived is kept.
#include "tests/badinput/commandline.h"
#include "tests/badinput/places.h"
#include "tests/model/data/datafixtures.h"
#include "tests/model/data/loopbackserver.h"

#include "model/data/download.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;

namespace {

const QByteArray wanted = "\x1f\x8b" + QByteArray(40'000, 'z');
const QString use = QStringLiteral("or use a file you already have.");

void answerWith(LoopbackServer& server, const QByteArray& status, const QByteArray& body)
{
    server.send("HTTP/1.1 " + status + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

void answer(const QString& behaviour, LoopbackServer& server, const LoopbackServer::Request& request)
{
    if (behaviour == QStringLiteral("page"))
        answerWith(server, "200 OK", "<!DOCTYPE html><html><title>Log in</title></html>");
    else if (behaviour == QStringLiteral("404"))
        answerWith(server, "404 Not Found", "<html>no</html>");
    else if (behaviour == QStringLiteral("other bytes"))
        server.serve(request, QByteArray(wanted).replace(30'000, 1, "!"));
    else
        server.serve(request, wanted, 0);
}

} // namespace

class TestBadInputArchive : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void fetching_data();
    void fetching();
    void noTls();
    void commandLine_data();
    void commandLine();
    void commandLineMeetsAWebPage();
    void proxyThatIsNotThere();
};

void TestBadInputArchive::initTestCase()
{
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
        qunsetenv(name);
}

void TestBadInputArchive::fetching_data()
{
    QTest::addColumn<QString>("behaviour");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("said");
    QTest::addColumn<bool>("partStays");
    const QString kept = QStringLiteral("4,000 of 40,002 bytes are kept in %DIR%/archive.tar.gz.part. Try again to continue, ") + use;
    const auto row = [](const char* name, const char* behaviour, ErrorCode code, const QString& said, bool partStays = true) {
        QTest::newRow(name) << QString::fromLatin1(behaviour) << int(code) << said << partStays;
    };
    row("an HTML page in place of the archive", "page", ErrorCode::Network,
        QStringLiteral("%URL% answers with a web page (HTML) instead of the archive. Perhaps the network wants you to log in first, or the file has "
                       "moved; ") + kept);
    row("connection dropped: not there", "404", ErrorCode::Network, QStringLiteral("The server of %URL% answered 404; ") + kept);
    row("connection dropped: again and again", "drops", ErrorCode::Network, QStringLiteral("The connection to %URL% broke: *; ") + kept);
    const QString found = QString::fromLatin1(QCryptographicHash::hash(QByteArray(wanted).replace(30'000, 1, "!"), QCryptographicHash::Sha256).toHex());
    const QString expected = QString::fromLatin1(QCryptographicHash::hash(wanted, QCryptographicHash::Sha256).toHex());
    row("checksum mismatch after download", "other bytes", ErrorCode::Checksum,
        QStringLiteral("%DIR%/archive.tar.gz.part is damaged: its SHA-256 is %1, expected %2. It was kept as %DIR%/archive.tar.gz.damaged. Try again, ")
                .arg(found, expected) + use,
        false);
}

void TestBadInputArchive::fetching()
{
    QFETCH(QString, behaviour);
    QFETCH(int, code);
    QFETCH(QString, said);
    QFETCH(bool, partStays);
    LoopbackServer server([&](LoopbackServer& s, const LoopbackServer::Request& request) { answer(behaviour, s, request); });
    const Place folder;
    const QString part = folder.filePath(QStringLiteral("archive.tar.gz.part"));
    writeFile(part, wanted.first(4000));
    DownloadOptions options;
    options.retries = 1;
    options.pauseMilliseconds = 1;
    const ArchiveSource source{server.url(), std::uint64_t(wanted.size()),
                               QCryptographicHash::hash(wanted, QCryptographicHash::Sha256).toHex().toStdString()};
    const auto place = fetchCifar10(folder.path().toStdString(), source, options);
    QVERIFY(!place);
    QCOMPARE(int(place.error().code), code);
    const QString expected = inWords(said, folder.path()).replace(QStringLiteral("%URL%"), QString::fromStdString(server.url()));
    const QString message = QString::fromStdString(place.error().message);
    if (expected.contains(QLatin1Char('*'))) { // libcurl's own words, which change with its version
        const QString pattern = QRegularExpression::escape(expected).replace(QStringLiteral("\\*"), QStringLiteral(".+"));
        QVERIFY2(QRegularExpression(QRegularExpression::anchoredPattern(pattern)).match(message).hasMatch(), qPrintable(message));
    } else {
        QCOMPARE(message, expected);
    }
    QCOMPARE(QFile::exists(part), partStays);
    QFile kept(partStays ? part : folder.filePath(QStringLiteral("archive.tar.gz.damaged")));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.size(), partStays ? 4000 : wanted.size());
}

void TestBadInputArchive::noTls()
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    QVERIFY(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(listener, 5) == 0
            && ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    std::thread plain([listener] { // what a server without TLS says to somebody who begins with it
        for (int client; (client = ::accept(listener, nullptr, nullptr)) >= 0; ::close(client)) {
            char hello[64];
            static_cast<void>(::read(client, hello, sizeof hello) + ::write(client, "HTTP/1.1 400 Bad Request\r\n\r\n", 28));
        }
    });
    const Place folder;
    DownloadOptions options;
    options.retries = 0;
    options.stallSeconds = 5;
    const ArchiveSource source{"https://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/archive.tar.gz", 1'000, {}};
    const auto place = fetchCifar10(folder.path().toStdString(), source, options);
    ::shutdown(listener, SHUT_RDWR);
    plain.join();
    ::close(listener);
    QVERIFY(!place);
    const QString message = QString::fromStdString(place.error().message);
    QVERIFY2(message.startsWith(QStringLiteral("No trustworthy connection to %1: ").arg(QString::fromStdString(source.url))), qPrintable(message));
    QVERIFY2(message.endsWith(QStringLiteral(". Install the package ca-certificates, check the clock and the proxy, ") + use), qPrintable(message));
}

void TestBadInputArchive::commandLine_data()
{
    QTest::addColumn<QByteArray>("bytes"); // of DIR/mine.tar.gz; null: not there
    QTest::addColumn<QString>("said");
    const QString mine = QStringLiteral("%DIR%/mine.tar.gz");
    QTest::newRow("an HTML page in place of the archive")
        << QByteArray("\n<!DOCTYPE html><html>") << mine + QStringLiteral(" is a web page (HTML), not the archive. Choose another file or fetch it.");
    QTest::newRow("checksum mismatch: another length")
        << wanted << mine + QStringLiteral(" has 40,002 bytes, expected 170,052,171. Choose another file or fetch the archive.");
    QTest::newRow("checksum mismatch: empty")
        << QByteArray("") << mine + QStringLiteral(" has 0 bytes, expected 170,052,171. Choose another file or fetch the archive.");
    QTest::newRow("no such archive") << QByteArray()
                                     << QStringLiteral("Cannot open ") + mine + QStringLiteral(": it is not there. Choose another file or fetch the archive.");
}

void TestBadInputArchive::commandLine()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, said);
    const Place folder;
    const QString archive = folder.filePath(QStringLiteral("mine.tar.gz"));
    if (!bytes.isNull())
        writeFile(archive, bytes);
    const QString to = folder.filePath(QStringLiteral("to"));
    const CliAnswer answer = Call({QStringLiteral("data"), QStringLiteral("fetch"), QStringLiteral("--to"), to, QStringLiteral("--archive"), archive}).run();
    QCOMPARE(answer.errLines().constLast(), QStringLiteral("normscope-cli: ") + inWords(said, folder.path()));
    QCOMPARE(answer.code, 2);
    QVERIFY(!QFile::exists(to) || QDir(to).isEmpty());
}

void TestBadInputArchive::commandLineMeetsAWebPage()
{
    LoopbackServer server([](LoopbackServer& s, const LoopbackServer::Request& request) { answer(QStringLiteral("page"), s, request); });
    const Place folder;
    const CliAnswer answer = Call({QStringLiteral("data"), QStringLiteral("fetch"), QStringLiteral("--to"), folder.path(), QStringLiteral("--url"),
                                   QString::fromStdString(server.url())})
                                 .run();
    QCOMPARE(answer.errLines().constLast(),
             QStringLiteral("normscope-cli: %1 answers with a web page (HTML) instead of the archive. Perhaps the network wants you to log in first, or "
                            "the file has moved; try again ").arg(QString::fromStdString(server.url())) + use);
    QCOMPARE(answer.code, 1);
}

void TestBadInputArchive::proxyThatIsNotThere()
{
    const Place folder;
    const CliAnswer answer = Call({QStringLiteral("data"), QStringLiteral("fetch"), QStringLiteral("--to"), folder.path(), QStringLiteral("--url"),
                                   QStringLiteral("http://images.invalid/archive.tar.gz")})
                                 .set("http_proxy", QStringLiteral("http://127.0.0.1:1"))
                                 .run();
    const QString line = answer.errLines().constLast();
    QVERIFY2(line.startsWith(QStringLiteral("normscope-cli: Cannot reach http://images.invalid/archive.tar.gz: ")), qPrintable(line));
    QVERIFY2(line.endsWith(QStringLiteral(". Check the network and the proxy; try again ") + use), qPrintable(line));
    QCOMPARE(answer.code, 1);
}

QTEST_GUILESS_MAIN(TestBadInputArchive)
#include "tst_badinput_archive.moc"
