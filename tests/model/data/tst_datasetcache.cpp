// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/testsupport.h"
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <barrier>
#include <thread>

using namespace normscope;

class TestDatasetCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void handsOutTheSame();
    void keepsTwo();
    void forgetReadsAgain();
    void manyThreadsLoadOnce();
    void waiterTakesOverAfterACancel();
    void waiterCanCancel();
    void errorsAreNotKept();
    void fingerprintTellsChanges();

private:
    DataSpec spec(int i) const { return {DataKind::Folder, m_folder.filePath(QString::number(i)).toStdString()}; }
    QTemporaryDir m_folder;
};

void TestDatasetCache::initTestCase()
{
    for (int i = 0; i < 3; ++i)
        testing::writeImageFolder(m_folder.filePath(QString::number(i)),
                                  *testing::syntheticDataset(3, 4, unsigned(i + 1)));
}

void TestDatasetCache::handsOutTheSame()
{
    DatasetCache cache;
    QVERIFY(!cache.peek(spec(0)));
    const auto first = cache.load(spec(0));
    QVERIFY2(first, first ? "" : first.error().message.c_str());
    QCOMPARE(*cache.load(spec(0)), *first);
    QCOMPARE(cache.peek(spec(0)), *first);
    DataSpec otherSpelling = spec(0);
    otherSpelling.path += "/../0/";
    QCOMPARE(cache.peek(otherSpelling), *first);
    DataSpec otherKind = spec(0);
    otherKind.kind = DataKind::Cifar10;
    QVERIFY(!cache.peek(otherKind));
}

void TestDatasetCache::keepsTwo()
{
    DatasetCache cache;
    QVERIFY(cache.load(spec(0)));
    QVERIFY(cache.load(spec(1)));
    QVERIFY(cache.peek(spec(0))); // used again, so 1 is the older one
    QVERIFY(cache.load(spec(2)));
    QVERIFY(cache.peek(spec(0)));
    QVERIFY(!cache.peek(spec(1)));
    QVERIFY(cache.peek(spec(2)));
}

void TestDatasetCache::forgetReadsAgain()
{
    DatasetCache cache;
    const auto first = cache.load(spec(0));
    cache.forget(spec(0));
    QVERIFY(!cache.peek(spec(0)));
    const auto second = cache.load(spec(0));
    QVERIFY(*first != *second);
    QCOMPARE((*first)->fingerprint, (*second)->fingerprint);
}

void TestDatasetCache::manyThreadsLoadOnce()
{
    DatasetCache cache;
    std::array<std::shared_ptr<const Dataset>, 8> found;
    std::atomic<int> loads = 0;
    {
        std::barrier start(8);
        std::vector<std::jthread> threads;
        for (auto& place : found)
            threads.emplace_back([&] {
                start.arrive_and_wait();
                bool first = true;
                LoadOptions options;
                options.progress = [&](std::size_t, std::size_t) { loads += std::exchange(first, false) ? 1 : 0; };
                if (const auto result = cache.load(spec(1), options))
                    place = *result;
            });
    }
    QVERIFY(found[0]);
    QCOMPARE(std::count(found.begin(), found.end(), found[0]), 8);
    QCOMPARE(int(loads), 1);
}

void TestDatasetCache::waiterTakesOverAfterACancel()
{
    DatasetCache cache;
    std::atomic<bool> cancel = false;
    std::atomic<bool> underWay = false;
    std::jthread first([&] {
        LoadOptions options;
        options.cancel = &cancel;
        options.progress = [&](std::size_t, std::size_t) {
            underWay = true;
            while (!cancel)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
        };
        // Too few images to be cancelled in the middle for certain; either end is right.
        const auto ignored = cache.load(spec(2), options);
        (void)ignored;
    });
    while (!underWay)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    QVERIFY(!cache.peek(spec(2))); // does not wait
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        cancel = true;
    });
    const auto second = cache.load(spec(2));
    QVERIFY2(second, second ? "" : second.error().message.c_str());
}

void TestDatasetCache::waiterCanCancel()
{
    DatasetCache cache;
    std::atomic<bool> release = false;
    std::atomic<bool> underWay = false;
    std::jthread first([&] {
        LoadOptions options;
        options.progress = [&](std::size_t, std::size_t) {
            underWay = true;
            while (!release)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
        };
        const auto loaded = cache.load(spec(0), options);
        (void)loaded;
    });
    while (!underWay)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const std::atomic<bool> cancel = true;
    LoadOptions options;
    options.cancel = &cancel;
    const auto second = cache.load(spec(0), options);
    release = true;
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::Cancelled);
}

void TestDatasetCache::errorsAreNotKept()
{
    DatasetCache cache;
    QTemporaryDir folder;
    const DataSpec missing{DataKind::Folder, folder.filePath(QStringLiteral("later")).toStdString()};
    QVERIFY(!cache.load(missing));
    testing::writeImageFolder(folder.filePath(QStringLiteral("later")), *testing::syntheticDataset(2, 4));
    QVERIFY(cache.load(missing));
}

void TestDatasetCache::fingerprintTellsChanges()
{
    QTemporaryDir folder;
    testing::writeImageFolder(folder.path(), *testing::syntheticDataset(2, 4));
    const DataSpec here{DataKind::Folder, folder.path().toStdString()};
    const auto before = loadDataset(here);
    const auto again = loadDataset(here);
    QVERIFY(before && again);
    QCOMPARE((*before)->fingerprint, (*again)->fingerprint);
    QDir train(folder.filePath(QStringLiteral("train")));
    const auto classes = train.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    QVERIFY(QDir(folder.path()).rename(QStringLiteral("train/") + classes[0], QStringLiteral("train/renamed")));
    QVERIFY(QDir(folder.path()).rename(QStringLiteral("test/") + classes[0], QStringLiteral("test/renamed")));
    const auto renamed = loadDataset(here);
    QVERIFY(renamed);
    QVERIFY((*renamed)->fingerprint != (*before)->fingerprint);
    QVERIFY(QFile::remove(train.filePath(QStringLiteral("renamed/0000.png"))));
    const auto fewer = loadDataset(here);
    QVERIFY(fewer);
    QVERIFY((*fewer)->fingerprint != (*renamed)->fingerprint);
}

QTEST_GUILESS_MAIN(TestDatasetCache)
#include "tst_datasetcache.moc"
