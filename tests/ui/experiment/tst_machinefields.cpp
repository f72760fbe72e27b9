// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/machinefields.h"

#include <QComboBox>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>

using namespace normscope;

/// On computers that are made up, so that every kind is tried on any.
class TestMachineFields : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void offersWhatTheComputerCan_data();
    void offersWhatTheComputerCan();
    void saysWhatDoesNotGoTogether();
    void choicesComeBack();
};

namespace {

SystemInfo computer(bool cuda, bool fast, bool bf16)
{
    SystemInfo info;
    info.torchVersion = "1.13.1";
    info.cores = 2;
    info.cuda = cuda;
    info.cudaDevice = cuda ? "GPU" : "";
    info.fastEngine = fast;
    info.cpuBf16 = bf16;
    return info;
}

QComboBox* combo(const MachineFields& fields, const char* name)
{
    auto* found = fields.findChild<QComboBox*>(QString::fromLatin1(name));
    Q_ASSERT(found);
    return found;
}

void choose(const MachineFields& fields, const char* name, int value)
{
    combo(fields, name)->setCurrentIndex(combo(fields, name)->findData(value));
}

bool isOffered(const MachineFields& fields, const char* name, int value)
{
    const QComboBox* box = combo(fields, name);
    const auto* item = static_cast<const QStandardItemModel*>(box->model())->item(box->findData(value));
    Q_ASSERT(item->isEnabled() == item->toolTip().isEmpty()); // what is not offered says why
    return item->isEnabled();
}

QString message(const MachineFields& fields, const char* name)
{
    const auto* box = fields.findChild<QWidget*>(QString::fromLatin1(name) + QStringLiteral("Message"));
    return box->isHidden() ? QString() : box->accessibleName();
}

} // namespace

void TestMachineFields::offersWhatTheComputerCan_data()
{
    QTest::addColumn<bool>("cuda");
    QTest::addColumn<bool>("fast");
    QTest::addColumn<bool>("bf16");
    QTest::addColumn<QString>("engine"); // what Auto says
    QTest::newRow("plain") << false << false << false << QStringLiteral("Auto (LibTorch)");
    QTest::newRow("AVX-512") << false << true << false << QStringLiteral("Auto (fast)");
    QTest::newRow("AVX-512 BF16") << false << true << true << QStringLiteral("Auto (fast)");
    QTest::newRow("CUDA") << true << true << true << QStringLiteral("Auto (LibTorch)");
}

void TestMachineFields::offersWhatTheComputerCan()
{
    QFETCH(bool, cuda);
    QFETCH(bool, fast);
    QFETCH(bool, bf16);
    const MachineFields fields(computer(cuda, fast, bf16));
    QTEST(combo(fields, "engine")->currentText(), "engine");
    QCOMPARE(isOffered(fields, "engine", int(Engine::Fast)), fast);
    QVERIFY(isOffered(fields, "engine", int(Engine::LibTorch)));
    QVERIFY(isOffered(fields, "precision", int(Precision::Float32)));
    QCOMPARE(isOffered(fields, "precision", int(Precision::BFloat16)), bf16);
    QCOMPARE(isOffered(fields, "precision", int(Precision::Tf32)), cuda);
    QVERIFY(fields.whyNot().isEmpty());
}

void TestMachineFields::saysWhatDoesNotGoTogether()
{
    const MachineFields fields(computer(true, true, true));
    choose(fields, "engine", int(Engine::Fast));
    QVERIFY2(message(fields, "engine").contains(QStringLiteral("on the CPU only")), qPrintable(message(fields, "engine")));
    QCOMPARE(fields.whyNot(), message(fields, "engine"));
    choose(fields, "device", int(DeviceChoice::Cpu));
    QVERIFY(message(fields, "engine").isEmpty());
    choose(fields, "precision", int(Precision::BFloat16));
    QVERIFY2(message(fields, "precision").contains(QStringLiteral("Faster")), qPrintable(message(fields, "precision")));
    QVERIFY(fields.whyNot().isEmpty());
    choose(fields, "engine", int(Engine::LibTorch));
    QVERIFY2(message(fields, "precision").contains(QStringLiteral("f32 only")), qPrintable(message(fields, "precision")));
    QCOMPARE(fields.whyNot(), message(fields, "precision"));
    choose(fields, "precision", int(Precision::Tf32));
    QVERIFY(fields.whyNot().contains(QStringLiteral("CUDA devices only")));
}

void TestMachineFields::choicesComeBack()
{
    MachineFields fields(computer(false, false, false));
    QSignalSpy changed(&fields, &MachineFields::changed);
    RunSpec spec;
    spec.device = DeviceChoice::Cuda;
    spec.engine = Engine::Fast;
    spec.precision = Precision::BFloat16;
    fields.show(spec); // of a run made elsewhere
    RunSpec back;
    fields.readInto(back);
    QVERIFY(back == spec);
    QVERIFY(!fields.whyNot().isEmpty());
    QVERIFY(!changed.isEmpty());
}

QTEST_MAIN(TestMachineFields)
#include "tst_machinefields.moc"
