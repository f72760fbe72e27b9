// SPDX-License-Identifier: GPL-3.0-or-later
// What normscope-cli says of bad settings and calls, word for word; and that the store is as it was.
#include "tests/badinput/commandline.h"
#include "tests/badinput/places.h"
#include "tests/badinput/settingfaults.h"
#include "tests/fixtures/testsupport.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

class TestBadInputCliSettings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void settings_data();
    void settings();
    void badCalls_data();
    void badCalls();

private:
    QString store() const { return m_place.filePath(QStringLiteral("store")); }
    QStringList train(const SettingFault& fault, const QString& store) const;

    Place m_place;
    std::vector<SettingFault> m_settings = settingFaults();
    QMap<QString, QByteArray> m_saved; ///< the store's files
};

void TestBadInputCliSettings::initTestCase()
{
    QVERIFY2(!qEnvironmentVariable("NORMSCOPE_CLI").isEmpty(), "run by ctest, which says where normscope-cli is");
    writePictures(m_place.filePath(QStringLiteral("pictures")), trainImagesOfSettings / 2);
    const auto opened = RunStore::open(store().toStdString());
    writeFinishedRun(*opened, *syntheticDataset(3, 4), {}, 0.7);
    m_saved = contentBelow(store());
    QVERIFY(m_saved.size() > 3);
}

QStringList TestBadInputCliSettings::train(const SettingFault& fault, const QString& store) const
{
    return {QStringLiteral("train"), QStringLiteral("--data"), QStringLiteral("folder:") + m_place.filePath(QStringLiteral("pictures")),
            QStringLiteral("--norm"), QString::fromUtf8(fault.norm), QStringLiteral("--epochs"), QStringLiteral("1"),
            QStringLiteral("--threads"), QStringLiteral("1"), QStringLiteral("--store"), store,
            QStringLiteral("--") + QString::fromUtf8(fault.option), fault.text}; // of an option given twice, the last counts
}

void TestBadInputCliSettings::settings_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < m_settings.size(); ++i)
        QTest::newRow(m_settings[i].row.constData()) << int(i);
}

void TestBadInputCliSettings::settings()
{
    QFETCH(int, index);
    const SettingFault& fault = m_settings[std::size_t(index)];
    if (fault.isWarning) {
        const Place other;
        const CliAnswer answer = Call(train(fault, other.path())).run();
        QCOMPARE(answer.code, 0);
        QVERIFY2(answer.errLines().contains(QStringLiteral("Warning: ") + fault.message), qPrintable(answer.err));
        return;
    }
    const CliAnswer answer = Call(train(fault, store())).run();
    const QString before = fault.isUnreadable ? QStringLiteral("--%1: ").arg(QString::fromUtf8(fault.option)) : QString();
    QCOMPARE(answer.errLines().constLast(), QStringLiteral("normscope-cli: ") + before + fault.message);
    QVERIFY(answer.errLines().size() == 1 || answer.errLines().constFirst() == QStringLiteral("Loading pictures ..."));
    QCOMPARE(answer.code, 2);
    QCOMPARE(answer.out, QString());
    QCOMPARE(contentBelow(store()), m_saved);
}

void TestBadInputCliSettings::badCalls_data()
{
    QTest::addColumn<QString>("arguments"); // parted by |
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, const char* arguments, const char* said) {
        QTest::newRow(name) << QString::fromUtf8(arguments) << QString::fromUtf8(said);
    };
    row("no data set: unknown", "train|--norm|batch|--data|mnist",
        "The data \"mnist\" is not known: write fashion-mnist, fashion-mnist:DIR, cifar10:DIR or folder:DIR.");
    row("no data set: none", "train|--norm|batch|--data|", "The data \"\" is not known: write fashion-mnist, fashion-mnist:DIR, cifar10:DIR or folder:DIR.");
    row("no data set: no folder", "data|inspect|cifar10:", "The data \"cifar10:\" names no folder: write cifar10:DIR.");
    row("no data set: newline", "data|inspect|a\nb", "The data \"a\\nb\" is not known: write fashion-mnist, fashion-mnist:DIR, cifar10:DIR or folder:DIR.");
    row("no norm", "train", "--norm is required. Try: normscope-cli train --help");
    row("unknown norm", "train|--norm|weight", "Unknown normalization \"weight\": choose batch, layer, group, instance or none.");
    row("a norm twice", "train|--norm|layer,layer", "--norm layer is given twice: equal settings give equal runs. Name each norm once.");
    row("unknown command", "trian|--norm|batch", "\"trian\" is not known here. Try: normscope-cli --help");
    row("unknown option", "runs|--jsno", "The following argument was not expected: --jsno. Try: normscope-cli runs --help");
    row("no command", "", "A subcommand is required. Try: normscope-cli --help");
    row("at once", "train|--norm|batch|--at-once|-1", "--at-once: write 0 (as many as pays), 1 (one after another) or more, not -1.");
    row("at once, of a resume", "resume|x|--at-once|", "--at-once: The value is empty: write a number.");
    row("device", "train|--norm|batch|--device|gpu", "Unknown device \"gpu\": choose auto, cpu or cuda.");
    row("store without a name", "runs|--store|", "--store: the folder has no name. Give one, for example --store ~/runs. Try: normscope-cli runs --help");
    row("groups of a weights file", "evaluate|/etc/hostname|--norm|group|--groups|x|--data|fashion-mnist",
        "--groups: \"x\" is not a whole number. Write it like 20.");
    row("threads of an evaluation", "evaluate|/etc/hostname|--norm|batch|--threads|1.5|--data|fashion-mnist",
        "--threads: \"1.5\" is not a whole number. Write it like 20.");
}

void TestBadInputCliSettings::badCalls()
{
    QFETCH(QString, arguments);
    QFETCH(QString, said);
    const CliAnswer answer = Call(arguments.isEmpty() ? QStringList() : arguments.split(QLatin1Char('|'))).run();
    QCOMPARE(answer.err, QStringLiteral("normscope-cli: ") + said + QLatin1Char('\n'));
    QCOMPARE(answer.code, 2);
    QCOMPARE(answer.out, QString());
}

QTEST_GUILESS_MAIN(TestBadInputCliSettings)
#include "tst_badinput_clisettings.moc"
