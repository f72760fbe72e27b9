// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/team.h"

#include <QTest>

#include <chrono>
#include <stdexcept>

using namespace normscope::fast;

class TestTeam : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyTaskOnceInOrderOfPhases_data();
    void everyTaskOnceInOrderOfPhases();
    void idleThreadsTakeOver();
    void exceptionsComeOut();
};

void TestTeam::everyTaskOnceInOrderOfPhases_data()
{
    QTest::addColumn<int>("threads");
    QTest::addColumn<int>("tasks");
    for (const int threads : {1, 2, 3, 7})
        for (const int tasks : {0, 1, 2, 8, 100})
            QTest::addRow("%d threads, %d tasks", threads, tasks) << threads << tasks;
}

void TestTeam::everyTaskOnceInOrderOfPhases()
{
    QFETCH(int, threads);
    QFETCH(int, tasks);
    Team team(threads);
    QCOMPARE(team.threads(), threads);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(tasks) * 3);
        std::atomic<bool> early{false};
        int ends = 0;
        std::vector<Team::Phase> phases;
        for (int phase = 0; phase < 3; ++phase)
            phases.push_back({tasks, [&, phase](int task, int thread) {
                                  if (ends != phase || thread < 0 || thread >= threads)
                                      early = true;
                                  ++done[static_cast<std::size_t>(phase * tasks + task)];
                              },
                              [&] { ++ends; }});
        team.run(phases);
        QVERIFY(!early);
        QCOMPARE(ends, 3);
        for (const auto& count : done)
            QCOMPARE(count.load(), 1);
    }
}

void TestTeam::idleThreadsTakeOver()
{
    // The first task sleeps until another thread has done all the others, also those of the sleeper's share.
    Team team(2);
    std::atomic<int> others{0};
    bool allDone = false;
    team.run({{10, [&](int task, int) {
                   if (task > 0) {
                       ++others;
                       return;
                   }
                   for (int i = 0; i < 10'000 && others < 9; ++i)
                       std::this_thread::sleep_for(std::chrono::milliseconds(1));
                   allDone = others == 9;
               }, {}}});
    QVERIFY(allDone);
}

void TestTeam::exceptionsComeOut()
{
    Team team(3);
    std::atomic<int> later{0};
    const std::vector<Team::Phase> phases{{8, [](int task, int) {
                                               if (task == 5)
                                                   throw std::runtime_error("task 5");
                                           }, {}},
                                          {8, [&](int, int) { ++later; }, {}}};
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, team.run(phases));
    QCOMPARE(later.load(), 0);
    team.run({{8, [&](int, int) { ++later; }, {}}}); // and it works again
    QCOMPARE(later.load(), 8);
}

QTEST_GUILESS_MAIN(TestTeam)
#include "tst_team.moc"
