// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/cachefolder.h"
#include "model/data/imagecache.h"
#include "model/data/imagelisting.h"
#include "tests/fixtures/testsupport.h"
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QDirIterator>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;

namespace {

using Loaded = Result<std::shared_ptr<const Dataset>>;

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A picture of one colour that needs no library: 8-bit grey or RGB, `side` pixels wide and high.
QByteArray plainPnm(int side, const char* colour, bool grey)
{
    return QByteArray(grey ? "P5 " : "P6 ") + QByteArray::number(side) + ' ' + QByteArray::number(side) + " 255\n"
           + QByteArray(colour).repeated(side * side);
}

void setModified(const QString& path, qint64 seconds, long nanoseconds)
{
    const timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
    QCOMPARE(::utimensat(AT_FDCWD, path.toUtf8().constData(), times, 0), 0);
}

/// As after some days: no file changed a moment ago.
void settle(const QString& folder)
{
    QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext())
        setModified(it.next(), 1'700'000'000, 123'456'789);
}

} // namespace

class TestImageCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void sameFromTheCache();
    void warningsAndGapsAreTheSame();
    void isTaken();
    void changesAreSeen_data();
    void changesAreSeen();
    void damageIsIgnoredAndMended_data();
    void damageIsIgnoredAndMended();
    void cacheThatCannotBeWritten_data();
    void cacheThatCannotBeWritten();
    void switchesOff();
    void freshFilesAreNotKept();
    void oneFileAFolder();
    void tooManyBrokenStaysAnError();
    void cancelsAndTellsProgress();
    void makesRoom();
    void leftOversGo();

private:
    Loaded load(bool useCache = true) const;
    void compareToFresh(const Dataset& dataset) const;
    QString image(const char* name) const { return m_folder->filePath(QStringLiteral("images/") + QLatin1String(name)); }
    QString cacheFolder() const { return m_folder->filePath(QStringLiteral("cache/normscope/images")); }
    QStringList cacheFiles() const { return QDir(cacheFolder()).entryList(QDir::Files | QDir::Hidden); }
    QString cacheFile() const { return cacheFolder() + QLatin1Char('/') + cacheFiles().value(0); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestImageCache::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    qunsetenv("NORMSCOPE_NO_CACHE");
    qputenv("XDG_CACHE_HOME", m_folder->filePath(QStringLiteral("cache")).toUtf8());
    writeImageFolder(m_folder->filePath(QStringLiteral("images")), *syntheticDataset(3, 20));
    settle(m_folder->filePath(QStringLiteral("images")));
}

void TestImageCache::cleanup()
{
    qputenv("NORMSCOPE_NO_CACHE", "1");
    m_folder.reset();
}

Loaded TestImageCache::load(bool useCache) const
{
    LoadOptions options;
    options.useCache = useCache;
    return loadDataset({DataKind::Folder, m_folder->filePath(QStringLiteral("images")).toStdString()}, options);
}

void TestImageCache::compareToFresh(const Dataset& dataset) const
{
    const auto fresh = load(false);
    QVERIFY(fresh);
    QCOMPARE(dataset.classNames, (*fresh)->classNames);
    QVERIFY(dataset.train.pixels == (*fresh)->train.pixels);
    QVERIFY(dataset.test.pixels == (*fresh)->test.pixels);
    QCOMPARE(dataset.train.labels, (*fresh)->train.labels);
    QCOMPARE(dataset.test.labels, (*fresh)->test.labels);
    QCOMPARE(dataset.mean, (*fresh)->mean);
    QCOMPARE(dataset.deviation, (*fresh)->deviation);
    QCOMPARE(dataset.fingerprint, (*fresh)->fingerprint);
    QCOMPARE(dataset.warnings, (*fresh)->warnings);
    QCOMPARE(dataset.title, (*fresh)->title);
    QCOMPARE(dataset.spec, (*fresh)->spec);
}

void TestImageCache::sameFromTheCache()
{
    for (int i = 0; i < 3; ++i) {
        const auto loaded = load();
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        compareToFresh(**loaded);
        QCOMPARE(cacheFiles().size(), 1);
        QCOMPARE((*loaded)->train.size(), std::size_t(60));
    }
    QCOMPARE(QFileInfo(cacheFolder()).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
}

void TestImageCache::warningsAndGapsAreTheSame()
{
    writeFile(image("train/class 0/0003.png"), plainPnm(40, "abc", false)); // resized; what it is says its content
    writeFile(image("train/class 1/0004.png"), plainPnm(32, "g", true));
    writeFile(image("train/class 1/0007.png"), "not a picture");
    writeFile(image("test/class 2/0001.png"), "");
    writeFile(image("train/class 1/film.gif"), "GIF89a");
    QVERIFY(QDir(m_folder->filePath(QStringLiteral("images"))).mkpath(QStringLiteral("train/class 0/more")));
    settle(m_folder->filePath(QStringLiteral("images")));
    const auto first = load();
    QVERIFY2(first, first ? "" : first.error().message.c_str());
    const auto later = load();
    QVERIFY(later);
    compareToFresh(**later);
    QCOMPARE((*later)->train.size() + (*later)->test.size(), std::size_t(88));
    QVERIFY(hasWarning(**later, {"2 of 90 images cannot be read", "(empty file)"}));
    QVERIFY(hasWarning(**later, {"1 image converted: not 32x32"}));
    QVERIFY(hasWarning(**later, {"1 image converted: grey"}));
    QVERIFY(hasWarning(**later, {"film.gif"}));
    QVERIFY(hasWarning(**later, {"inside class folders skipped"}));
}

/// The cache itself gives them, not a second decoding.
void TestImageCache::isTaken()
{
    QVERIFY(load());
    const QByteArray before = contents(cacheFile());
    const ImageCache cache(imageCacheFolder(), m_folder->filePath(QStringLiteral("images")).toStdString(),
                           *listImages(m_folder->filePath(QStringLiteral("images")).toStdString()));
    Dataset dataset;
    dataset.classNames = (*load())->classNames;
    QVERIFY(cache.read(dataset, {}));
    QCOMPARE(dataset.fingerprint, (*load(false))->fingerprint);
    QCOMPARE(contents(cacheFile()), before);
    QCOMPARE(QString::fromStdString(cache.path()), cacheFile());
}

void TestImageCache::changesAreSeen_data()
{
    QTest::addColumn<QString>("change");
    for (const auto* change : {"content", "content with the old time", "time", "name", "removed", "added", "swapped"})
        QTest::addRow("%s", change) << QString::fromLatin1(change);
}

void TestImageCache::changesAreSeen()
{
    QFETCH(QString, change);
    QVERIFY(load());
    const QByteArray before = contents(cacheFile());
    const QString one = image("train/class 0/0005.png"), other = image("train/class 1/0005.png");
    const QByteArray bytes = contents(one), otherBytes = contents(other);
    QVERIFY(!bytes.isEmpty() && !otherBytes.isEmpty());
    if (change.startsWith(QStringLiteral("content"))) {
        QByteArray same = plainPnm(9, "xyz", false);
        same.append(QByteArray(std::max<qsizetype>(0, bytes.size() - same.size()), ' '));
        QTest::qSleep(20); // the clock of the file system's times goes on
        writeFile(one, same.left(bytes.size()));
        setModified(one, 1'700'000'000, change == QStringLiteral("content") ? 123'456'790 : 123'456'789);
        QCOMPARE(QFileInfo(one).size(), bytes.size());
    } else if (change == QStringLiteral("time")) {
        setModified(one, 1'700'000'000, 123'456'790);
    } else if (change == QStringLiteral("name")) {
        QVERIFY(QFile::rename(one, image("train/class 0/zzz.png")));
    } else if (change == QStringLiteral("removed")) {
        QVERIFY(QFile::remove(one));
    } else if (change == QStringLiteral("added")) {
        writeFile(image("test/class 1/new.png"), plainPnm(32, "new", false));
        setModified(image("test/class 1/new.png"), 1'700'000'000, 5);
    } else {
        QVERIFY(QFile::rename(one, one + QStringLiteral("x")) && QFile::rename(other, one)
                && QFile::rename(one + QStringLiteral("x"), other));
    }
    const auto later = load();
    QVERIFY2(later, later ? "" : later.error().message.c_str());
    compareToFresh(**later);
    QCOMPARE(cacheFiles().size(), 1);
    QVERIFY(contents(cacheFile()) != before);
}

void TestImageCache::damageIsIgnoredAndMended_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("empty") << 0;
    QTest::newRow("half the header") << 1;
    QTest::newRow("one byte short") << 2;
    QTest::newRow("one byte more") << 3;
    QTest::newRow("garbage") << 4;
    QTest::newRow("garbage of the right length") << 5;
    QTest::newRow("a pixel's bit") << 6;
    QTest::newRow("a label's bit") << 7;
    QTest::newRow("an older format") << 8;
    QTest::newRow("huge counts") << 9;
    QTest::newRow("a warning's letter") << 10;
    QTest::newRow("another folder's") << 11;
}

void TestImageCache::damageIsIgnoredAndMended()
{
    QFETCH(int, kind);
    writeFile(image("train/class 1/0004.png"), plainPnm(32, "g", true)); // for a warning
    setModified(image("train/class 1/0004.png"), 1'700'000'000, 5);
    QVERIFY(load());
    const QString path = cacheFile();
    const QByteArray whole = contents(path);
    QByteArray bytes = whole;
    const auto flip = [&](qsizetype at) { bytes[at] = char(bytes[at] ^ 1); };
    switch (kind) {
    case 0: bytes.clear(); break;
    case 1: bytes.truncate(50); break;
    case 2: bytes.chop(1); break;
    case 3: bytes.append('x'); break;
    case 4: bytes = "hello"; break;
    case 5: bytes.fill('\x5A'); break;
    case 6: flip(bytes.size() - 5000); break;
    case 7: flip(bytes.size() - 90 * 3072 - 2 * 45); break;
    case 8: bytes[16] = 0; break;
    case 9: bytes.replace(24, 16, QByteArray(16, '\x7F')); break;
    case 10: flip(bytes.indexOf("image converted")); break;
    case 11: {
        const QString elsewhere = m_folder->filePath(QStringLiteral("elsewhere"));
        writeImageFolder(elsewhere, *syntheticDataset(3, 20, 2));
        settle(elsewhere);
        QVERIFY(QFile::remove(path)); // so that the other one is the only one
        QVERIFY(loadDataset({DataKind::Folder, elsewhere.toStdString()}));
        bytes = contents(cacheFile());
        break;
    }
    }
    QVERIFY(bytes != whole);
    QVERIFY(kind == 11 || kind == 5 || kind < 5 || bytes.size() == whole.size());
    writeFile(path, bytes);
    const auto loaded = load();
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    compareToFresh(**loaded);
    QCOMPARE(contents(path), whole); // mended
}

void TestImageCache::cacheThatCannotBeWritten_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("a file in the folder's place") << 0;
    QTest::newRow("a folder in the file's place") << 1;
    QTest::newRow("a FIFO in the file's place") << 2;
    QTest::newRow("a path that cannot be") << 3;
    QTest::newRow("read-only folder") << 4;
}

void TestImageCache::cacheThatCannotBeWritten()
{
    QFETCH(int, kind);
    if (kind == 4 && ::geteuid() == 0)
        QSKIP("root may write anywhere");
    QVERIFY(load());
    const QString path = cacheFile();
    QVERIFY(QFile::remove(path));
    if (kind == 0) {
        QVERIFY(QDir(m_folder->filePath(QStringLiteral("cache"))).removeRecursively());
        writeFile(m_folder->filePath(QStringLiteral("cache")), "x");
    } else if (kind == 1) {
        QVERIFY(QDir().mkpath(path + QStringLiteral("/below")));
    } else if (kind == 2) {
        QCOMPARE(::mkfifo(qPrintable(path), 0600), 0);
    } else if (kind == 3) {
        qputenv("XDG_CACHE_HOME", "/proc/self/nowhere");
    } else {
        QCOMPARE(::chmod(qPrintable(cacheFolder()), 0500), 0);
    }
    for (int i = 0; i < 2; ++i) {
        const auto loaded = load();
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        compareToFresh(**loaded);
    }
    if (kind == 4)
        QCOMPARE(::chmod(qPrintable(cacheFolder()), 0700), 0);
}

void TestImageCache::switchesOff()
{
    QVERIFY(load(false));
    QVERIFY(!QFile::exists(cacheFolder()));
    qputenv("NORMSCOPE_NO_CACHE", "1");
    QCOMPARE(imageCacheFolder(), std::string());
    QVERIFY(load());
    QVERIFY(!QFile::exists(cacheFolder()));
    qputenv("NORMSCOPE_NO_CACHE", "");
    QVERIFY(load());
    QCOMPARE(cacheFiles().size(), 1);
    qputenv("XDG_CACHE_HOME", "relative");
    qputenv("HOME", m_folder->path().toUtf8());
    QCOMPARE(QString::fromStdString(imageCacheFolder()), m_folder->filePath(QStringLiteral(".cache/normscope/images")));
}

void TestImageCache::freshFilesAreNotKept()
{
    timespec now = {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    setModified(image("train/class 0/0005.png"), now.tv_sec - 1, 0); // of a file system that knows whole seconds
    QVERIFY(load());
    QCOMPARE(cacheFiles().size(), 0);
    setModified(image("train/class 0/0005.png"), now.tv_sec - 1, 500'000'000);
    QVERIFY(load());
    QCOMPARE(cacheFiles().size(), 1);
    QVERIFY(QFile::remove(cacheFile()));
    ::clock_gettime(CLOCK_REALTIME, &now);
    setModified(image("train/class 0/0005.png"), now.tv_sec, now.tv_nsec | 1);
    QVERIFY(load());
    QCOMPARE(cacheFiles().size(), 0);
}

void TestImageCache::oneFileAFolder()
{
    QVERIFY(load());
    const QStringList before = cacheFiles();
    const auto spelled = m_folder->filePath(QStringLiteral("images/../images/")).toStdString();
    QVERIFY(loadDataset({DataKind::Folder, spelled}));
    QCOMPARE(cacheFiles(), before);
    setModified(image("train/class 0/0005.png"), 1'600'000'000, 1);
    QVERIFY(load());
    QCOMPARE(cacheFiles(), before);
    const QString elsewhere = m_folder->filePath(QStringLiteral("elsewhere"));
    writeImageFolder(elsewhere, *syntheticDataset(3, 20, 2));
    settle(elsewhere);
    QVERIFY(loadDataset({DataKind::Folder, elsewhere.toStdString()}));
    QCOMPARE(cacheFiles().size(), 2);
    const auto loaded = load();
    QVERIFY(loaded);
    compareToFresh(**loaded);
}

void TestImageCache::tooManyBrokenStaysAnError()
{
    for (const auto* name : {"train/class 0/0001.png", "train/class 0/0002.png", "train/class 0/0003.png", "train/class 1/0001.png", "train/class 1/0002.png"}) {
        writeFile(image(name), "broken");
        setModified(image(name), 1'700'000'000, 5);
    }
    for (int i = 0; i < 2; ++i) {
        const auto loaded = load();
        QVERIFY(!loaded);
        QCOMPARE(errorMismatch(loaded.error(), ErrorCode::BadInput, {"5 of 90 images cannot be read"}), QString());
    }
    QCOMPARE(cacheFiles().size(), 0);
}

void TestImageCache::cancelsAndTellsProgress()
{
    std::atomic<bool> cancel = true;
    LoadOptions options;
    options.cancel = &cancel;
    const DataSpec spec{DataKind::Folder, m_folder->filePath(QStringLiteral("images")).toStdString()};
    for (int i = 0; i < 2; ++i) { // without and with a cache
        const auto cancelled = loadDataset(spec, options);
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
        QVERIFY(load());
    }
    const QByteArray before = contents(cacheFile());
    cancel = false;
    std::vector<std::pair<std::size_t, std::size_t>> told;
    options.progress = [&](std::size_t done, std::size_t total) { told.emplace_back(done, total); };
    QVERIFY(loadDataset(spec, options));
    QVERIFY(!told.empty());
    QCOMPARE(told.back(), (std::pair<std::size_t, std::size_t>(90, 90)));
    for (std::size_t i = 1; i < told.size(); ++i)
        QVERIFY(told[i].first >= told[i - 1].first && told[i].first <= told[i].second);
    QCOMPARE(contents(cacheFile()), before);
}

void TestImageCache::makesRoom()
{
    const QDir folder(m_folder->filePath(QStringLiteral("room")));
    QVERIFY(folder.mkpath(QStringLiteral(".")));
    const auto file = [&](const char* name, int size, qint64 used) {
        writeFile(folder.filePath(QLatin1String(name)), QByteArray(size, 'x'));
        setModified(folder.filePath(QLatin1String(name)), used, 0);
    };
    file("old.images", 300, 1'000);
    file("older.images", 300, 900);
    file("new.images", 300, 1'100);
    file("mine.images", 900, 100);
    file("other.txt", 5000, 1); // not ours
    const std::string mine = folder.filePath(QStringLiteral("mine.images")).toStdString();
    QCOMPARE(cacheBytes(folder.path().toStdString()), std::uint64_t(1800));
    QVERIFY(!makeRoom(mine, 1001, 1000)); // too much by itself: nothing goes
    QCOMPARE(folder.entryList(QDir::Files).size(), 5);
    QVERIFY(makeRoom(mine, 100, 1000)); // its own old file is replaced and does not count
    QCOMPARE(folder.entryList(QDir::Files).size(), 5);
    markUsed(folder.filePath(QStringLiteral("older.images")).toStdString());
    QVERIFY(makeRoom(mine, 500, 1000));
    QCOMPARE(folder.entryList(QDir::Files), QStringList({QStringLiteral("mine.images"), QStringLiteral("older.images"), QStringLiteral("other.txt")}));
}

void TestImageCache::leftOversGo()
{
    QVERIFY(load());
    const QString crashed = cacheFile() + QStringLiteral(".new-1-1"), busy = cacheFile() + QStringLiteral(".new-2-1");
    writeFile(crashed, "half");
    writeFile(busy, "another program is writing");
    setModified(crashed, 1'700'000'000, 0);
    setModified(image("train/class 0/0005.png"), 1'600'000'000, 1);
    QVERIFY(load());
    QVERIFY(!QFile::exists(crashed));
    QVERIFY(QFile::exists(busy));
}

QTEST_GUILESS_MAIN(TestImageCache)
#include "tst_imagecache.moc"
