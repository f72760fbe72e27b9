// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fixtures/compareenums.h"
#include "tests/ui/experiment/formfixture.h"

#include "model/training/trainer.h"
#include "ui/experiment/datachooser.h"
#include "ui/experiment/experimentform.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr int loadTimeout = 20'000;

} // namespace

class TestExperimentForm : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void presetsSetEveryField_data();
    void presetsSetEveryField();
    void changedPresetIsCustom();
    void quickLookFollowsTheRecipe();
    void onlyDivisorsAreOffered();
    void groupsWaitForGroupNorm();
    void invalidFieldDisablesStart_data();
    void invalidFieldDisablesStart();
    void zeroLearningRateWarns();
    void batchOfOneWarns();
    void startSendsWhatIsShown();
    void compareSendsTheThreeRecipes_data();
    void compareSendsTheThreeRecipes();
    void specComesBack();
    void cudaSaysWhyNot();
    void precisionSaysWhyNot();
    void moreThreadsThanCoresWarn();
    void targetsAreJudged();
    void badDataDisablesStart();

private:
    template <class T>
    T* child(const char* name) const
    {
        auto* found = m_form->findChild<T*>(QString::fromLatin1(name));
        Q_ASSERT(found);
        return found;
    }
    void type(const char* field, const QString& text);
    QString message(const char* field) const;

    std::unique_ptr<FormFixture> m_fixture;
    std::unique_ptr<ExperimentForm> m_form;
};

void TestExperimentForm::init()
{
    m_fixture = std::make_unique<FormFixture>();
    m_form = std::make_unique<ExperimentForm>(m_fixture->provider, m_fixture->settings);
    m_form->resize(360, 700);
    m_form->show();
    QTRY_VERIFY_WITH_TIMEOUT(m_form->dataChooser()->dataset(), loadTimeout);
}

void TestExperimentForm::cleanup()
{
    m_form.reset();
    m_fixture.reset();
}

void TestExperimentForm::type(const char* field, const QString& text)
{
    auto* edit = child<QLineEdit>(field);
    edit->selectAll();
    QTest::keyClick(edit, Qt::Key_Delete);
    QTest::keyClicks(edit, text);
}

QString TestExperimentForm::message(const char* field) const
{
    const auto* box = child<QWidget>((QByteArray(field) + "Message").constData());
    return box->isHidden() ? QString() : box->accessibleName();
}

void TestExperimentForm::presetsSetEveryField_data()
{
    QTest::addColumn<int>("row");
    QTest::addColumn<QString>("norm");
    QTest::addColumn<bool>("quick");
    QTest::addColumn<QStringList>("fields"); // epochs, batch-size, lr, momentum, step-size, gamma, dropout, augment
    const auto fields = [](const char* text) { return QString::fromLatin1(text).split(QLatin1Char(' ')); };
    QTest::newRow("batch") << 0 << QStringLiteral("batch") << false << fields("20 64 0.01 0.9 8 0.1 0.02 0.25");
    QTest::newRow("group") << 1 << QStringLiteral("group") << false << fields("20 64 0.01 0.9 7 0.1 0 0.25");
    QTest::newRow("layer") << 2 << QStringLiteral("layer") << false << fields("20 64 0.01 0.9 7 0.1 0 0.25");
    QTest::newRow("batch, quick look") << 3 << QStringLiteral("batch") << true
                                       << fields("5 64 0.01 0.9 2 0.1 0.02 0.25");
    QTest::newRow("group, quick look") << 4 << QStringLiteral("group") << true << fields("5 64 0.01 0.9 2 0.1 0 0.25");
    QTest::newRow("layer, quick look") << 5 << QStringLiteral("layer") << true << fields("5 64 0.01 0.9 2 0.1 0 0.25");
}

void TestExperimentForm::presetsSetEveryField()
{
    QFETCH(int, row);
    QFETCH(QString, norm);
    QFETCH(bool, quick);
    QFETCH(QStringList, fields);
    type("lr", QStringLiteral("0.5"));
    type("seed", QStringLiteral("77"));
    type("dropout", QStringLiteral("0.4"));
    auto* preset = child<QComboBox>("preset");
    QCOMPARE(preset->currentText(), QStringLiteral("Custom"));
    preset->setCurrentIndex(row);
    Q_EMIT preset->activated(row);
    const char* names[] = {"epochs", "batch-size", "lr", "momentum", "step-size", "gamma", "dropout", "augment"};
    for (int i = 0; i < fields.size(); ++i)
        QCOMPARE(child<QLineEdit>(names[i])->text(), fields[i]);
    QVERIFY(child<QPushButton>(("norm-" + norm.toLatin1()).constData())->isChecked());
    QCOMPARE(child<QCheckBox>("quickLook")->isChecked(), quick);
    QCOMPARE(preset->currentIndex(), row);
    RunSpec expected = presets()[std::size_t(row)].spec;
    expected.data = m_fixture->spec();
    expected.seed = 77; // not a part of a recipe
    QVERIFY(m_form->spec() == expected);
}

void TestExperimentForm::changedPresetIsCustom()
{
    auto* preset = child<QComboBox>("preset");
    QCOMPARE(preset->currentIndex(), 0);
    type("momentum", QStringLiteral("0.8"));
    QCOMPARE(preset->currentText(), QStringLiteral("Custom"));
    type("momentum", QStringLiteral("0.9"));
    QCOMPARE(preset->currentIndex(), 0);
    type("seed", QStringLiteral("5"));
    QCOMPARE(preset->currentIndex(), 0);
    QTest::mouseClick(child<QPushButton>("norm-instance"), Qt::LeftButton);
    QCOMPARE(preset->currentText(), QStringLiteral("Custom"));
}

void TestExperimentForm::quickLookFollowsTheRecipe()
{
    QSignalSpy changed(m_form.get(), &ExperimentForm::specChanged);
    child<QCheckBox>("quickLook")->click();
    QVERIFY(!changed.isEmpty());
    QVERIFY(m_form->spec().quickLook);
    QCOMPARE(m_form->spec().epochs, 5);
    child<QCheckBox>("quickLook")->click();
    QVERIFY(!m_form->spec().quickLook);
    QCOMPARE(m_form->spec().epochs, 20);
    type("epochs", QStringLiteral("3")); // a custom recipe keeps its numbers
    child<QCheckBox>("quickLook")->click();
    QVERIFY(m_form->spec().quickLook);
    QCOMPARE(m_form->spec().epochs, 3);
}

void TestExperimentForm::onlyDivisorsAreOffered()
{
    const auto* groups = child<QComboBox>("groups");
    QStringList offered;
    for (int i = 0; i < groups->count(); ++i)
        offered.append(groups->itemText(i));
    QCOMPARE(offered, QStringList({QStringLiteral("1"), QStringLiteral("2"), QStringLiteral("4"), QStringLiteral("8"),
                                   QStringLiteral("16")}));
}

void TestExperimentForm::groupsWaitForGroupNorm()
{
    auto* groups = child<QComboBox>("groups");
    QVERIFY(!groups->isEnabled());
    QVERIFY(groups->toolTip().contains(QStringLiteral("Group")));
    QTest::mouseClick(child<QPushButton>("norm-group"), Qt::LeftButton);
    QVERIFY(groups->isEnabled());
    groups->setCurrentIndex(groups->findText(QStringLiteral("8")));
    QCOMPARE(m_form->spec().groups, 8);
    const QString text = child<QLabel>("normExplanation")->text();
    QVERIFY2(text.contains(QStringLiteral("8 groups")) && text.contains(QStringLiteral("2 of 16, 4 of 32")),
             qPrintable(text));
}

void TestExperimentForm::invalidFieldDisablesStart_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* field, const char* text, const char* reason) {
        QTest::newRow((QByteArray(field) + ": " + text).constData())
            << QByteArray(field) << QString::fromLatin1(text) << QString::fromLatin1(reason);
    };
    row("lr", "1,5", "comma");
    row("lr", "", "empty");
    row("lr", "-0.1", "0 to 100");
    row("lr", "inf", "0 to 100");
    row("lr", "nan", "0 to 100");
    row("momentum", "1", "below 1");
    row("epochs", "0", "1 to 1000");
    row("epochs", "99999999999", "1 to 1000");
    row("epochs", "2.5", "not a whole number");
    row("batch-size", "0", "1 to 8192");
    row("batch-size", "1,000", "comma");
    row("batch-size", "5000", "160");
    row("step-size", "0", "1 to 1000");
    row("gamma", "2", "at most 1");
    row("dropout", "1", "below 1");
    row("augment", "1.5", "0 to 1");
    row("seed", "-1", "negative");
    row("seed", "18446744073709551616", "18446744073709551615");
    row("threads", "5000", "1024");
    row("limit-train", "1000", "160");
}

void TestExperimentForm::invalidFieldDisablesStart()
{
    QFETCH(QByteArray, field);
    QFETCH(QString, text);
    QFETCH(QString, reason);
    const QString before = child<QLineEdit>(field.constData())->text();
    auto* start = child<QPushButton>("startButton");
    QVERIFY2(start->isEnabled(), qPrintable(m_form->whyNot()));
    type(field.constData(), text);
    QVERIFY2(message(field.constData()).contains(reason), qPrintable(message(field.constData())));
    QVERIFY(child<QWidget>((field + "Message").constData())->isVisible());
    QVERIFY(!m_form->canStart());
    QVERIFY(!start->isEnabled());
    QVERIFY2(start->toolTip().contains(reason), qPrintable(start->toolTip()));
    QVERIFY(child<QWidget>("startReason")->isVisible());
    QSignalSpy started(m_form.get(), &ExperimentForm::startRequested);
    QTest::mouseClick(start, Qt::LeftButton);
    QCOMPARE(started.count(), 0);
    type(field.constData(), before);
    QVERIFY2(start->isEnabled(), qPrintable(m_form->whyNot()));
    QVERIFY(!child<QWidget>("startReason")->isVisible());
}

void TestExperimentForm::zeroLearningRateWarns()
{
    type("lr", QStringLiteral("0"));
    QVERIFY(message("lr").contains(QStringLiteral("never change")));
    QVERIFY(m_form->canStart());
    type("lr", QStringLiteral("1e-3"));
    QVERIFY(message("lr").isEmpty());
    QCOMPARE(m_form->spec().learningRate, 0.001);
}

void TestExperimentForm::batchOfOneWarns()
{
    type("batch-size", QStringLiteral("1"));
    QVERIFY(message("batch-size").contains(QStringLiteral("one image")));
    QVERIFY(m_form->canStart());
    QTest::mouseClick(child<QPushButton>("norm-layer"), Qt::LeftButton);
    QVERIFY(message("batch-size").isEmpty());
}

void TestExperimentForm::startSendsWhatIsShown()
{
    QSignalSpy started(m_form.get(), &ExperimentForm::startRequested);
    RunSpec sent;
    connect(m_form.get(), &ExperimentForm::startRequested, this, [&](const RunSpec& spec) { sent = spec; });
    QTest::mouseClick(child<QPushButton>("norm-group"), Qt::LeftButton);
    type("epochs", QStringLiteral("2"));
    type("seed", QStringLiteral("9"));
    QTest::mouseClick(child<QPushButton>("startButton"), Qt::LeftButton);
    QCOMPARE(started.count(), 1);
    RunSpec expected;
    expected.data = m_fixture->spec();
    expected.normalization = Normalization::Group;
    expected.epochs = 2;
    expected.seed = 9;
    QVERIFY(sent == expected);
}

void TestExperimentForm::compareSendsTheThreeRecipes_data()
{
    QTest::addColumn<bool>("quick");
    QTest::newRow("whole") << false;
    QTest::newRow("quick look") << true;
}

void TestExperimentForm::compareSendsTheThreeRecipes()
{
    QFETCH(bool, quick);
    // A quick look of 160 images has 32: too few for batches of 64, so this one needs more.
    FormFixture larger(4, 100);
    m_form = std::make_unique<ExperimentForm>(larger.provider, larger.settings);
    m_form->show();
    QTRY_VERIFY_WITH_TIMEOUT(m_form->dataChooser()->dataset(), loadTimeout);
    std::vector<RunSpec> sent;
    connect(m_form.get(), &ExperimentForm::compareRequested, this,
            [&](const std::vector<RunSpec>& specs) { sent = specs; });
    type("seed", QStringLiteral("3"));
    type("threads", QStringLiteral("2"));
    auto* engine = child<QComboBox>("engine");
    engine->setCurrentIndex(engine->findData(int(Engine::LibTorch)));
    type("limit-test", QStringLiteral("30")); // which images is not a matter of the recipe
    type("momentum", QStringLiteral("0.5")); // the comparison is of the seed's recipes, not of the form's
    if (quick)
        child<QCheckBox>("quickLook")->click();
    QTest::mouseClick(child<QPushButton>("compareButton"), Qt::LeftButton);
    QCOMPARE(sent.size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i) {
        RunSpec expected = presets()[i + (quick ? 3 : 0)].spec;
        expected.data = larger.spec();
        expected.seed = 3;
        expected.threads = 2;
        expected.engine = Engine::LibTorch;
        expected.limitTest = 30;
        QVERIFY(sent[i] == expected);
    }
    m_form.reset(); // before the provider that it uses
}

void TestExperimentForm::specComesBack()
{
    RunSpec spec;
    spec.data = m_fixture->spec();
    spec.limitTrain = 100;
    spec.limitTest = 50;
    spec.quickLook = true;
    spec.normalization = Normalization::Group;
    spec.groups = 16;
    spec.epochs = 7;
    spec.batchSize = 16;
    spec.learningRate = 0.003;
    spec.momentum = 0.5;
    spec.stepSize = 3;
    spec.gamma = 0.25;
    spec.dropout = 0.125;
    spec.augment = 0.75;
    spec.seed = 18446744073709551615ULL;
    spec.device = DeviceChoice::Cpu;
    spec.threads = 3;
    spec.engine = Engine::LibTorch;
    spec.precision = Precision::Tf32; // of a run made elsewhere
    QSignalSpy changed(m_form.get(), &ExperimentForm::specChanged);
    m_form->setSpec(spec);
    QVERIFY(m_form->spec() == spec);
    QCOMPARE(changed.count(), 1);
}

void TestExperimentForm::cudaSaysWhyNot()
{
    if (systemInfo().cuda)
        QSKIP("This computer has a CUDA device.");
    const auto* device = child<QComboBox>("device");
    const auto* item =
        static_cast<const QStandardItemModel*>(device->model())->item(device->findData(int(DeviceChoice::Cuda)));
    QVERIFY(!item->isEnabled());
    QVERIFY(item->toolTip().contains(QStringLiteral("no CUDA device")));
    RunSpec spec = m_form->spec(); // a run that was made elsewhere
    spec.device = DeviceChoice::Cuda;
    m_form->setSpec(spec);
    QVERIFY(!m_form->canStart());
    QVERIFY(m_form->whyNot().contains(QStringLiteral("no CUDA device")));
}

void TestExperimentForm::precisionSaysWhyNot()
{
    RunSpec spec = m_form->spec();
    spec.device = DeviceChoice::Cpu;
    spec.precision = Precision::Tf32;
    m_form->setSpec(spec);
    QVERIFY(!m_form->canStart());
    QVERIFY2(m_form->whyNot().contains(QStringLiteral("CUDA devices only")), qPrintable(m_form->whyNot()));
    QVERIFY(child<QWidget>("precisionMessage")->isVisible()); // its section has unfolded
    QVERIFY(!child<QPushButton>("compareButton")->isEnabled());
    spec.precision = Precision::Float32;
    m_form->setSpec(spec);
    QVERIFY2(m_form->canStart(), qPrintable(m_form->whyNot()));
}

void TestExperimentForm::moreThreadsThanCoresWarn()
{
    if (systemInfo().cuda)
        QSKIP("This computer has a CUDA device.");
    type("threads", QString::number(systemInfo().cores));
    QVERIFY(message("threads").isEmpty());
    type("threads", QString::number(systemInfo().cores + 1));
    QVERIFY2(message("threads").contains(QStringLiteral("slower, not faster")), qPrintable(message("threads")));
    QVERIFY(m_form->canStart());
}

void TestExperimentForm::targetsAreJudged()
{
    // 40,394 for ten classes; each class has 32 weights and a bias.
    const QLocale locale;
    const QString parameters = locale.toString(40'394 - 6 * 33);
    QVERIFY2(child<QLabel>("targetParameters")->text().contains(parameters),
             qPrintable(child<QLabel>("targetParameters")->text()));
    QCOMPARE(child<QLabel>("targetParametersMark")->accessibleName(), QStringLiteral("met"));
    QCOMPARE(child<QLabel>("targetEpochsMark")->accessibleName(), QStringLiteral("met"));
    QCOMPARE(child<QLabel>("targetAccuracyMark")->accessibleName(), QStringLiteral("not known yet"));
    type("epochs", QStringLiteral("21"));
    QCOMPARE(child<QLabel>("targetEpochsMark")->accessibleName(), QStringLiteral("missed"));
}

void TestExperimentForm::badDataDisablesStart()
{
    m_form->dataChooser()->chooseFolder(m_fixture->folder.filePath(QStringLiteral("nothing here")));
    QVERIFY(!m_form->canStart()); // at once: not yet read
    auto* box = child<QWidget>("dataMessage");
    QTRY_VERIFY_WITH_TIMEOUT(box->isVisible(), loadTimeout);
    QVERIFY2(m_form->whyNot().contains(QStringLiteral("nothing here")), qPrintable(m_form->whyNot()));
    QVERIFY(!child<QPushButton>("startButton")->isEnabled());
    QVERIFY(!child<QPushButton>("compareButton")->isEnabled());
    m_form->dataChooser()->setSpec(m_fixture->spec());
    QTRY_VERIFY_WITH_TIMEOUT(m_form->canStart(), loadTimeout);
}

QTEST_MAIN(TestExperimentForm)
#include "tst_experimentform.moc"
