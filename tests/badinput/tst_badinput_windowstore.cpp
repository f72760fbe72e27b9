// SPDX-License-Identifier: GPL-3.0-or-later
// The window and what is around it: damaged runs among good ones, no display, no home folder, a store that is none.
#include "tests/badinput/commandline.h"
#include "tests/badinput/places.h"
#include "tests/badinput/rundamage.h"
#include "tests/fixtures/compareenums.h"
#include "tests/ui/window/windowfixture.h"

#include "ui/runs/runtablemodel.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QTabWidget>
#include <QTest>

using namespace normscope;
using namespace normscope::testing;

class TestBadInputWindowStore : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void damagedRunsAreRows();
    void noDisplay_data();
    void noDisplay();
    void noHomeFolder();
    void storeThatIsNone();

private:
    static QString program() { return qEnvironmentVariable("NORMSCOPE_WINDOW"); }
    /// Starts the window's program; gives what it says until it has said `until` or ended, and whether it still runs.
    std::pair<QString, bool> startAndListen(Call call, const QString& until);
};

void TestBadInputWindowStore::damagedRunsAreRows()
{
    WindowFixture fixture;
    const RunStore& store = fixture.library.store();
    const auto dataset = syntheticDataset(3, 4);
    RunSpec spec;
    spec.epochs = 2;
    const RunRecord good = writeFinishedRun(store, *dataset, spec, 0.7);
    const auto damages = runDamages();
    std::vector<RunRecord> damaged;
    for (std::size_t i = 0; i < damages.size(); i += 7) { // some of each kind
        damaged.push_back(writeFinishedRun(store, *dataset, spec, 0.7));
        damages[i].make(QString::fromStdString(damaged.back().folder));
    }
    QVERIFY(damaged.size() > 10);
    fixture.library.refresh();
    RunTableModel model(fixture.library);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), int(damaged.size()) + 1);
    for (const auto& run : damaged) {
        const QModelIndex state = model.indexOf(QString::fromStdString(run.id), RunTableModel::StateColumn);
        const QString reason = QString::fromStdString(store.load(run.id)->reason);
        QVERIFY(!reason.isEmpty());
        QCOMPARE(state.data().toString(), QStringLiteral("damaged"));
        QCOMPARE(state.data(Qt::ToolTipRole).toString(), QStringLiteral("damaged: ") + reason);
        QVERIFY(!(model.flags(state.siblingAtColumn(RunTableModel::NameColumn)) & Qt::ItemIsEditable));
    }
    QCOMPARE(model.indexOf(QString::fromStdString(good.id), RunTableModel::EpochsColumn).data().toString(), QStringLiteral("2/2"));
    // The window lives with all of them checked, on every page.
    for (const Run* run : fixture.library.runs())
        fixture.library.setChecked(run->id(), true);
    for (auto* tabs : fixture.window->findChildren<QTabWidget*>())
        for (int i = 0; i < tabs->count(); ++i) {
            tabs->setCurrentIndex(i);
            QTest::qWait(20);
            QVERIFY(!fixture.window->grab().isNull());
        }
    QVERIFY(fixture.window->isVisible());
    QCOMPARE(fixture.library.run(QString::fromStdString(good.id))->record.state, RunState::Finished);
}

void TestBadInputWindowStore::noDisplay_data()
{
    QTest::addColumn<QByteArray>("variable");
    QTest::addColumn<QString>("value");
    QTest::newRow("nothing said") << QByteArray("NOTHING") << QString();
    QTest::newRow("a display that is not there") << QByteArray("DISPLAY") << QStringLiteral(":76");
    QTest::newRow("a Wayland that is not there") << QByteArray("WAYLAND_DISPLAY") << QStringLiteral("nowhere");
    QTest::newRow("an unknown platform") << QByteArray("QT_QPA_PLATFORM") << QStringLiteral("nowhere");
}

void TestBadInputWindowStore::noDisplay()
{
    QFETCH(QByteArray, variable);
    QFETCH(QString, value);
    if (!QFile::exists(program()))
        QSKIP("the window's program is not built");
    const Place place;
    const CliAnswer answer = Call({QStringLiteral("--store"), place.filePath(QStringLiteral("runs"))})
                                 .program(program())
                                 .unset("DISPLAY")
                                 .unset("WAYLAND_DISPLAY")
                                 .unset("QT_QPA_PLATFORM")
                                 .set(variable.constData(), value)
                                 .run();
    QCOMPARE(answer.code, 1); // not a crash
    QCOMPARE(answer.errLines().constLast(), QStringLiteral("normscope: there is no display to open a window on. Start it in a graphical session, or use "
                                                           "normscope-cli, which trains, compares and exports without one."));
    QVERIFY(!QFile::exists(place.filePath(QStringLiteral("runs"))));
}

std::pair<QString, bool> TestBadInputWindowStore::startAndListen(Call call, const QString& until)
{
    const auto process = call.program(program()).start();
    process->setReadChannel(QProcess::StandardError);
    QString said;
    while (!said.contains(until) && process->waitForReadyRead(30'000))
        said += QString::fromUtf8(process->readAllStandardError());
    const bool ended = process->waitForFinished(500);
    process->kill();
    process->waitForFinished();
    return {said, !ended};
}

void TestBadInputWindowStore::noHomeFolder()
{
    QStringList nobody = asOrdinaryUser();
    if (!QFile::exists(program()) || nobody.isEmpty())
        QSKIP("this needs the window's program, root and setpriv, to be somebody without an entry in passwd");
    nobody[1] = QStringLiteral("--reuid=54321");
    const auto [said, lives] = startAndListen(Call({}).below(nobody).unset("HOME").unset("XDG_DATA_HOME").unset("XDG_CONFIG_HOME"), QStringLiteral("--store."));
    QVERIFY2(said.contains(QStringLiteral("normscope: There is no home folder to keep the runs in. Set HOME, or name a folder with --store.\n")), qPrintable(said));
    QVERIFY(lives); // it asks for another folder
}

void TestBadInputWindowStore::storeThatIsNone()
{
    if (!QFile::exists(program()))
        QSKIP("the window's program is not built");
    const Place place;
    writeBytes(QFile::encodeName(place.filePath(QStringLiteral("file"))), "kept");
    const QString store = place.filePath(QStringLiteral("file"));
    const auto [said, lives] = startAndListen(Call({QStringLiteral("--store"), store}), QStringLiteral("permissions."));
    QVERIFY2(said.contains(QStringLiteral("normscope: Cannot make the folder for the runs %1: Not a directory. Choose another folder for the runs, or change "
                                          "its permissions.\n").arg(store)),
             qPrintable(said));
    QVERIFY(lives);
}

QTEST_MAIN(TestBadInputWindowStore)
#include "tst_badinput_windowstore.moc"
