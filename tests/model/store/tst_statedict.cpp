// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/store/statedict.h"
#include "model/store/zip.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

using namespace normscope;

namespace {

std::string fileBytes(const QString& path)
{
    std::ifstream file(path.toStdString(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

QString fixture(const char* name)
{
    return QStringLiteral(NORMSCOPE_CORPUS "/statedict/") + QString::fromLatin1(name);
}

const StateArray* find(const std::vector<StateArray>& arrays, const std::string& name)
{
    const auto found = std::find_if(arrays.begin(), arrays.end(), [&](const StateArray& array) { return array.name == name; });
    return found == arrays.end() ? nullptr : &*found;
}

std::vector<StateArray> someArrays()
{
    return {{"Conv1.0.weight", {2, 1, 3}, {1, 2.5F, -3, 0, 1e-40F, 6}, {}},
            {"Conv1.1.num_batches_tracked", {}, {}, {std::numeric_limits<std::int64_t>::max()}},
            {"one", {}, {-0.5F}, {}},
            {"nothing", {0, 7}, {}, {}},
            {"a name\nwith \"all\" \xC3\xA4", {3}, {}, {-1, 0, 70'000}}};
}

std::string errorOf(const std::string& bytes)
{
    const auto read = readStateDictionary(bytes, "/some/weights.pt");
    return read ? std::string("read") : read.error().message;
}

std::string little(std::uint32_t number, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text.push_back(static_cast<char>(std::uint64_t(number) >> (8 * i) & 0xFF));
    return text;
}

std::string text(const std::string& value)
{
    std::string pickle(1, 'X');
    pickle += little(std::uint32_t(value.size()), 4);
    pickle += value;
    return pickle;
}

/// A tensor's pickle with the parts that a file may lie about.
std::string tensorPickle(const std::string& stored, const std::string& offset, const std::string& shape, const std::string& strides)
{
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + stored
           + "tQ" + offset + "(" + shape + "t(" + strides + "t\x89" "ccollections\nOrderedDict\n)RtR";
}

std::string archiveOf(const std::string& pickle, std::size_t storageBytes = 16)
{
    storage::ZipWriter zip;
    zip.add("archive/data.pkl", pickle);
    zip.add("archive/data/0", std::string(storageBytes, '\0'));
    zip.add("archive/version", "3\n");
    return zip.finish();
}

std::string dictOf(const std::string& items)
{
    return "\x80\x02}(" + items + "u.";
}

std::string safetensors(const std::string& header, std::size_t dataBytes = 16)
{
    return little(std::uint32_t(header.size()), 8) + header + std::string(dataBytes, '\0');
}

} // namespace

class TestStateDict : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void roundTrip();
    void sameBytesForSameArrays();
    void readsPython_data();
    void readsPython();
    void readsModule_data();
    void readsModule();
    void readsWhatLibTorchWrote();
    void readsSafetensors();
    void refuses_data();
    void refuses();
    void everyCutIsAnError();
    void readsFiles();
    void pythonReadsIt();
};

void TestStateDict::roundTrip()
{
    const auto arrays = someArrays();
    const auto read = readStateDictionary(stateDictionaryBytes(arrays), "x");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(*read == arrays);
    const auto none = readStateDictionary(stateDictionaryBytes({}), "x");
    QVERIFY(none && none->empty());

    const float special[] = {std::numeric_limits<float>::infinity(), -0.0F, std::numeric_limits<float>::quiet_NaN()};
    const auto again = readStateDictionary(stateDictionaryBytes({{"x", {3}, {std::begin(special), std::end(special)}, {}}}), "x");
    QVERIFY(again && again->front().values[0] == special[0]);
    QVERIFY(std::signbit(again->front().values[1]) && std::isnan(again->front().values[2]));
}

void TestStateDict::sameBytesForSameArrays()
{
    const std::string first = stateDictionaryBytes(someArrays());
    QTest::qWait(1'100); // a time stamp would differ
    QVERIFY(first == stateDictionaryBytes(someArrays()));
}

void TestStateDict::readsPython_data()
{
    QTest::addColumn<QString>("path");
    for (const char* name : {"dict1.pt", "dict2.pt", "ordered1.pt", "ordered2.pt"}) // PyTorch 1.13 and 2.15
        QTest::newRow(name) << fixture(name);
}

void TestStateDict::readsPython()
{
    QFETCH(QString, path);
    const auto read = readStateDictionary(fileBytes(path), path.toStdString());
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(read->size(), std::size_t(15));
    QCOMPARE(read->front().name, std::string("a.weight"));
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<StateArray> expected = {
        {"a.weight", {2, 3}, {0, 1, 2, 3, 4, 5}, {}}, {"a.transposed", {3, 2}, {0, 3, 1, 4, 2, 5}, {}},
        {"a.part", {2, 2}, {4, 6, 8, 10}, {}},        {"a.expanded", {3}, {2.5F, 2.5F, 2.5F}, {}},
        {"a.parameter", {2}, {1.5F, -2}, {}},         {"b.f64", {2}, {0.25F, inf}, {}},
        {"b.f16", {5}, {1, -0.5F, 65504, 0x1p-24F, inf}, {}}, {"b.bf16", {2}, {1, -3}, {}},
        {"c.i64", {}, {}, {7}},                       {"c.i32", {2}, {}, {-1, 2}},
        {"c.i16", {1}, {}, {-300}},                   {"c.i8", {1}, {}, {-5}},
        {"c.u8", {1}, {}, {200}},                     {"c.bool", {2}, {}, {1, 0}},
        {"d.empty", {0, 4}, {}, {}}};
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY2((*read)[i] == expected[i], expected[i].name.c_str());
}

void TestStateDict::readsModule_data()
{
    QTest::addColumn<QString>("path");
    QTest::newRow("1.13") << fixture("module1.pt");
    QTest::newRow("2.15") << fixture("module2.pt");
}

void TestStateDict::readsModule()
{
    QFETCH(QString, path);
    const auto read = readStateDictionary(fileBytes(path), path.toStdString());
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(read->size(), std::size_t(7));
    QVERIFY(find(*read, "1.running_var")->values == std::vector<float>({1, 1, 1}));
    QVERIFY(find(*read, "1.num_batches_tracked")->counts == std::vector<std::int64_t>{0});
    QCOMPARE(find(*read, "0.weight")->values.size(), std::size_t(6));
}

void TestStateDict::readsWhatLibTorchWrote()
{
    // By the first Normscope, with LibTorch's pickler: such files are in users' stores.
    const auto read = readStateDictionary(fileBytes(fixture("libtorch.pt")), "libtorch.pt");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    const std::vector<StateArray> expected = {{"Conv1.0.weight", {2, 3}, {0, 1, 2, 3, 4, 5}, {}},
                                              {"Conv1.1.running_var", {2}, {0.5F, 0.5F}, {}},
                                              {"Conv1.1.num_batches_tracked", {1}, {}, {7}}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QCOMPARE((*read)[i].name, expected[i].name);
        QVERIFY((*read)[i].shape == expected[i].shape);
        QVERIFY((*read)[i].values == expected[i].values);
        QVERIFY((*read)[i].counts == expected[i].counts);
    }
}

void TestStateDict::readsSafetensors()
{
    const auto read = readStateDictionary(fileBytes(fixture("model.safetensors")), "model.safetensors");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    const std::vector<StateArray> expected = {
        {"a.bf16", {1}, {-3}, {}},        {"a.f16", {2}, {1, -0.5F}, {}}, {"a.f64", {1}, {0.25F}, {}},
        {"a.weight", {2, 3}, {0, 1, 2, 3, 4, 5}, {}}, {"b.bool", {2}, {}, {1, 0}},    {"b.count", {}, {}, {7}},
        {"b.u8", {1}, {}, {200}},         {"d.empty", {0, 4}, {}, {}}};
    QVERIFY(*read == expected);
}

void TestStateDict::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const std::string& bytes, const char* reason) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString::fromUtf8(reason);
    };
    const auto pickle = [&](const char* name, const std::string& content, const char* reason) { row(name, archiveOf(content), reason); };
    const auto tensor = [&](const char* name, const std::string& stored, const std::string& offset, const std::string& shape,
                            const std::string& strides, const char* reason) {
        pickle(name, dictOf(text("w") + tensorPickle(stored, offset, shape, strides)), reason);
    };
    row("empty", "", "it is empty");
    row("text", "not a zip", "it is neither a file of torch.save() nor a safetensors file");
    row("HDF5", "\x89HDF\r\n\x1a\n", "it is an HDF5 file, as Keras writes them");
    row("before 1.6", fileBytes(fixture("legacy1.pt")), "it has the format of PyTorch before 1.6");
    row("a whole checkpoint", fileBytes(fixture("nested2.pt")), "its \"state_dict\" is a dict again, perhaps the state dictionary itself");
    row("a fraction", fileBytes(fixture("float2.pt")), "an opcode that no state dictionary needs at byte");
    row("another zip", storage::ZipWriter().finish() + std::string(64, '\0'), "it is neither a file of torch.save()");
    {
        storage::ZipWriter zip;
        zip.add("word/document.xml", "<xml/>");
        row("a document", zip.finish(), "it is a zip archive without the entry \"data.pkl\" of torch.save()");
    }
    {
        storage::ZipWriter zip;
        zip.add("a/data.pkl", dictOf(""));
        zip.add("a/byteorder", "big");
        row("big end first", zip.finish(), "its numbers are in the byte order \"big\", expected \"little\"");
    }
    {
        storage::ZipWriter zip;
        zip.add("a/data.pkl", dictOf(""));
        zip.add("b/data.pkl", dictOf(""));
        row("two pickles", zip.finish(), "it has two entries \"data.pkl\"");
    }
    {
        std::string damaged = archiveOf(dictOf(text("w") + tensorPickle("K\x04", std::string("K\0", 2), "K\x04", "K\x01")));
        damaged[damaged.find("storage")] ^= 1;
        row("a wrong checksum", damaged, "it is damaged or cut short (ZIP bad CRC");
    }
    pickle("a system call", "\x80\x02" "cos\nsystem\n" + text("true") + "\x85R.",
           "it asks for \"os system\", which no state dictionary needs and which is not run, at byte 2");
    pickle("eval", "\x80\x02" "c__builtin__\neval\n" + text("1") + "\x85R.", "it asks for \"__builtin__ eval\"");
    pickle("a number", "\x80\x02K\x01.", "it holds something else than a dict of tensors");
    pickle("a list", "\x80\x02].", "it holds something else than a dict of tensors");
    pickle("a text", dictOf(text("w") + text("v")), "its \"w\" is not a tensor");
    pickle("a number as key", dictOf("K\x01" + text("v")), "it has a key that is not a text");
    pickle("a storage alone", dictOf(text("w") + "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K\x04tQ"),
           "its \"w\" is not a tensor");
    pickle("another object outside", dictOf(text("w") + text("module") + "Q"), "something outside that is not a tensor's storage");
    const std::string good = tensorPickle("K\x04", std::string("K\0", 2), "K\x04", "K\x01");
    pickle("twice", dictOf(text("w") + good + text("w") + good), "it has two values for \"w\"");
    pickle("cut short", dictOf(text("w") + good).substr(0, 60), "it ends too early");
    const std::string zero("K\0", 2), minusOne("J\xFF\xFF\xFF\xFF");
    tensor("too long", "K\x04", zero, "K\x05", "K\x01", "\"w\" reaches beyond the 4 numbers that are stored for it");
    tensor("offset too large", "K\x04", "K\x01", "K\x04", "K\x01", "\"w\" reaches beyond the 4 numbers");
    tensor("negative offset", "K\x04", minusOne, "K\x01", "K\x01", "\"w\" reaches beyond the 4 numbers");
    tensor("stride too large", "K\x04", zero, "K\x02", "K\x04", "\"w\" reaches beyond the 4 numbers");
    tensor("negative stride", "K\x04", "K\x03", "K\x02", minusOne, "\"w\" reaches beyond the 4 numbers");
    tensor("overflowing stride", "K\x04", zero, "K\x03K\x03", std::string("\x8A\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7FK\x01", 12), "\"w\" reaches beyond the 4 numbers");
    tensor("negative dimension", "K\x04", zero, minusOne, "K\x01", "\"w\" has a dimension of -1");
    tensor("a huge expansion", "K\x04", zero, "J\xFF\xFF\xFF\x7F", zero, "with \"w\" it has more than 16,777,216 numbers");
    tensor("overflowing shape", "K\x04", zero, "J\xFF\xFF\xFF\x7FJ\xFF\xFF\xFF\x7FJ\xFF\xFF\xFF\x7F", zero + zero + zero, "with \"w\" it has more than 16,777,216 numbers");
    tensor("a stride missing", "K\x04", zero, "K\x01K\x01", "K\x01", "\"w\" has 2 dimensions but 1 strides");
    tensor("nine dimensions", "K\x04", zero, "K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01", "K\x01", "a tensor has 9 dimensions");
    tensor("a text as dimension", "K\x04", zero, text("4"), "K\x01", "a tensor's shape or strides hold something else than whole numbers");
    tensor("fewer bytes than promised", "K\x05", zero, "K\x04", "K\x01",
           "the entry \"data/0\" has 16 bytes, but \"w\" is said to have 5 numbers of 4");
    row("no numbers", [] { storage::ZipWriter zip; zip.add("a/data.pkl", dictOf(text("w") + tensorPickle("K\x04", std::string("K\0", 2), "K\x04", "K\x01"))); return zip.finish(); }(),
        "the entry \"data/0\" of \"w\" is missing");

    row("header too large", little(0xFFFFFFFF, 8) + "{}", "its safetensors header is said to have 4,294,967,295 bytes, more than 1,048,576");
    row("header cut short", little(100, 8) + "{}", "it is cut short: its safetensors header has 100 bytes, but only 2 are there");
    row("header no JSON", safetensors("{nonsense"), "its safetensors header is not JSON");
    row("unknown type", safetensors(R"({"w":{"dtype":"F4","shape":[4],"data_offsets":[0,16]}})"), "its entry \"w\" has no \"dtype\" that this program knows");
    row("no shape", safetensors(R"({"w":{"dtype":"F32","data_offsets":[0,16]}})"), "its entry \"w\" has no list \"shape\"");
    row("negative shape", safetensors(R"({"w":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}})"), "its entry \"w\" has something else than whole numbers from 0 in \"shape\"");
    row("outside", safetensors(R"({"w":{"dtype":"F32","shape":[4],"data_offsets":[8,24]}})"), "its entry \"w\" lies outside of the 16 bytes of numbers");
    row("backwards", safetensors(R"({"w":{"dtype":"F32","shape":[0],"data_offsets":[8,4]}})"), "its entry \"w\" lies outside of the 16 bytes of numbers");
    row("another size", safetensors(R"({"w":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}})"), "its entry \"w\" has 16 bytes, but its shape promises 20");
    row("huge shape", safetensors(R"({"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}})"), "with \"w\" it has more than 16,777,216 numbers");
    row("entry no object", safetensors(R"({"w":[1]})"), "its entry \"w\" is not an object");
}

void TestStateDict::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, reason);
    const QString message = QString::fromStdString(errorOf(bytes.toStdString()));
    QVERIFY2(message.startsWith(QStringLiteral("The weights file /some/weights.pt is not a state dictionary that this program can read: ") + reason),
             qPrintable(message));
    QVERIFY2(message.endsWith(QStringLiteral(". Save it with torch.save(model.state_dict(), path), or as safetensors.")), qPrintable(message));
}

void TestStateDict::everyCutIsAnError()
{
    for (const char* name : {"dict2.pt", "model.safetensors"}) {
        const std::string whole = fileBytes(fixture(name));
        for (std::size_t length = 0; length < whole.size(); ++length)
            QVERIFY2(!readStateDictionary(whole.substr(0, length), "x"), qPrintable(QString::number(length)));
    }
}

void TestStateDict::readsFiles()
{
    QVERIFY(readStateDictionaryFile(fixture("dict1.pt").toStdString()));
    const auto missing = readStateDictionaryFile(fixture("missing.pt").toStdString());
    QVERIFY(!missing && missing.error().code == ErrorCode::NotFound);
    QTemporaryDir folder;
    QFile large(folder.filePath(QStringLiteral("large.pt")));
    QVERIFY(large.open(QIODevice::WriteOnly) && large.resize(qint64(stateDictionaryLimit) + 1));
    const auto read = readStateDictionaryFile(large.fileName().toStdString());
    QVERIFY(!read && read.error().code == ErrorCode::BadInput);
    QVERIFY(read.error().message.find("larger than the 67108864 bytes") != std::string::npos);
}

void TestStateDict::pythonReadsIt()
{
    QProcess python;
    python.start(QStringLiteral("/usr/bin/python3"), {QStringLiteral("-c"), QStringLiteral("import torch")});
    if (!python.waitForFinished(60'000) || python.exitCode() != 0)
        QSKIP("Debian's python3-torch is not installed");
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("weights.pt")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray::fromStdString(stateDictionaryBytes(someArrays())));
    file.close();
    const QString script = QStringLiteral("import torch, sys\n"
                                          "for only in (True, False):\n"
                                          "  for k, v in torch.load(sys.argv[1], weights_only=only).items(): print(ascii(k), v.dtype, tuple(v.shape), v.tolist())");
    python.start(QStringLiteral("/usr/bin/python3"), {QStringLiteral("-c"), script, file.fileName()});
    QVERIFY(python.waitForFinished(60'000));
    const QByteArray once = "'Conv1.0.weight' torch.float32 (2, 1, 3) [[[1.0, 2.5, -3.0]], [[0.0, 9.99994610111476e-41, 6.0]]]\n"
                            "'Conv1.1.num_batches_tracked' torch.int64 () 9223372036854775807\n"
                            "'one' torch.float32 () -0.5\n"
                            "'nothing' torch.float32 (0, 7) []\n"
                            "'a name\\nwith \"all\" \\xe4' torch.int64 (3,) [-1, 0, 70000]\n";
    QCOMPARE(QString::fromUtf8(python.readAllStandardOutput()), QString::fromUtf8(once + once));
}

QTEST_GUILESS_MAIN(TestStateDict)
#include "tst_statedict.moc"
