// SPDX-License-Identifier: GPL-3.0-or-later
// Replays every input under corpus/TARGET, those of past findings too, through the fuzz targets.
#include "tests/fuzz/fuzztarget.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace normscope;

class TestCorpora : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyTargetHasACorpus();
    void staysSmallForHugeInputs_data();
    void staysSmallForHugeInputs();
    void replays_data();
    void replays();
};

void TestCorpora::everyTargetHasACorpus()
{
    QStringList names;
    for (const auto& target : fuzz::targets())
        names << QString::fromStdString(target.first);
    QCOMPARE(names, QDir(QStringLiteral(NORMSCOPE_CORPUS)).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name));
}

// Larger than fuzzers try, and than the corpora should be.
void TestCorpora::staysSmallForHugeInputs_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QByteArray>("input");
    const int many = 1'000'000;
    QTest::newRow("nested list") << QStringLiteral("runjson") << QByteArray(many, '[') + QByteArray(many, ']');
    QTest::newRow("nested in an unknown key")
        << QStringLiteral("runjson")
        << QByteArrayLiteral("{\"x\":") + QByteArray(many, '[') + QByteArray(many, ']') + '}';
    QByteArray keys("{");
    for (int i = 0; i < 200'000; ++i)
        keys += '"' + QByteArray::number(i) + "\":0,";
    keys.back() = '}';
    QTest::newRow("keys") << QStringLiteral("runjson") << keys;
    QTest::newRow("safetensors' keys") << QStringLiteral("safetensors") << keys.left(900'000) + "\"x\":0}";
    QTest::newRow("a checkpoint's nested header")
        << QStringLiteral("checkpoint") << QByteArrayLiteral("{\"schema\":1,\"run\":{\"x\":") + QByteArray(many, '[') + QByteArray(many, ']')
                + QByteArrayLiteral("}}\n");
    QTest::newRow("columns and lines") << QStringLiteral(
        "tables") << QByteArrayLiteral("index,label,predicted") + QByteArray(many, ',') + QByteArray(many, '\n');
}

void TestCorpora::staysSmallForHugeInputs()
{
    QFETCH(QString, target);
    QFETCH(QByteArray, input);
    fuzz::targets().at(target.toStdString())(input.toStdString()); // neither ends the process nor takes for ever
}

void TestCorpora::replays_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("path");
    for (const auto& target : fuzz::targets()) {
        const QString name = QString::fromStdString(target.first);
        const QDir folder(QStringLiteral(NORMSCOPE_CORPUS "/") + name);
        QVERIFY2(!folder.isEmpty(), qPrintable(name));
        for (const QString& file : folder.entryList(QDir::Files, QDir::Name))
            QTest::addRow("%s/%s", qPrintable(name), qPrintable(file)) << name << folder.filePath(file);
    }
}

void TestCorpora::replays()
{
    QFETCH(QString, target);
    QFETCH(QString, path);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    // A property that does not hold ends the process and names itself.
    fuzz::targets().at(target.toStdString())(file.readAll().toStdString());
}

QTEST_GUILESS_MAIN(TestCorpora)
#include "tst_corpora.moc"
