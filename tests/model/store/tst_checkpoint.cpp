// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/checkpoint.h"
#include "model/store/recovery.h"
#include "tests/fixtures/compareenums.h"
#include "tests/fixtures/testsupport.h"

#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace normscope;

namespace {

Checkpoint example()
{
    Checkpoint c;
    c.record.id = "20261122-181502-batch-1";
    c.record.name = "a \"name\", with\nlines and \xC3\xBC";
    c.record.spec.learningRate = 0.1; // has no exact binary form
    c.record.dataFingerprint = "abc";
    c.record.classNames = {"cat", "dog", "ship"};
    c.record.epochs = {{1, 50, 51.5, 1.25, 1.0 / 3, 0.1, 2.5}, {2, 60, 40, std::numeric_limits<double>::infinity(), 1, 0.1, 2}};
    c.training.position = {3, 7, 0.1 + 0.2, 41, 1.0 / 7};
    c.training.weights = {{"Conv1.0.weight", {2, 1, 1, 3}, {1, 2, 3, 4, 5, -0.0F}, {}}, {"Conv1.1.num_batches_tracked", {}, {}, {21}}};
    c.training.momentum = {{"Conv1.0.weight", {2, 1, 1, 3}, {std::numeric_limits<float>::denorm_min(), 0, 1, 2, 3, 4}, {}}};
    c.batchLosses = {2.5F, 1.5F, 0.1F};
    Evaluation e;
    e.classes = 3;
    e.index = {4, 9};
    e.label = {0, 2};
    e.predicted = {0, 1};
    e.probabilities = {0.5F, 0.25F, 0.25F, 0.1F, 0.7F, 0.2F};
    e.loss = 1.0 / 3;
    e.correct = 1;
    c.evaluation = e;
    return c;
}

QString problemOf(const std::string& bytes)
{
    const auto read = readCheckpoint(bytes, "FILE");
    return read ? QString() : QString::fromStdString(read.error().message);
}

/// The frame around other contents, with a right checksum.
std::string framed(const std::string& contents)
{
    std::string bytes = "NORMSCOPE CHECKPOINT 1\n";
    const std::uint64_t size = contents.size();
    bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
    bytes += QCryptographicHash::hash(QByteArray::fromStdString(contents), QCryptographicHash::Sha256).toHex().toStdString();
    return bytes + "\n" + contents;
}

constexpr std::size_t frameBytes = 23 + 8 + 64 + 1;

} // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comesBackAsItWas();
    void frameIsAsDocumented();
    void everyCutAndEveryChangedByteIsSeen();
    void lyingHeaders_data();
    void lyingHeaders();
    void theOneBeforeIsUsedAndSaysSo();
};

void TestCheckpoint::comesBackAsItWas()
{
    const Checkpoint c = example();
    const auto read = readCheckpoint(checkpointBytes(c), "FILE");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(read->record.id, c.record.id);
    QCOMPARE(read->record.name, c.record.name);
    QVERIFY(read->record.spec == c.record.spec);
    QCOMPARE(read->record.classNames, c.record.classNames);
    QCOMPARE(read->record.epochs, c.record.epochs);
    QVERIFY(read->training.position == c.training.position);
    QVERIFY(read->training.weights == c.training.weights);
    QVERIFY(read->training.momentum == c.training.momentum);
    QCOMPARE(read->batchLosses, c.batchLosses);
    QVERIFY(read->evaluation.has_value());
    QCOMPARE(read->evaluation->probabilities, c.evaluation->probabilities);
    QCOMPARE(read->evaluation->correct, std::size_t(1));
    QCOMPARE(read->evaluation->loss, 1.0 / 3);
    QCOMPARE(checkpointBytes(*read), checkpointBytes(c));
}

void TestCheckpoint::frameIsAsDocumented()
{
    const std::string bytes = checkpointBytes(example());
    QVERIFY(bytes.starts_with("NORMSCOPE CHECKPOINT 1\n"));
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + 23, sizeof length);
    QCOMPARE(std::size_t(length), bytes.size() - frameBytes);
    QCOMPARE(bytes, framed(bytes.substr(frameBytes)));
}

void TestCheckpoint::everyCutAndEveryChangedByteIsSeen()
{
    const std::string bytes = checkpointBytes(example());
    for (std::size_t length = 0; length < bytes.size(); ++length)
        QVERIFY2(!readCheckpoint(std::string_view(bytes).substr(0, length), "FILE"), qPrintable(QString::number(length)));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string changed = bytes;
        changed[at] = char(changed[at] ^ 0x10);
        QVERIFY2(!readCheckpoint(changed, "FILE"), qPrintable(QString::number(at)));
    }
    QCOMPARE(problemOf(""), QStringLiteral("The checkpoint FILE cannot be used: it is empty."));
    QCOMPARE(problemOf("PK something else"), QStringLiteral("The checkpoint FILE cannot be used: it does not begin as a checkpoint does."));
    QCOMPARE(problemOf(bytes.substr(0, bytes.size() - 5)),
             QStringLiteral("The checkpoint FILE cannot be used: expected %1 bytes after its first lines, but found %2.")
                 .arg(bytes.size() - frameBytes).arg(bytes.size() - frameBytes - 5));
    std::string changed = bytes;
    changed.back() ^= 1;
    QCOMPARE(problemOf(changed), QStringLiteral("The checkpoint FILE cannot be used: its bytes have another SHA-256 than they were written with."));
}

void TestCheckpoint::lyingHeaders_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QString>("problem");
    QTest::newRow("a huge array") << QByteArray("\"shape\":[2,1,1,3]") << QByteArray("\"shape\":[9999999999,9999999999]")
                                  << QStringLiteral("Conv1.0.weight should have");
    QTest::newRow("a negative side") << QByteArray("\"shape\":[2,1,1,3]") << QByteArray("\"shape\":[-2,-1,1,3]")
                                     << QStringLiteral("Conv1.0.weight should have");
    QTest::newRow("too short an array") << QByteArray("\"shape\":[2,1,1,3]") << QByteArray("\"shape\":[1,1,1,3]") << QStringLiteral("bytes follow after its last array");
    QTest::newRow("a shape of texts") << QByteArray("\"shape\":[2,1,1,3]") << QByteArray("\"shape\":[\"2\"]") << QStringLiteral("without a shape");
    QTest::newRow("an unknown kind") << QByteArray("\"kind\":\"i64\"") << QByteArray("\"kind\":\"f16\"") << QStringLiteral("none that this version knows");
    QTest::newRow("many losses") << QByteArray("\"batchLosses\":3") << QByteArray("\"batchLosses\":4000000000") << QStringLiteral("the batch losses should have");
    QTest::newRow("many answers") << QByteArray("\"images\":2") << QByteArray("\"images\":1000000000") << QStringLiteral("the answers should have");
    QTest::newRow("a class too many") << QByteArray("\"classes\":3") << QByteArray("\"classes\":1") << QString();
    QTest::newRow("a newer schema") << QByteArray("{\"schema\":1,\"id\"") << QByteArray("{\"schema\":9,\"id\"")
                                    << QStringLiteral("it was written by a newer version (schema 9; this version knows 1)");
    QTest::newRow("another epoch") << QByteArray("\"position\":{\"epoch\":3") << QByteArray("\"position\":{\"epoch\":9")
                                   << QStringLiteral("it stands in epoch 9 after 2 whole ones");
    QTest::newRow("no position") << QByteArray("\"position\"") << QByteArray("\"nowhere\"") << QStringLiteral("position");
    QTest::newRow("epochs out of order") << QByteArray("{\"epoch\":1,\"train") << QByteArray("{\"epoch\":5,\"train") << QStringLiteral("its epochs are not 1, 2, 3, ...");
    QTest::newRow("a spec that is none") << QByteArray("\"normalization\":\"batch\"") << QByteArray("\"normalization\":\"btach\"") << QStringLiteral("btach");
}

void TestCheckpoint::lyingHeaders()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QString, problem);
    const std::string bytes = checkpointBytes(example());
    std::uint64_t headerLength = 0;
    std::memcpy(&headerLength, bytes.data() + frameBytes, sizeof headerLength);
    QByteArray header = QByteArray::fromStdString(bytes.substr(frameBytes + 8, headerLength));
    QVERIFY(header.contains(from));
    header.replace(header.indexOf(from), from.size(), to);
    const std::uint64_t length = std::uint64_t(header.size());
    std::string contents(reinterpret_cast<const char*>(&length), sizeof length);
    contents += header.toStdString() + bytes.substr(frameBytes + 8 + headerLength);
    const QString found = problemOf(framed(contents));
    QVERIFY2(!found.isEmpty() && found.contains(problem), qPrintable(found));
}

void TestCheckpoint::theOneBeforeIsUsedAndSaysSo()
{
    QTemporaryDir folder;
    const auto store = RunStore::open(folder.path().toStdString());
    auto run = store->create({});
    QVERIFY(findCheckpoint(*run).error().code == ErrorCode::NotFound);
    Checkpoint c = example();
    QVERIFY(store->saveCheckpoint(*run, c));
    c.record.epochs.push_back({3, 70, 60, 1, 1, 0.1, 2});
    c.training.position = {4, 0, 0, 0, 0};
    QVERIFY(store->saveCheckpoint(*run, c));
    QCOMPARE(findCheckpoint(*run)->checkpoint.record.epochs.size(), std::size_t(3));
    QVERIFY(findCheckpoint(*run)->note.empty());
    QFile newest(QString::fromStdString(run->folder) + QStringLiteral("/checkpoint"));
    QVERIFY(newest.resize(newest.size() - 1));
    const auto before = findCheckpoint(*run);
    QVERIFY(before);
    QCOMPARE(before->checkpoint.record.epochs.size(), std::size_t(2));
    QVERIFY2(before->note.ends_with("The one before it is used, which has 2 epochs."), before->note.c_str());
    QVERIFY2(before->note.starts_with("The checkpoint " + run->folder + "/checkpoint cannot be used: expected "), before->note.c_str());
    QFile old(QString::fromStdString(run->folder) + QStringLiteral("/checkpoint.before"));
    QVERIFY(old.resize(0));
    QVERIFY(findCheckpoint(*run).error().code == ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
