// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in odd surroundings: a comma locale, a clock that goes back, images that change, classes named like formulas.
#include "tests/badinput/commandline.h"
#include "tests/badinput/places.h"
#include "tests/model/data/datafixtures.h"

#include <QDateTime>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

using namespace normscope::testing;

class TestBadInputEnvironment : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void commaLocale();
    void clockThatGoesBack();
    void stampsAreUtc();
    void filesThatChangeDuringARun();
    void classesNamedLikeFormulas();
    void divergedRunIsToldWithItsStep();

private:
    QStringList train(const QString& store, int epochs = 2, const QStringList& more = {}) const
    {
        return QStringList{QStringLiteral("train"), QStringLiteral("--data"), QStringLiteral("folder:") + images(), QStringLiteral("--norm"),
                           QStringLiteral("batch"), QStringLiteral("--batch-size"), QStringLiteral("8"), QStringLiteral("--epochs"),
                           QString::number(epochs), QStringLiteral("--threads"), QStringLiteral("1"), QStringLiteral("--store"), store} + more;
    }
    QString images() const { return m_place->filePath(QStringLiteral("images")); }
    static QString runOf(const CliAnswer& answer) { return answer.out.trimmed().section(QLatin1Char('\n'), -1); }

    std::unique_ptr<Place> m_place;
};

namespace {

QByteArray readAll(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<QByteArrayList> cells(const QString& path)
{
    QList<QByteArrayList> rows;
    for (const auto& line : readAll(path).split('\n'))
        if (!line.isEmpty())
            rows.append(line.split(','));
    return rows;
}

} // namespace

void TestBadInputEnvironment::init()
{
    QVERIFY2(!qEnvironmentVariable("NORMSCOPE_CLI").isEmpty(), "run by ctest, which says where normscope-cli is");
    m_place = std::make_unique<Place>();
    writePictures(images(), 12);
}

void TestBadInputEnvironment::commaLocale()
{
    const QString localedef = QStandardPaths::findExecutable(QStringLiteral("localedef"));
    const QString locales = m_place->filePath(QStringLiteral("locales"));
    QVERIFY(QDir().mkpath(locales));
    const CliAnswer made = localedef.isEmpty() ? CliAnswer()
                                               : Call({QStringLiteral("-i"), QStringLiteral("de_DE"), QStringLiteral("-f"), QStringLiteral("UTF-8"),
                                                       locales + QStringLiteral("/de_DE.UTF-8")})
                                                     .program(localedef)
                                                     .run();
    if (!QFile::exists(locales + QStringLiteral("/de_DE.UTF-8/LC_NUMERIC")))
        QSKIP(qPrintable(QStringLiteral("no comma locale can be made here: Debian's package \"locales\" is missing. ") + made.err));
    const auto german = [&](Call call) { return call.set("LOCPATH", locales).set("LC_ALL", QStringLiteral("de_DE.UTF-8")).set("LANG", QStringLiteral("de_DE.UTF-8")).run(); };
    const CliAnswer check = german(Call({QStringLiteral("-c"), QStringLiteral("printf '%.1f' 1,5")}).program(QStringLiteral("/bin/bash")));
    if (check.out != QStringLiteral("1,5"))
        QSKIP("the locale that was made has no decimal comma");

    const CliAnswer plain = Call(train(m_place->filePath(QStringLiteral("plain")))).run();
    const CliAnswer comma = german(Call(train(m_place->filePath(QStringLiteral("comma")))));
    QCOMPARE(plain.code, 0);
    QCOMPARE(comma.code, 0);
    QCOMPARE(readAll(runOf(comma) + QStringLiteral("/predictions.csv")), readAll(runOf(plain) + QStringLiteral("/predictions.csv")));
    QCOMPARE(readAll(runOf(comma) + QStringLiteral("/batches.csv")), readAll(runOf(plain) + QStringLiteral("/batches.csv")));
    auto a = cells(runOf(comma) + QStringLiteral("/metrics.csv")), b = cells(runOf(plain) + QStringLiteral("/metrics.csv"));
    QCOMPARE(a.size(), 3);
    for (auto* rows : {&a, &b})
        for (auto& row : *rows) {
            QCOMPARE(row.size(), 7); // a comma in a number would make it eight
            row.removeLast();        // the seconds
        }
    QCOMPARE(a, b);
    const auto spec = [](const QString& run) {
        return QJsonDocument::fromJson(readAll(run + QStringLiteral("/run.json"))).object().value(QStringLiteral("spec"));
    };
    QVERIFY(spec(runOf(plain)).isObject());
    QCOMPARE(spec(runOf(comma)), spec(runOf(plain)));
    const CliAnswer refused = german(Call(train(m_place->filePath(QStringLiteral("comma")), 1, {QStringLiteral("--lr"), QStringLiteral("0,5")})));
    QCOMPARE(refused.err, QStringLiteral("normscope-cli: --lr: \"0,5\" has a comma, which could mean a decimal point or thousands. Write 0.5, or leave "
                                         "the comma out.\n"));
    const CliAnswer listed = german(Call({QStringLiteral("compare"), QStringLiteral("--csv"), runOf(plain)}));
    QCOMPARE(listed.out, Call({QStringLiteral("compare"), QStringLiteral("--csv"), runOf(plain)}).run().out);
}

void TestBadInputEnvironment::clockThatGoesBack()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("a sanitizer's library has to be the first one");
#endif
    const QString clock = qEnvironmentVariable("NORMSCOPE_JUMPING_CLOCK");
    QVERIFY2(QFile::exists(clock), "run by ctest, which says where the clock is");
    const QString store = m_place->filePath(QStringLiteral("store"));
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 3; ++i) {
        const CliAnswer answer = Call(train(store)).set("LD_PRELOAD", clock).run();
        QVERIFY2(answer.code == 0, qPrintable(answer.err));
        for (const auto& row : cells(runOf(answer) + QStringLiteral("/metrics.csv")).sliced(1)) {
            const double seconds = row.last().toDouble();
            QVERIFY2(seconds > 0 && seconds < double(timer.elapsed()) / 1000, row.last().constData());
        }
    }
    QCOMPARE(QDir(store).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 3); // no id was given twice
    const CliAnswer runs = Call({QStringLiteral("runs"), QStringLiteral("--store"), store}).run();
    QCOMPARE(runs.out.count(QStringLiteral("  finished  ")), 3);
}

void TestBadInputEnvironment::stampsAreUtc()
{
    const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-2);
    const CliAnswer answer = Call(train(m_place->filePath(QStringLiteral("store")), 1)).set("TZ", QStringLiteral("XST-14")).run();
    QCOMPARE(answer.code, 0);
    const QString stamp =
        QJsonDocument::fromJson(readAll(runOf(answer) + QStringLiteral("/run.json"))).object().value(QStringLiteral("created")).toString();
    QVERIFY2(stamp.endsWith(QLatin1Char('Z')), qPrintable(stamp));
    const QDateTime created = QDateTime::fromString(stamp.left(19), Qt::ISODate);
    const QDateTime utc(created.date(), created.time(), Qt::UTC);
    QVERIFY2(utc >= before && utc <= QDateTime::currentDateTimeUtc(), qPrintable(stamp));
    QVERIFY(QFileInfo(runOf(answer)).fileName().startsWith(utc.toString(QStringLiteral("yyyyMMdd-hhmmss"))));
}

void TestBadInputEnvironment::filesThatChangeDuringARun()
{
    const auto process = Call(train(m_place->filePath(QStringLiteral("store")), 30)).start();
    process->setReadChannel(QProcess::StandardError);
    QByteArray err;
    while (!err.contains("Epoch 1:") && process->waitForReadyRead(60'000))
        err += process->readAllStandardError();
    QVERIFY2(err.contains("Epoch 1:"), err.constData());
    writeFile(images() + QStringLiteral("/train/ant/3.ppm"), picture(250, 250, 0));
    const CliAnswer answer = Call::finish(*process);
    const QString said = QStringLiteral("The files of images changed since they were read: train/ant/3.ppm is new or written again. This run trained on the "
                                        "images as they were before; a run that starts now sees what is there now.");
    QCOMPARE(answer.code, 0); // the run itself is whole
    QVERIFY2((QString::fromUtf8(err) + answer.err).contains(QStringLiteral("normscope-cli: ") + said + QLatin1Char('\n')), qPrintable(answer.err));
    const QJsonObject run = QJsonDocument::fromJson(readAll(runOf(answer) + QStringLiteral("/run.json"))).object();
    QVERIFY2(QJsonDocument(run).toJson().contains(said.toUtf8()), QJsonDocument(run).toJson().constData());
    QCOMPARE(run.value(QStringLiteral("state")).toString(), QStringLiteral("finished"));
    // The next run's fingerprint is another one, and comparing the two says so.
    const CliAnswer next = Call(train(m_place->filePath(QStringLiteral("store")), 1)).run();
    QCOMPARE(next.code, 0);
    const CliAnswer compared = Call({QStringLiteral("compare"), runOf(answer), runOf(next), QStringLiteral("--store"),
                                     m_place->filePath(QStringLiteral("store"))}).run();
    QCOMPARE(compared.err, QStringLiteral("Warning: Batch norm #2 saw other data than Batch norm; their figures do not compare.\n"));
}

void TestBadInputEnvironment::classesNamedLikeFormulas()
{
    const QString odd = m_place->filePath(QStringLiteral("odd"));
    writePictures(odd, 4, {"=cmd", "a,b", "c\"d", "e\nf"});
    QStringList arguments = train(m_place->filePath(QStringLiteral("store")), 1);
    arguments[2] = QStringLiteral("folder:") + odd;
    const CliAnswer answer = Call(arguments).run();
    QVERIFY2(answer.code == 0, qPrintable(answer.err));
    const QString to = m_place->filePath(QStringLiteral("to"));
    QCOMPARE(Call({QStringLiteral("export"), runOf(answer), QStringLiteral("--to"), to}).run().code, 0);
    const QByteArray header = "'=cmd,\"a,b\",\"c\"\"d\",e\\nf"; // the newline is shown, not written
    QCOMPARE(readAll(to + QStringLiteral("/confusion.csv")).split('\n').first().trimmed(), "True \\ Predicted," + header);
    QCOMPARE(readAll(to + QStringLiteral("/predictions.csv")).split('\n').first().trimmed(), "index,label,predicted," + header);
    QCOMPARE(readAll(to + QStringLiteral("/predictions.csv")).count('\n'), 1 + 16);
}

void TestBadInputEnvironment::divergedRunIsToldWithItsStep()
{
    QStringList arguments = train(m_place->filePath(QStringLiteral("store")), 5, {QStringLiteral("--lr"), QStringLiteral("100")});
    arguments[4] = QStringLiteral("none");
    const CliAnswer answer = Call(arguments).run();
    QCOMPARE(answer.code, 1);
    static const QRegularExpression said(
        QStringLiteral("^normscope-cli: diverged: diverged at step [1-9][0-9]* \\(epoch [1-5]\\): the loss became (NaN|infinite)"));
    QVERIFY2(said.match(answer.errLines().constLast()).hasMatch(), qPrintable(answer.err));
    QVERIFY(QFile::exists(runOf(answer) + QStringLiteral("/batches.csv"))); // the curves are kept
}

QTEST_GUILESS_MAIN(TestBadInputEnvironment)
#include "tst_badinput_environment.moc"
