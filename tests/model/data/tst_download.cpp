// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/download.h"
#include "tests/model/data/datafixtures.h"
#include "tests/model/data/loopbackserver.h"

#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <archive.h>
#include <archive_entry.h>

#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;

namespace {

using Request = LoopbackServer::Request;

struct Entry {
    QByteArray name;
    QByteArray content{};
    mode_t type = AE_IFREG;
    QByteArray link{};     ///< target of a symbolic link
    QByteArray hardlink{}; ///< target of a hard link
};

QByteArray tarOf(const QList<Entry>& entries, bool gzip = true)
{
    QByteArray out(1 << 22, '\0');
    std::size_t used = 0;
    auto* writer = archive_write_new();
    archive_write_set_format_gnutar(writer);
    if (gzip)
        archive_write_add_filter_gzip(writer);
    if (archive_write_open_memory(writer, out.data(), std::size_t(out.size()), &used) != ARCHIVE_OK)
        qFatal("archive_write_open_memory");
    for (const auto& item : entries) {
        auto* entry = archive_entry_new();
        archive_entry_set_pathname(entry, item.name.constData());
        archive_entry_set_filetype(entry, item.type);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, item.type == AE_IFREG && item.hardlink.isEmpty() ? item.content.size() : 0);
        if (!item.link.isEmpty())
            archive_entry_set_symlink(entry, item.link.constData());
        if (!item.hardlink.isEmpty())
            archive_entry_set_hardlink(entry, item.hardlink.constData());
        if (archive_write_header(writer, entry) != ARCHIVE_OK)
            qFatal("archive_write_header: %s", archive_error_string(writer));
        if (!item.content.isEmpty())
            archive_write_data(writer, item.content.constData(), std::size_t(item.content.size()));
        archive_entry_free(entry);
    }
    archive_write_close(writer);
    archive_write_free(writer);
    out.truncate(qsizetype(used));
    return out;
}

const QByteArrayList allNames{"batches.meta.txt", "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                              "data_batch_4.bin", "data_batch_5.bin", "readme.html",      "test_batch.bin"};

/// Two incompressible images a batch.
QList<Entry> goodEntries()
{
    QRandomGenerator random(3);
    QList<Entry> entries{{"cifar-10-batches-bin/", {}, AE_IFDIR}};
    for (const auto& name : allNames) {
        QByteArray content = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n";
        if (name.endsWith(".bin")) {
            content = QByteArray(2 * 3073, Qt::Uninitialized);
            for (auto& c : content)
                c = char(random.generate());
            content[0] = content[3073] = 5;
        }
        entries << Entry{"cifar-10-batches-bin/" + name, content};
    }
    return entries;
}

ArchiveSource sourceOf(const std::string& url, const QByteArray& content)
{
    return {url, std::uint64_t(content.size()),
            QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex().toStdString()};
}

DownloadOptions quick()
{
    DownloadOptions options;
    options.retries = 2;
    options.pauseMilliseconds = 10;
    options.stallSeconds = 2;
    return options;
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void plainAnswer(LoopbackServer& server, const QByteArray& status, const QByteArray& body)
{
    server.send("HTTP/1.1 " + status + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

} // namespace

class TestDownload : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void officialSource();
    void fetchesAndUnpacks();
    void arrivesWhole_data();
    void arrivesWhole();
    void fails_data();
    void fails();
    void htmlDoesNotCostThePart();
    void cancelsWithinASecond_data();
    void cancelsWithinASecond();
    void secondDownloadOfTheSameFileIsRefused();
    void fullDiskKeepsThePart();
    void archiveFromEarlierIsNotFetchedAgain();
    void unpacksOnlyWhatIsExpected();
    void refusesArchives_data();
    void refusesArchives();
    void unpackingReplacesOldFiles();
    void archiveWithoutChecksumIsAccepted();

private:
    QString part(const QTemporaryDir& folder) const { return folder.filePath(QStringLiteral("archive.tar.gz.part")); }
    QByteArray m_archive;
};

void TestDownload::initTestCase()
{
    for (const auto* name : {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
        qunsetenv(name);
    m_archive = tarOf(goodEntries());
    QVERIFY(m_archive.size() > 30'000);
}

void TestDownload::officialSource()
{
    const auto source = cifar10Archive();
    QCOMPARE(source.url, std::string("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"));
    QCOMPARE(source.bytes, std::uint64_t(170'052'171));
    QCOMPARE(source.sha256, std::string("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"));
}

void TestDownload::fetchesAndUnpacks()
{
    LoopbackServer server([this](LoopbackServer& s, const Request& request) { s.serve(request, m_archive); });
    QTemporaryDir folder;
    QList<DownloadProgress> reports;
    auto options = quick();
    options.progress = [&](const DownloadProgress& progress) { reports << progress; };
    const auto place = fetchCifar10(folder.filePath(QStringLiteral("new/folder")).toStdString(),
                                    sourceOf(server.url(), m_archive), options);
    QVERIFY2(place, place ? "" : place.error().message.c_str());
    QCOMPARE(QString::fromStdString(*place), folder.filePath(QStringLiteral("new/folder/cifar-10-batches-bin")));
    for (const auto& entry : goodEntries())
        if (entry.type == AE_IFREG)
            QCOMPARE(contentOf(folder.filePath(QStringLiteral("new/folder/") + QString::fromUtf8(entry.name))),
                     entry.content);
    QVERIFY(!QFile::exists(folder.filePath(QStringLiteral("new/folder/archive.tar.gz.part"))));
    QCOMPARE(contentOf(folder.filePath(QStringLiteral("new/folder/archive.tar.gz"))), m_archive);
    const auto dataset = loadDataset({DataKind::Cifar10, *place});
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    QCOMPARE((*dataset)->train.size(), std::size_t(10));
    for (const auto phase :
         {DownloadProgress::Phase::Downloading, DownloadProgress::Phase::Checking, DownloadProgress::Phase::Extracting})
        QVERIFY(std::any_of(reports.begin(), reports.end(), [&](const auto& r) {
            return r.phase == phase && r.total == std::uint64_t(m_archive.size());
        }));
    QCOMPARE(server.requests(), 1);
}

void TestDownload::arrivesWhole_data()
{
    QTest::addColumn<QString>("behaviour");
    QTest::addColumn<qint64>("partBytes");     // in the part file before; -1: none
    QTest::addColumn<QList<qint64>>("ranges"); // as the server saw them
    const auto row = [](const char* behaviour, qint64 partBytes, const QList<qint64>& ranges) {
        QTest::addRow("%s, %lld bytes there", behaviour, static_cast<long long>(partBytes))
            << QString::fromLatin1(behaviour) << partBytes << ranges;
    };
    const qint64 size = m_archive.size();
    row("good", -1, {-1});
    row("good", 0, {-1});
    row("good", 1, {1});
    row("good", 10'000, {10'000});
    row("good", size - 1, {size - 1});
    row("good", size, {});       // complete: nothing to ask for
    row("good", size + 5, {-1}); // too long: no part of this file
    row("no ranges", 10'000, {10'000});
    row("drops once", -1, {-1, 12'000});
    row("drops once", 3000, {3000, 15'000});
    row("drops often", -1, {-1, 7000, 14'000, 21'000, 28'000, 35'000});
    row("ends early without a length", -1, {-1, 9000});
    row("503 first", 2000, {2000, 2000});
    row("wrong range first", 2000, {2000, -1});
    row("416 first", 2000, {2000, -1});
    row("redirects", 2000, {2000, 2000});
    row("slow", -1, {-1});
    row("stalls once", -1, {-1, 5000});
}

void TestDownload::arrivesWhole()
{
    QFETCH(QString, behaviour);
    QFETCH(qint64, partBytes);
    QFETCH(QList<qint64>, ranges);
    LoopbackServer server([&](LoopbackServer& s, const Request& request) {
        const bool first = request.number == 0;
        if (behaviour == QStringLiteral("no ranges"))
            plainAnswer(s, "200 OK", m_archive);
        else if (behaviour == QStringLiteral("drops once") && first)
            s.serve(request, m_archive, 12'000);
        else if (behaviour == QStringLiteral("drops often"))
            s.serve(request, m_archive, 7000);
        else if (behaviour == QStringLiteral("ends early without a length") && first)
            s.send("HTTP/1.0 200 OK\r\n\r\n" + m_archive.first(9000));
        else if (behaviour == QStringLiteral("503 first") && first)
            plainAnswer(s, "503 Service Unavailable", "<html>later</html>");
        else if (behaviour == QStringLiteral("416 first") && first)
            plainAnswer(s, "416 Range Not Satisfiable", "");
        else if (behaviour == QStringLiteral("wrong range first") && first)
            s.send("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-9/" + QByteArray::number(m_archive.size())
                   + "\r\nContent-Length: 3\r\n\r\nabc");
        else if (behaviour == QStringLiteral("redirects") && first)
            s.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 13\r\n\r\n<html></html>");
        else if (behaviour == QStringLiteral("slow")) {
            s.send("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(m_archive.size()) + "\r\n\r\n");
            for (qsizetype i = 0; i < m_archive.size(); i += 5000) {
                s.send(m_archive.mid(i, 1));
                s.hang(40);
                s.send(m_archive.mid(i + 1, 4999));
            }
        } else if (behaviour == QStringLiteral("stalls once") && first) {
            s.serve(request, m_archive, 5000);
            s.hang(20'000);
        } else
            s.serve(request, m_archive);
    });
    QTemporaryDir folder;
    if (partBytes >= 0)
        writeFile(part(folder), (m_archive + "extra").first(partBytes));
    const auto place = fetchCifar10(folder.path().toStdString(), sourceOf(server.url(), m_archive), quick());
    QVERIFY2(place, place ? "" : place.error().message.c_str());
    QCOMPARE(contentOf(folder.filePath(QStringLiteral("archive.tar.gz"))), m_archive);
    auto seen = server.rangeStarts();
    if (behaviour == QStringLiteral("drops often")) {
        ranges.erase(std::remove_if(ranges.begin(), ranges.end(), [&](qint64 r) { return r >= m_archive.size(); }),
                     ranges.end());
        seen = seen.first(std::min(seen.size(), ranges.size()));
    }
    QCOMPARE(seen, ranges);
}

void TestDownload::fails_data()
{
    QTest::addColumn<QString>("behaviour");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArrayList>("parts");
    QTest::addColumn<int>("requests");
    QTest::addColumn<qint64>("kept"); // bytes of the part file afterwards, 4,000 before; -1: no part file
    const auto row = [](const char* behaviour, ErrorCode code, const QByteArrayList& parts, int requests, qint64 kept) {
        QTest::addRow("%s", behaviour) << QString::fromLatin1(behaviour) << int(code) << parts << requests << kept;
    };
    const QByteArray use = "use a file you already have";
    row("404", ErrorCode::Network, {"answered 404", "4,000 of", "bytes are kept in", "archive.tar.gz.part", use}, 1,
        4000);
    row("500 for ever", ErrorCode::Network, {"answered 500", use}, 3, 4000);
    row("always drops", ErrorCode::Network, {"broke", "4,000 of", "Try again to continue", use}, 3, 4000);
    row("web page", ErrorCode::Network, {"answers with a web page (HTML) instead of the archive", "log in", use}, 1,
        4000);
    row("short web page", ErrorCode::Network, {"web page (HTML)", use}, 1, 4000);
    row("something else", ErrorCode::Network, {"answers with something else instead of the archive"}, 1, 4000);
    row("another length", ErrorCode::Network, {"offers 20,000 bytes, expected"}, 1, -2);
    row("another length of range", ErrorCode::Network, {"offers 9,999 bytes, expected"}, 1, 4000);
    row("wrong content", ErrorCode::Checksum,
        {"archive.tar.gz.part is damaged", "SHA-256 is", "kept as", "archive.tar.gz.damaged", use}, 1, -1);
    row("redirect to a file", ErrorCode::BadUsage, {"not an http or https address"}, 1, 4000);
    row("redirects for ever", ErrorCode::Network, {"redirects"}, -1, 4000);
    row("stalls", ErrorCode::Network, {"stalled", "4,000 of", use}, 2, 4000);
}

void TestDownload::fails()
{
    QFETCH(QString, behaviour);
    QFETCH(int, code);
    QFETCH(QByteArrayList, parts);
    QFETCH(int, requests);
    QFETCH(qint64, kept);
    LoopbackServer server([&](LoopbackServer& s, const Request& request) {
        if (behaviour == QStringLiteral("404"))
            plainAnswer(s, "404 Not Found", "<html>no</html>");
        else if (behaviour == QStringLiteral("500 for ever"))
            plainAnswer(s, "500 Oh", "");
        else if (behaviour == QStringLiteral("always drops"))
            s.serve(request, m_archive, 0);
        else if (behaviour == QStringLiteral("web page"))
            plainAnswer(s, "200 OK",
                        "\n <!DOCTYPE html><html><title>Log in</title>" + QByteArray(100'000, ' ') + "</html>");
        else if (behaviour == QStringLiteral("short web page"))
            plainAnswer(s, "200 OK", "<html/>");
        else if (behaviour == QStringLiteral("something else"))
            plainAnswer(s, "200 OK", "PK\x03\x04" + QByteArray(1000, 'x'));
        else if (behaviour == QStringLiteral("another length"))
            plainAnswer(s, "200 OK", m_archive.first(20'000));
        else if (behaviour == QStringLiteral("another length of range"))
            s.send("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4000-9998/9999\r\nContent-Length: 5999\r\n\r\n"
                   + m_archive.mid(4000, 5999));
        else if (behaviour == QStringLiteral("wrong content"))
            s.serve(request, QByteArray(m_archive).replace(m_archive.size() - 100, 1, "!?").first(m_archive.size()));
        else if (behaviour == QStringLiteral("redirect to a file"))
            s.send("HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n");
        else if (behaviour == QStringLiteral("redirects for ever"))
            s.send("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
        else {
            s.serve(request, m_archive, 0);
            s.hang(20'000);
        }
    });
    QTemporaryDir folder;
    writeFile(part(folder), m_archive.first(4000));
    auto options = quick();
    if (behaviour == QStringLiteral("stalls"))
        options.retries = 1;
    const auto place = fetchCifar10(folder.path().toStdString(), sourceOf(server.url(), m_archive), options);
    QVERIFY(!place);
    QCOMPARE(errorMismatch(place.error(), ErrorCode(code), parts), QString());
    if (requests >= 0)
        QCOMPARE(server.requests(), requests);
    if (kept >= 0)
        QCOMPARE(contentOf(part(folder)), m_archive.first(kept));
    else if (kept == -1)
        QVERIFY(!QFile::exists(part(folder)));
    QVERIFY(!QFile::exists(folder.filePath(QStringLiteral("archive.tar.gz"))));
    QVERIFY(!QFile::exists(folder.filePath(QStringLiteral("cifar-10-batches-bin"))));
    if (ErrorCode(code) == ErrorCode::Checksum)
        QCOMPARE(contentOf(folder.filePath(QStringLiteral("archive.tar.gz.damaged"))).size(), m_archive.size());
}

void TestDownload::htmlDoesNotCostThePart()
{
    bool loggedIn = false;
    LoopbackServer server([&](LoopbackServer& s, const Request& request) {
        if (loggedIn)
            s.serve(request, m_archive);
        else
            plainAnswer(s, "200 OK", "<html>Welcome to the airport</html>");
    });
    QTemporaryDir folder;
    const auto source = sourceOf(server.url(), m_archive);
    QVERIFY(!fetchCifar10(folder.path().toStdString(), source, quick()));
    QVERIFY(!QFile::exists(part(folder))); // an empty part file is not left behind
    writeFile(part(folder), m_archive.first(20'000));
    QVERIFY(!fetchCifar10(folder.path().toStdString(), source, quick()));
    loggedIn = true;
    const auto place = fetchCifar10(folder.path().toStdString(), source, quick());
    QVERIFY2(place, place ? "" : place.error().message.c_str());
    QCOMPARE(server.rangeStarts().last(), 20'000);
}

void TestDownload::cancelsWithinASecond_data()
{
    QTest::addColumn<QString>("behaviour");
    for (const auto* behaviour : {"no answer", "hangs in the body", "trickles", "pause before a new try"})
        QTest::addRow("%s", behaviour) << QString::fromLatin1(behaviour);
}

void TestDownload::cancelsWithinASecond()
{
    QFETCH(QString, behaviour);
    LoopbackServer server([&](LoopbackServer& s, const Request& request) {
        if (behaviour == QStringLiteral("no answer"))
            s.hang(20'000);
        else if (behaviour == QStringLiteral("pause before a new try"))
            plainAnswer(s, "503 Later", "");
        else if (behaviour == QStringLiteral("trickles")) {
            s.serve(request, m_archive, 1000);
            for (int i = 0; i < 400; ++i) {
                s.send(m_archive.mid(1000 + i, 1));
                s.hang(40);
            }
        } else {
            s.serve(request, m_archive, 1000);
            s.hang(20'000);
        }
    });
    QTemporaryDir folder;
    std::atomic<bool> cancel = false;
    auto options = quick();
    options.cancel = &cancel;
    options.stallSeconds = 30;
    options.pauseMilliseconds = 10'000;
    QElapsedTimer sinceCancel;
    std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(400));
        sinceCancel.start();
        cancel = true;
    });
    const auto place = fetchCifar10(folder.path().toStdString(), sourceOf(server.url(), m_archive), options);
    const auto took = sinceCancel.elapsed();
    canceller.join();
    QVERIFY(!place);
    QCOMPARE(place.error().code, ErrorCode::Cancelled);
    QVERIFY2(took < 1000, qPrintable(QString::number(took)));
    if (behaviour == QStringLiteral("hangs in the body"))
        QCOMPARE(contentOf(part(folder)), m_archive.first(1000));
}

void TestDownload::secondDownloadOfTheSameFileIsRefused()
{
    QTemporaryDir folder;
    writeFile(part(folder), "");
    const int other = ::open(qPrintable(part(folder)), O_RDWR);
    QCOMPARE(::flock(other, LOCK_EX), 0);
    const auto place =
        fetchCifar10(folder.path().toStdString(), sourceOf("http://127.0.0.1:1/archive.tar.gz", m_archive), quick());
    ::close(other);
    QVERIFY(!place);
    QCOMPARE(errorMismatch(place.error(), ErrorCode::Io, {"archive.tar.gz.part", "another Normscope"}), QString());
    const auto refused =
        fetchCifar10(folder.path().toStdString(), sourceOf("http://127.0.0.1:1/archive.tar.gz", m_archive), quick());
    QVERIFY(!refused);
    QCOMPARE(errorMismatch(refused.error(), ErrorCode::Network,
                           {"Cannot reach http://127.0.0.1:1/", "proxy", "use a file you already have"}),
             QString());
}

void TestDownload::fullDiskKeepsThePart()
{
    LoopbackServer server([this](LoopbackServer& s, const Request& request) { s.serve(request, m_archive); });
    QTemporaryDir folder;
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old = {};
    getrlimit(RLIMIT_FSIZE, &old);
    const rlimit small{16'384, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small); // as if the disk ended there
    const auto source = sourceOf(server.url(), m_archive);
    const auto place = fetchCifar10(folder.path().toStdString(), source, quick());
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, before);
    QVERIFY(!place);
    QCOMPARE(errorMismatch(place.error(), ErrorCode::Io, {"disk is full", "16,384 of"}), QString());
    QCOMPARE(contentOf(part(folder)), m_archive.first(16'384));
    QVERIFY(fetchCifar10(folder.path().toStdString(), source, quick()));
    QCOMPARE(server.rangeStarts().last(), 16'384);

    ArchiveSource huge = source;
    huge.bytes = std::uint64_t(1) << 60;
    QTemporaryDir other;
    const auto refused = fetchCifar10(other.path().toStdString(), huge, quick());
    QVERIFY(!refused);
    QCOMPARE(errorMismatch(refused.error(), ErrorCode::Io, {"bytes left", "are needed"}), QString());
}

void TestDownload::archiveFromEarlierIsNotFetchedAgain()
{
    LoopbackServer server([this](LoopbackServer& s, const Request& request) { s.serve(request, m_archive); });
    QTemporaryDir folder;
    const auto source = sourceOf(server.url(), m_archive);
    QVERIFY(fetchCifar10(folder.path().toStdString(), source, quick()));
    QVERIFY(QFile::remove(folder.filePath(QStringLiteral("cifar-10-batches-bin/data_batch_3.bin"))));
    QVERIFY(fetchCifar10(folder.path().toStdString(), source, quick()));
    QVERIFY(QFile::exists(folder.filePath(QStringLiteral("cifar-10-batches-bin/data_batch_3.bin"))));
    QCOMPARE(server.requests(), 1);
    writeFile(folder.filePath(QStringLiteral("archive.tar.gz")),
              QByteArray(m_archive.size(), 'x')); // rotten: fetched again
    QVERIFY(fetchCifar10(folder.path().toStdString(), source, quick()));
    QCOMPARE(server.requests(), 2);
}

void TestDownload::unpacksOnlyWhatIsExpected()
{
    QTemporaryDir folder;
    const QDir outside(folder.filePath(QStringLiteral("outside")));
    QDir().mkpath(outside.path());
    QList<Entry> entries{
        {"../outside/escaped", "x"},
        {"cifar-10-batches-bin/../../outside/escaped", "x"},
        {outside.filePath(QStringLiteral("absolute")).toUtf8(), "x"},
        {"cifar-10-batches-bin/evil.sh", "x"},
        {"cifar-10-batches-bin/sub/data_batch_1.bin", "x"},
        {"data_batch_1.bin", "x"},
        {"other/data_batch_1.bin", "x"},
        {"cifar-10-batches-bin/data_batch_1.bin", {}, AE_IFLNK, outside.filePath(QStringLiteral("linked")).toUtf8()},
        {"cifar-10-batches-bin/data_batch_2.bin", {}, AE_IFREG, {}, "/etc/hostname"},
        {"cifar-10-batches-bin/test_batch.bin", {}, AE_IFIFO},
        {"cifar-10-batches-bin/readme.html", {}, AE_IFDIR},
    };
    entries << goodEntries();
    entries << Entry{"cifar-10-batches-bin/data_batch_5.bin", "a second one of that name"};
    const QString archive = folder.filePath(QStringLiteral("archive.tar.gz"));
    writeFile(archive, tarOf(entries));
    const QDir target(folder.filePath(QStringLiteral("target")));
    const auto place = extractCifar10(archive.toStdString(), target.path().toStdString(), {});
    QVERIFY2(place, place ? "" : place.error().message.c_str());
    QCOMPARE(target.entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("cifar-10-batches-bin")});
    const QDir inner(QString::fromStdString(*place));
    QStringList expected;
    for (const auto& name : allNames)
        expected << QString::fromUtf8(name);
    QCOMPARE(inner.entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Name),
             expected);
    for (const auto& entry : goodEntries())
        if (entry.type == AE_IFREG) {
            const QFileInfo info(target.filePath(QString::fromUtf8(entry.name)));
            QVERIFY(info.isFile() && !info.isSymLink());
            QCOMPARE(contentOf(info.filePath()), entry.content);
        }
    QVERIFY(outside.isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot));
}

void TestDownload::refusesArchives_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("checked"); // against the checksum of the good archive
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArrayList>("parts");
    const auto row = [](const char* name, const QByteArray& bytes, bool checked, ErrorCode code,
                        const QByteArrayList& parts) {
        QTest::addRow("%s", name) << bytes << checked << int(code) << parts;
    };
    auto lacking = goodEntries();
    lacking.removeAt(3);
    auto python = goodEntries();
    for (auto& entry : python)
        entry.name.replace("batches-bin", "batches-py");
    auto bomb = goodEntries();
    bomb[2].content = QByteArray(65 * 1024 * 1024, '\0');
    row("missing file", {}, true, ErrorCode::NotFound, {"is not there"});
    row("empty", "", false, ErrorCode::BadInput, {"mine.tar.gz"});
    row("web page", "<!DOCTYPE html><html>", true, ErrorCode::BadInput, {"is a web page (HTML)"});
    row("text", "hello hello hello", false, ErrorCode::BadInput,
        {"mine.tar.gz is damaged, truncated or not the archive"});
    row("wrong length", m_archive.chopped(10), true, ErrorCode::Checksum, {"bytes, expected", "Choose another file"});
    QByteArray flipped = m_archive;
    flipped[20'000] = char(flipped[20'000] ^ 1);
    row("wrong checksum", flipped, true, ErrorCode::Checksum, {"SHA-256 is", "expected", "Choose another file"});
    row("truncated", m_archive.first(20'000), false, ErrorCode::BadInput, {"is damaged", "truncated", "gzip"});
    row("a batch missing", tarOf(lacking), false, ErrorCode::BadInput, {"lacks data_batch_2.bin"});
    row("Python version", tarOf(python), false, ErrorCode::BadInput, {"Python version", "cifar-10-batches-py"});
    row("another archive", tarOf({{"etc/passwd", "x"}, {"a", "y"}}), false, ErrorCode::BadInput,
        {"not CIFAR-10's binary archive", "2 other entries skipped"});
    row("a batch of 65 MiB", tarOf(bomb), false, ErrorCode::BadInput,
        {"holds a data_batch_1.bin of 68,157,440 bytes, more than 67,108,864"});
}

void TestDownload::refusesArchives()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, checked);
    QFETCH(int, code);
    QFETCH(QByteArrayList, parts);
    QTemporaryDir folder;
    const QString archive = folder.filePath(QStringLiteral("mine.tar.gz"));
    if (!bytes.isNull())
        writeFile(archive, bytes);
    const QString target = folder.filePath(QStringLiteral("target"));
    const auto place = extractCifar10(archive.toStdString(), target.toStdString(),
                                      checked ? sourceOf({}, m_archive) : ArchiveSource());
    QVERIFY(!place);
    QCOMPARE(errorMismatch(place.error(), ErrorCode(code), parts), QString());
    QVERIFY(QDir(target).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).isEmpty());
}

void TestDownload::unpackingReplacesOldFiles()
{
    QTemporaryDir folder;
    const QString archive = folder.filePath(QStringLiteral("archive.tar.gz"));
    writeFile(archive, m_archive);
    const QDir inner(folder.filePath(QStringLiteral("cifar-10-batches-bin")));
    QDir().mkpath(inner.path());
    writeFile(inner.filePath(QStringLiteral("data_batch_1.bin")), "truncated");
    writeFile(inner.filePath(QStringLiteral("mine.txt")), "stays");
    writeFile(folder.filePath(QStringLiteral("victim")), "stays too");
    QCOMPARE(::symlink("../victim", qPrintable(inner.filePath(QStringLiteral("test_batch.bin")))), 0);
    QVERIFY(extractCifar10(archive.toStdString(), folder.path().toStdString(), sourceOf({}, m_archive)));
    QCOMPARE(contentOf(inner.filePath(QStringLiteral("data_batch_1.bin"))).size(), 2 * 3073);
    QVERIFY(!QFileInfo(inner.filePath(QStringLiteral("test_batch.bin"))).isSymLink());
    QCOMPARE(contentOf(inner.filePath(QStringLiteral("mine.txt"))), QByteArray("stays"));
    QCOMPARE(contentOf(folder.filePath(QStringLiteral("victim"))), QByteArray("stays too"));
}

void TestDownload::archiveWithoutChecksumIsAccepted()
{
    QTemporaryDir folder;
    const QString archive = folder.filePath(QStringLiteral("plain.tar"));
    writeFile(archive, tarOf(goodEntries(), false));
    const auto place = extractCifar10(archive.toStdString(), folder.path().toStdString(), {});
    QVERIFY2(place, place ? "" : place.error().message.c_str());
}

QTEST_GUILESS_MAIN(TestDownload)
#include "tst_download.moc"
