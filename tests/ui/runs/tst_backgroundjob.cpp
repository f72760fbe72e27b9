// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/backgroundjob.h"

#include <QTest>
#include <QThread>

#include <filesystem>
#include <functional>
#include <new>

using namespace normscope;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(std::function<int()>)

/// What is thrown on the pool's thread comes back; uncaught there, it would end this program.
class BackgroundJobTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void resultComesBackInTheContextsThread()
    {
        int result = 0;
        QThread* worked = nullptr;
        QThread* told = nullptr;
        inBackground(m_pool, this,
                     [&worked] {
            worked = QThread::currentThread();
            return 42;
        },
                     [&](int value) {
            result = value;
            told = QThread::currentThread();
        },
                     [](const QString& why) { QFAIL(qPrintable(why)); });
        QTRY_COMPARE(result, 42);
        QVERIFY(worked != told);
        QCOMPARE(told, thread());
    }

    void whatIsThrownIsTold_data()
    {
        QTest::addColumn<std::function<int()>>("work");
        QTest::addColumn<QString>("said");
        QTest::newRow("memory") << std::function<int()>([]() -> int { throw std::bad_alloc(); }) << u"memory is used up"_s;
        QTest::newRow("file") << std::function<int()>([]() -> int {
            throw std::filesystem::filesystem_error("cannot copy", "/store/run", std::make_error_code(std::errc::io_error));
        }) << u"/store/run"_s;
        QTest::newRow("no std::exception") << std::function<int()>([]() -> int { throw 7; }) << u"unknown error"_s;
    }

    void whatIsThrownIsTold()
    {
        QFETCH(std::function<int()>, work);
        QFETCH(QString, said);
        QString told;
        inBackground(m_pool, this, work, [](int) { QFAIL("there is no result"); }, [&told](const QString& why) { told = why; });
        QTRY_VERIFY(!told.isEmpty());
        QVERIFY2(told.contains(said), qPrintable(told));
    }

private:
    QThreadPool m_pool;
};

QTEST_GUILESS_MAIN(BackgroundJobTest)
#include "tst_backgroundjob.moc"
