// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand runs of which more than a hundred are damaged, each in its own way: the others open, and each damaged one
// says what is wrong with which file.
#include "tests/badinput/commandline.h"
#include "tests/badinput/places.h"
#include "tests/badinput/rundamage.h"
#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <map>

using namespace normscope;
using namespace normscope::testing;

class TestBadInputStore : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void eachDamageIsTold_data();
    void eachDamageIsTold();
    void allOthersOpen();
    void commandLineListsThemAll();
    void damagedRunsAreNotTouched();

private:
    QString folderOf(int i) const { return m_place.filePath(QStringLiteral("runs/20261122-10%1-batch-1").arg(i, 4, 10, QLatin1Char('0'))); }
    void makeRuns();

    static constexpr int allRuns = 1'000;
    Place m_place;
    std::vector<RunDamage> m_damages = runDamages();
    std::map<std::string, RunRecord> m_listed; ///< by folder
    RunRecord m_good;
};

void TestBadInputStore::initTestCase()
{
    QVERIFY2(m_damages.size() >= 100, qPrintable(QString::number(m_damages.size())));
    makeRuns();
    for (std::size_t i = 0; i < m_damages.size(); ++i) // among the others
        m_damages[i].make(folderOf(int(i) * 9));
    const qint64 memory = peakMemory();
    QElapsedTimer timer;
    timer.start();
    const auto runs = RunStore::open(m_place.filePath(QStringLiteral("runs")).toStdString())->list();
    const qint64 milliseconds = timer.elapsed();
    qInfo("1,000 runs, %d of them damaged, listed in %lld ms", int(m_damages.size()), static_cast<long long>(milliseconds));
    QCOMPARE(runs.size(), std::size_t(allRuns));
    QVERIFY2(milliseconds < 10'000, qPrintable(QString::number(milliseconds))); // far above what is expected: a busy or sanitized machine
    QVERIFY2(peakMemory() - memory < 200'000'000, "memory was taken for a file that is larger than any such file can be");
    for (const auto& run : runs)
        m_listed[run.folder] = run;
}

/// Copies of one run: a thousand times fsync would take minutes on a slow disk.
void TestBadInputStore::makeRuns()
{
    const auto store = *RunStore::open(m_place.filePath(QStringLiteral("made")).toStdString());
    RunSpec spec;
    spec.epochs = 3;
    m_good = writeFinishedRun(store, *syntheticDataset(3, 4), spec, 0.7);
    for (int i = 0; i < allRuns; ++i) {
        QVERIFY(QDir().mkpath(folderOf(i)));
        for (const char* name : {"/run.json", "/metrics.csv", "/predictions.csv", "/batches.csv"})
            QVERIFY(QFile::copy(QString::fromStdString(m_good.folder) + QLatin1String(name), folderOf(i) + QLatin1String(name)));
    }
}

void TestBadInputStore::eachDamageIsTold_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < m_damages.size(); ++i)
        QTest::newRow(m_damages[i].name.constData()) << int(i);
}

void TestBadInputStore::eachDamageIsTold()
{
    QFETCH(int, index);
    const RunRecord& run = m_listed[folderOf(index * 9).toStdString()];
    const QByteArray& file = m_damages[std::size_t(index)].file;
    QVERIFY2(run.state == RunState::Damaged, qPrintable(QString::fromStdString("it is " + std::string(toString(run.state)) + ": " + run.reason)));
    std::string named = run.folder;
    if (!file.isEmpty() && run.reason.find("has no run.json") == std::string::npos)
        named.append("/").append(file.toStdString());
    QVERIFY2(run.reason.find(named) != std::string::npos, run.reason.c_str());
    QVERIFY2(run.reason.ends_with('.') && run.reason.find('\n') == std::string::npos, run.reason.c_str());
    QVERIFY2(run.reason.size() < 1'000, "the reason is no place for the file's content");
    QVERIFY(!run.name.empty());
}

void TestBadInputStore::allOthersOpen()
{
    int opened = 0;
    for (int i = 0; i < allRuns; ++i) {
        if (i % 9 == 0 && i / 9 < int(m_damages.size()))
            continue;
        const RunRecord& run = m_listed[folderOf(i).toStdString()];
        QCOMPARE(run.state, RunState::Finished);
        QCOMPARE(run.reason, std::string());
        QCOMPARE(run.epochs, m_good.epochs);
        ++opened;
    }
    QCOMPARE(opened, allRuns - int(m_damages.size()));
}

void TestBadInputStore::commandLineListsThemAll()
{
    const QStringList arguments{QStringLiteral("runs"), QStringLiteral("--store"), m_place.filePath(QStringLiteral("runs"))};
    const CliAnswer text = Call(arguments).run();
    QCOMPARE(text.code, 0);
    const QStringList rows = text.out.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(rows.size(), 1 + allRuns); // one line each, whatever is in the files
    QCOMPARE(rows.filter(QStringLiteral("  damaged: ")).size(), qsizetype(m_damages.size()));
    const CliAnswer json = Call(arguments + QStringList{QStringLiteral("--json")}).run();
    QCOMPARE(json.code, 0);
    const QJsonArray array = QJsonDocument::fromJson(json.out.toUtf8()).array();
    QCOMPARE(array.size(), allRuns);
    int damaged = 0;
    for (const auto& value : array)
        damaged += value.toObject().value(QStringLiteral("state")).toString() == QStringLiteral("damaged") ? 1 : 0;
    QCOMPARE(damaged, int(m_damages.size()));
}

/// To look at a run, or to save into it, must not make it worse.
void TestBadInputStore::damagedRunsAreNotTouched()
{
    const auto store = *RunStore::open(m_place.filePath(QStringLiteral("runs")).toStdString());
    for (std::size_t i = 0; i < m_damages.size(); ++i) {
        if (m_damages[i].name.contains("terabyte") || m_damages[i].name.contains("device")) // too much to compare
            continue;
        const QString folder = folderOf(int(i) * 9);
        const auto before = contentBelow(folder);
        const auto run = store.load(QFileInfo(folder).fileName().toStdString());
        QVERIFY(run.ok());
        QVERIFY(!store.save(*run).ok());
        QVERIFY2(contentBelow(folder) == before, m_damages[i].name.constData());
    }
}

QTEST_GUILESS_MAIN(TestBadInputStore)
#include "tst_badinput_store.moc"
