// SPDX-License-Identifier: GPL-3.0-or-later
// Short runs one after another in one window: memory stays, and no descriptor or thread is left over.
// NORMSCOPE_SOAK_RUNS: how many.
#include "tests/fixtures/compareenums.h"
#include "tests/ui/window/windowfixture.h"
#include "ui/window/pagearea.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <algorithm>

#include <unistd.h>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr int settled = 10;          ///< runs after which all that is made once has been made
constexpr int trainingMs = 120'000;

struct Usage {
    double megabytes = 0;
    qsizetype descriptors = 0;
    qsizetype threads = 0;
};

Usage usage()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    const QByteArrayList pages = file.open(QIODevice::ReadOnly) ? file.readAll().split(' ') : QByteArrayList{"0", "0"};
    const auto entries = [](const char* folder) { return QDir(QString::fromLatin1(folder)).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::System).size(); };
    return {pages[1].toDouble() * double(::sysconf(_SC_PAGESIZE)) / 1e6, entries("/proc/self/fd"), entries("/proc/self/task")};
}

} // namespace

class TestSoak : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingGrows();
};

void TestSoak::nothingGrows()
{
    const int runs = std::max(qEnvironmentVariableIntValue("NORMSCOPE_SOAK_RUNS"), 20);
    WindowFixture fixture;
    Usage start, most;
    for (int number = 1; number <= runs; ++number) {
        RunSpec spec = fixture.spec();
        spec.normalization = static_cast<Normalization>(number % 5);
        spec.seed = std::uint64_t(number);
        fixture.window->startRun(spec);
        const Run* run = fixture.library.runs().back();
        const QString id = run->id();
        fixture.window->pages()->showPage(number % 6);
        QVERIFY(QTest::qWaitFor([&] { return fixture.controller.state() == TrainingController::State::Idle; }, trainingMs));
        QCOMPARE(fixture.library.run(id)->record.state, RunState::Finished);
        QTest::qWait(20); // what the pages do about it
        fixture.library.setChecked(id, false);
        const Usage now = usage();
        if (number == settled)
            start = most = now;
        most.megabytes = std::max(most.megabytes, now.megabytes);
        most.descriptors = std::max(most.descriptors, now.descriptors);
        most.threads = std::max(most.threads, now.threads);
    }
    const Usage end = usage();
    qInfo("%d runs: after the tenth %.1f MB, %lld descriptors, %lld threads; at the end %.1f MB, %lld, %lld; at most %.1f MB, %lld, %lld", runs,
          start.megabytes, start.descriptors, start.threads, end.megabytes, end.descriptors, end.threads, most.megabytes, most.descriptors,
          most.threads);
    QVERIFY2(end.megabytes <= 1.05 * start.megabytes, "memory grew by more than 5 %");
    QVERIFY(end.descriptors <= start.descriptors);
    QVERIFY(end.threads <= start.threads);
}

QTEST_MAIN(TestSoak)
#include "tst_soak.moc"
