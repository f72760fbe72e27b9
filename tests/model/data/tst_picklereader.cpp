// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/picklereader.h"
#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

// Opcodes as Python's pickletools documents them. Writers remember values as Python does, so that the
// reader meets its memo opcodes too.
const QByteArray proto2("\x80\x02", 2);

QByteArray shortString(const QByteArray& text) // Python 2's str
{
    return "U" + QByteArray(1, char(text.size())) + text + "q\x01";
}

QByteArray number(int value)
{
    return value < 256 ? "K" + littleEndian(quint64(value), 1) : "M" + littleEndian(quint64(value), 2);
}

QByteArray list(const QByteArrayList& items)
{
    return "]q\x02(" + items.join() + "e";
}

QByteArray labelList(const QByteArray& labels)
{
    QByteArrayList items;
    for (const char label : labels)
        items << number(uchar(label));
    return list(items);
}

/// numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), 'b') with its state, as Python 2 wrote it.
QByteArray array(const QByteArray& data, int rows, int columns = 3072, const QByteArray& type = "u1",
                 char fortran = '\x89', const QByteArray& dataOpcodes = {})
{
    const QByteArray text = dataOpcodes.isNull() ? "T" + littleEndian(quint64(data.size()), 4) + data : dataOpcodes;
    return "cnumpy.core.multiarray\n_reconstruct\nq\x03"
           "cnumpy\nndarray\nq\x04K"
           + QByteArray(1, '\0')
           + "\x85U\x01"
             "b\x87Rq\x05(K\x01"
           + number(rows) + number(columns)
           + "\x86"
             "cnumpy\ndtype\nq\x06U"
           + QByteArray(1, char(type.size())) + type + "K" + QByteArray(1, '\0')
           + "K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xFF\xFF\xFF\xFFJ\xFF\xFF\xFF\xFFK" + QByteArray(1, '\0') + "tb"
           + QByteArray(1, fortran) + text + "tb";
}

QByteArray dict(const QByteArrayList& keysAndValues)
{
    return "}q\x08(" + keysAndValues.join() + "u";
}

QByteArray pixels(int count)
{
    QByteArray bytes;
    for (int i = 0; i < count * 3072; ++i)
        bytes.append(char(i * 31 + i / 1024));
    return bytes;
}

QByteArray batch(const QByteArray& labels, const QByteArray& dataOpcodes)
{
    return proto2
           + dict({shortString("batch_label"), shortString("training batch 1 of 5"), shortString("labels"),
                   labelList(labels), shortString("data"), dataOpcodes, shortString("filenames"),
                   list({shortString("a.png"), shortString("b.png")})})
           + ".";
}

QByteArray goodBatch(const QByteArray& labels = QByteArray("\x06\x09", 2))
{
    return batch(labels, array(pixels(int(labels.size())), int(labels.size())));
}

/// Python 3, protocol 4: frames, short names, a stack global and bytes.
QByteArray protocol4Batch()
{
    const auto name = [](const QByteArray& text) { return "\x8c" + QByteArray(1, char(text.size())) + text + "\x94"; };
    QByteArray body = "}\x94(" + name("data") + name("numpy.core.multiarray") + name("_reconstruct") + "\x93\x94"
                      + name("numpy") + name("ndarray") + "\x93\x94K" + QByteArray(1, '\0')
                      + "\x85\x94"
                        "C\x01"
                        "b\x94\x87\x94R\x94(K\x01K\x02M"
                      + QByteArray("\x00\x0C", 2) + "\x86\x94h\x05" + name("dtype") + "\x93\x94" + name("u1")
                      + "\x89\x88\x87\x94R\x94(K\x03" + name("|") + "NNNJ\xFF\xFF\xFF\xFFJ\xFF\xFF\xFF\xFFK"
                      + QByteArray(1, '\0')
                      + "t\x94"
                        "b\x89"
                        "B"
                      + littleEndian(2 * 3072, 4) + pixels(2)
                      + "\x94t\x94"
                        "b"
                      + name("labels")
                      + "]\x94(K\x06K\x09"
                        "eu.";
    return QByteArray("\x80\x04\x95", 3) + littleEndian(quint64(body.size()), 8) + body;
}

/// Python 3, protocol 2: bytes are text that _codecs.encode turns back.
QByteArray latin1Batch()
{
    QByteArray utf8;
    for (const char c : pixels(2)) {
        const auto byte = uchar(c);
        if (byte < 0x80)
            utf8.append(c);
        else
            utf8.append(char(0xC0 | byte >> 6)).append(char(0x80 | (byte & 0x3F)));
    }
    const QByteArray encoded = "c_codecs\nencode\nq\x10X" + littleEndian(quint64(utf8.size()), 4) + utf8 + "X"
                               + littleEndian(6, 4) + "latin1\x86R";
    return batch(QByteArray("\x06\x09", 2), array({}, 2, 3072, "u1", '\x89', encoded));
}

QByteArray meta(const QByteArrayList& names)
{
    QByteArrayList items;
    for (const auto& name : names)
        items << shortString(name);
    return proto2
           + dict({shortString("num_cases_per_batch"), number(10'000), shortString("label_names"), list(items),
                   shortString("num_vis"), number(3072)})
           + ".";
}

QByteArrayList officialNames()
{
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
}

} // namespace

class TestPickleReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsBatches_data();
    void readsBatches();
    void readsNames();
    void loadsAWholeFolder();
    void refuses_data();
    void refuses();
    void everyTruncationIsRefused();
    void flippedBytesNeverCrash();
    void missingPythonBatchIsNamed();
};

void TestPickleReader::readsBatches_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addRow("as Python 2 wrote them") << goodBatch();
    QTest::addRow("Python 3, protocol 4") << protocol4Batch();
    QTest::addRow("Python 3, protocol 2, Latin 1") << latin1Batch();
    QTest::addRow("numpy 2's module") << goodBatch().replace("numpy.core.multiarray", "numpy._core.multiarray");
}

void TestPickleReader::readsBatches()
{
    QFETCH(QByteArray, bytes);
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("data_batch_1"));
    writeFile(file, bytes);
    const auto read = readCifarPickle(file.toStdString(), PickleContent::Images);
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(read->labels, (std::vector<std::int64_t>{6, 9}));
    QCOMPARE(QByteArray(reinterpret_cast<const char*>(read->planes()), 2 * 3072), pixels(2));
}

void TestPickleReader::readsNames()
{
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("batches.meta"));
    QByteArray bytes = meta(officialNames());
    writeFile(file, bytes);
    const auto read = readCifarPickle(file.toStdString(), PickleContent::Names);
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(read->labelNames.size(), std::size_t(10));
    QCOMPARE(read->labelNames[9], std::string("truck"));
}

void TestPickleReader::loadsAWholeFolder()
{
    QTemporaryDir folder;
    QDir(folder.path()).mkdir(QStringLiteral("cifar-10-batches-py"));
    const QDir inner(folder.filePath(QStringLiteral("cifar-10-batches-py")));
    for (int i = 1; i <= 5; ++i)
        writeFile(inner.filePath(QStringLiteral("data_batch_%1").arg(i)), goodBatch());
    writeFile(inner.filePath(QStringLiteral("test_batch")), protocol4Batch());
    writeFile(inner.filePath(QStringLiteral("batches.meta")), meta(officialNames()));
    const auto dataset = loadDataset({DataKind::Cifar10, folder.path().toStdString()});
    QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
    const Dataset& data = **dataset;
    QCOMPARE(data.train.size(), std::size_t(10));
    QCOMPARE(data.test.labels, (std::vector<std::uint16_t>{6, 9}));
    QCOMPARE(data.classNames[6], std::string("frog"));
    const QByteArray planes = pixels(2);
    for (int n = 0; n < 2; ++n)
        for (int i = 0; i < 1024; ++i)
            for (int c = 0; c < 3; ++c)
                QCOMPARE(char(data.test.image(std::size_t(n))[i * 3 + c]), planes[n * 3072 + c * 1024 + i]);
    QVERIFY(hasWarning(data, {"test_batch", "2 images", "custom subset"}));
}

void TestPickleReader::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArrayList>("parts");
    const auto row = [](const char* name, const QByteArray& bytes, const QByteArrayList& parts) {
        QTest::addRow("%s", name) << bytes << parts;
    };
    const QByteArray two("\x06\x09", 2);

    // What would run a program if the reader ran anything.
    row("os.system", proto2 + "cos\nsystem\nU\x02id\x85R.",
        {"\"os system\"", "at byte 2", "opcode 0x63 'c'", "not run"});
    row("eval, stack global",
        QByteArray("\x80\x04\x8c\x08"
                   "builtins\x8c\x04"
                   "eval\x93.",
                   20),
        {"\"builtins eval\"", "at byte 18", "0x93"});
    row("getattr", proto2 + "c__builtin__\ngetattr\n.", {"__builtin__ getattr"});
    row("name with control characters", proto2 + "cos\x1B[2J\nx\n.", {"os\\x1B[2J x"});
    row("old INST", proto2 + "(ios\nsystem\n.", {"an opcode that no CIFAR-10 file needs at byte 3 (opcode 0x69 'i')"});
    row("OBJ", proto2 + "(o.", {"opcode 0x6F 'o'"});
    row("NEWOBJ", proto2 + "N)\x81.", {"opcode 0x81"});
    row("EXT1", proto2 + "\x82\x01.", {"opcode 0x82"});
    row("persistent id", proto2 + "Pfile\n.", {"opcode 0x50 'P'"});
    row("call of text", proto2 + "U\x01x)R.", {"a call of something that is not a known name at byte 6"});
    row("dtype called without arguments", proto2 + "cnumpy\ndtype\n)R.", {"an argument of another kind"});
    row("state for text", proto2 + "U\x01xNb.", {"a state for something that is not a numpy array"});
    row("encode to another codec",
        proto2 + "c_codecs\nencode\nX\x01" + QByteArray(3, '\0') + "aX\x03" + QByteArray(3, '\0') + "hex\x86R.",
        {"another encoding"});

    // Lying lengths.
    row("string of 2 GiB",
        proto2
            + "T\xFF\xFF\xFF\x7F"
              "abc.",
        {"2,147,483,647 bytes are announced, but 4 of its 11 are left"});
    row("bytes of 2^63", QByteArray("\x80\x04\x8e", 3) + littleEndian(quint64(1) << 63, 8) + ".",
        {"9,223,372,036,854,775,808 bytes are announced"});
    row("lying frame", QByteArray("\x80\x04\x95", 3) + littleEndian(1'000'000, 8) + ".",
        {"1,000,000 bytes are announced"});
    row("number of 255 bytes", proto2 + "\x8a\xFF.", {"more than 64 bits"});
    row("a million values", proto2 + QByteArray(1'100'000, ']') + ".", {"more than a million values"});
    row("a million tuples in one another", proto2 + ")" + QByteArray(1'100'000, '\x85') + ".",
        {"more than a million values"});
    row("encoded again and again",
        proto2 + "c_codecs\nencode\nq\x01X\x20" + QByteArray(3, '\0') + QByteArray(32, 'a') + "X\x06"
            + QByteArray(3, '\0') + "latin1\x86q\x02Rh\x01h\x02Rh\x01h\x02Rh\x01h\x02R.",
        {"again and again"});

    // Broken programs.
    row("empty file", "", {"no pickle of protocol 2 to 4"});
    row("protocol 0", "(dp0\nS'data'\n.", {"no pickle of protocol 2 to 4"});
    row("protocol 5", QByteArray("\x80\x05", 2) + "}.", {"no pickle of protocol 2 to 4"});
    row("a web page", "<!DOCTYPE html>", {"no pickle of protocol 2 to 4"});
    row("nothing on the stack", proto2 + ".", {"a value is missing"});
    row("no mark", proto2 + "]e.", {"a mark is missing"});
    row("mark in the way", proto2 + "](a.", {"a value is missing"});
    row("unknown memo", proto2 + "h\x05.", {"not remembered"});
    row("items without a list", proto2 + "NNa.", {"without a list"});
    row("odd dict", proto2 + "}(Nu.", {"without a list or dict"});
    row("bytes after the end", goodBatch() + "x", {"1 bytes follow after the pickle's end"});
    row("list that holds itself",
        proto2
            + "]q\x01h\x01"
              "a.",
        {"something else than a dict"});

    // Well-formed, but not CIFAR-10.
    row("a list", proto2 + "].", {"something else than a dict"});
    row("no data", proto2 + dict({shortString("labels"), labelList(two)}) + ".", {"it has no \"data\""});
    row("no labels", proto2 + dict({shortString("data"), array(pixels(2), 2)}) + ".", {"it has no \"labels\""});
    row("CIFAR-100",
        proto2 + dict({shortString("data"), array(pixels(2), 2), shortString("fine_labels"), labelList(two)}) + ".",
        {"looks like CIFAR-100"});
    row("data is text", batch(two, shortString("x")), {"its \"data\" is not a numpy array"});
    row("labels are texts",
        proto2 + dict({shortString("data"), array(pixels(1), 1), shortString("labels"), list({shortString("x")})})
            + ".",
        {"something else than whole numbers"});
    row("floats", batch(two, array(pixels(2), 2, 3072, "f4")), {"of type f4, expected u1"});
    row("wrong shape", batch(two, array(pixels(2), 2, 3071)), {"shape (2 and 3071)"});
    row("column order", batch(two, array(pixels(2), 2, 3072, "u1", '\x88')), {"expected images x 3072 in rows"});
    row("less data than the shape says", batch(two, array(pixels(1), 2)),
        {"has 3,072 bytes, but its shape promises 6,144"});
    row("more labels than images", batch(QByteArray("\x06\x09\x01", 3), array(pixels(2), 2)),
        {"2 images but 3 labels"});
    row("array never filled", batch(two, "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n\x85R"),
        {"array without content"});
}

void TestPickleReader::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArrayList, parts);
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("data_batch_1"));
    writeFile(file, bytes);
    const qint64 before = peakMemory();
    const auto read = readCifarPickle(file.toStdString(), PickleContent::Images);
    QVERIFY(!read);
    QCOMPARE(
        errorMismatch(read.error(), ErrorCode::BadInput, QByteArrayList(parts) << file.toUtf8() << "Python version"),
        QString());
    QVERIFY(peakMemory() - before < 300'000'000); // a million values are the worst
}

void TestPickleReader::everyTruncationIsRefused()
{
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("data_batch_1"));
    const QByteArray good = goodBatch();
    for (qsizetype length = 0; length < good.size(); length += length < 400 || length > good.size() - 200 ? 1 : 97) {
        writeFile(file, good.first(length));
        const auto read = readCifarPickle(file.toStdString(), PickleContent::Images);
        QVERIFY2(!read, qPrintable(QString::number(length)));
        QCOMPARE(read.error().code, ErrorCode::BadInput);
    }
}

void TestPickleReader::flippedBytesNeverCrash()
{
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("data_batch_1"));
    const QByteArray good = protocol4Batch();
    int refused = 0;
    for (qsizetype i = 0; i < good.size(); i += i < 400 || i > good.size() - 100 ? 1 : 211)
        for (const int value : {0x00, 0x28, 0x52, 0x62, 0x68, 0x93, 0xFF}) {
            QByteArray changed = good;
            changed[i] = char(value);
            writeFile(file, changed);
            const auto read = readCifarPickle(file.toStdString(), PickleContent::Images);
            if (read)
                QVERIFY(read->dataOffset + read->labels.size() * 3072 <= read->bytes.size());
            else
                ++refused;
        }
    QVERIFY(refused > 500);
}

void TestPickleReader::missingPythonBatchIsNamed()
{
    QTemporaryDir folder;
    writeFile(folder.filePath(QStringLiteral("data_batch_1")), goodBatch());
    QCOMPARE(errorMismatch({DataKind::Cifar10, folder.path().toStdString()}, ErrorCode::NotFound,
                           {"lacks data_batch_2, data_batch_3, data_batch_4, data_batch_5 and test_batch"}),
             QString());
    for (int i = 2; i <= 5; ++i)
        writeFile(folder.filePath(QStringLiteral("data_batch_%1").arg(i)), goodBatch());
    writeFile(folder.filePath(QStringLiteral("test_batch")), goodBatch("\x0B"));
    QCOMPARE(errorMismatch({DataKind::Cifar10, folder.path().toStdString()}, ErrorCode::BadInput,
                           {"test_batch", "label 11 of record 0", "not one of 0 to 9"}),
             QString());
}

QTEST_GUILESS_MAIN(TestPickleReader)
#include "tst_picklereader.moc"
