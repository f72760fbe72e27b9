// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/training/machine.h"

#include <QFile>
#include <QString>
#include <QTest>

#include <map>

using namespace normscope;

/// What a machine refuses and what it warns of; the machines are made up, so that every kind is tried on any.
class TestMachine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusesOrWarns_data();
    void refusesOrWarns();
    void autoMeansTheBestThere_data();
    void autoMeansTheBestThere();
    void thisMachineIsAsItsSystemSays();
};

namespace {

SystemInfo machine(bool cuda, bool fast, bool bf16)
{
    SystemInfo info;
    info.torchVersion = "1.13.1";
    info.cores = 2;
    info.cuda = cuda;
    info.fastEngine = fast;
    info.cpuBf16 = bf16;
    return info;
}

SystemInfo machineOf(const QString& name)
{
    const std::map<QString, SystemInfo> machines = {
        {QStringLiteral("plain"), machine(false, false, false)}, {QStringLiteral("avx2"), machine(false, true, false)},
        {QStringLiteral("bf16"), machine(false, true, true)},    {QStringLiteral("cuda"), machine(true, true, true)}};
    return machines.at(name);
}

RunSpec specOf(const char* device, const char* engine, const char* precision, int threads = 0)
{
    RunSpec spec;
    spec.device = *parseDevice(device);
    spec.engine = *parseEngine(engine);
    spec.precision = *parsePrecision(precision);
    spec.threads = threads;
    return spec;
}

} // namespace

void TestMachine::refusesOrWarns_data()
{
    QTest::addColumn<QString>("on");
    QTest::addColumn<RunSpec>("spec");
    QTest::addColumn<QString>("field"); // empty: nothing to say
    QTest::addColumn<QString>("part");
    const auto row = [](const char* on, const RunSpec& spec, const char* field, const char* part) {
        QTest::addRow("%s: %s, %s, %s, %d threads", on, toString(spec.device).data(), toString(spec.engine).data(),
                      toString(spec.precision).data(), spec.threads)
            << QString::fromLatin1(on) << spec << QString::fromLatin1(field) << QString::fromLatin1(part);
    };
    row("plain", specOf("auto", "auto", "f32"), "", "");
    row("plain", specOf("cpu", "libtorch", "f32", 2), "", "");
    row("plain", specOf("cuda", "auto", "f32"), "device", "LibTorch 1.13.1 sees no CUDA device here. Choose the device auto or cpu");
    row("plain", specOf("auto", "fast", "f32"), "engine", "needs an x86-64 processor with AVX2 and a build with oneDNN, and one of them is missing here: choose the engine auto or libtorch.");
    row("plain", specOf("auto", "auto", "bf16"), "precision", "AVX-512 BF16 (avx512_bf16), which this one lacks: choose f32.");
    row("plain", specOf("auto", "auto", "tf32"), "precision", "would train on the CPU: choose f32.");
    row("plain", specOf("auto", "auto", "f32", 3), "threads", "3 threads have to share 2 cores");
    row("avx2", specOf("auto", "fast", "f32"), "", "");
    row("avx2", specOf("auto", "fast", "bf16"), "precision", "avx512_bf16");
    row("bf16", specOf("auto", "auto", "bf16"), "", "");
    row("bf16", specOf("cpu", "fast", "bf16"), "", "");
    row("bf16", specOf("cpu", "libtorch", "bf16"), "precision", "choose the engine auto or fast for bf16, or precision f32");
    row("bf16", specOf("cpu", "auto", "tf32"), "precision", "choose f32 or bf16.");
    row("cuda", specOf("auto", "auto", "tf32"), "", "");
    row("cuda", specOf("cpu", "auto", "tf32"), "precision", "CUDA devices only");
    row("cuda", specOf("auto", "auto", "bf16"), "precision", "choose tf32 or f32");
    row("cuda", specOf("cpu", "auto", "bf16"), "", "");
    row("cuda", specOf("auto", "fast", "f32"), "engine", "the device cpu");
    row("cuda", specOf("auto", "auto", "f32", 8), "", ""); // the threads are not what trains there
}

void TestMachine::refusesOrWarns()
{
    QFETCH(QString, on);
    QFETCH(RunSpec, spec);
    QFETCH(QString, field);
    QFETCH(QString, part);
    const auto issues = machineIssues(spec, machineOf(on));
    QCOMPARE(issues.size(), std::size_t(field.isEmpty() ? 0 : 1));
    const Status status = checkMachine(spec, machineOf(on));
    if (field.isEmpty()) {
        QVERIFY(status);
        return;
    }
    QCOMPARE(QString::fromStdString(issues[0].field), field);
    QVERIFY2(QString::fromStdString(issues[0].message).contains(part), issues[0].message.c_str());
    const bool warning = field == QLatin1String("threads");
    QCOMPARE(issues[0].isError, !warning);
    QCOMPARE(status.ok(), warning);
    if (!status)
        QCOMPARE(status.error().message, issues[0].message);
}

void TestMachine::autoMeansTheBestThere_data()
{
    QTest::addColumn<QString>("on");
    QTest::addColumn<RunSpec>("spec");
    QTest::addColumn<QString>("engine");
    const auto row = [](const char* on, const RunSpec& spec, const char* engine) {
        QTest::addRow("%s: %s, %s", on, toString(spec.device).data(), toString(spec.engine).data())
            << QString::fromLatin1(on) << spec << QString::fromLatin1(engine);
    };
    row("plain", specOf("auto", "auto", "f32"), "libtorch");
    row("avx2", specOf("auto", "auto", "f32"), "fast");
    row("avx2", specOf("auto", "libtorch", "f32"), "libtorch");
    row("cuda", specOf("auto", "auto", "f32"), "libtorch");
    row("cuda", specOf("cpu", "auto", "f32"), "fast");
}

void TestMachine::autoMeansTheBestThere()
{
    QFETCH(QString, on);
    QFETCH(RunSpec, spec);
    QFETCH(QString, engine);
    const SystemInfo there = machineOf(on);
    QCOMPARE(QString::fromLatin1(toString(engineFor(spec, meansCuda(spec, there), there)).data()), engine);
}

void TestMachine::thisMachineIsAsItsSystemSays()
{
    QFile file(QStringLiteral("/proc/cpuinfo"));
    if (!file.open(QIODevice::ReadOnly))
        QSKIP("This system has no /proc/cpuinfo.");
    const QByteArray text = file.readAll();
    const SystemInfo info = systemInfo();
    if (!info.fastEngine && text.contains(" avx2") && text.contains(" fma"))
        QSKIP("built without oneDNN");
    QCOMPARE(info.fastEngine, text.contains(" avx2") && text.contains(" fma"));
    QCOMPARE(info.cpuBf16, info.fastEngine && text.contains(" avx512_bf16"));
}

QTEST_GUILESS_MAIN(TestMachine)
#include "tst_machine.moc"
