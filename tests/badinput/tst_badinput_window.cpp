// SPDX-License-Identifier: GPL-3.0-or-later
// What the window says of bad images and settings, word for word and in its place; and that it lives on.
#include "tests/badinput/datafaults.h"
#include "tests/badinput/places.h"
#include "tests/badinput/settingfaults.h"
#include "tests/ui/experiment/formfixture.h"

#include "ui/data/datapage.h"
#include "ui/experiment/datachooser.h"
#include "ui/experiment/experimentform.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr int loadTimeout = 30'000;

} // namespace

class TestBadInputWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void data_data();
    void data();
    void settings_data();
    void settings();
    void onlyDivisorsAreOffered();
    void droppedFolders_data();
    void droppedFolders();
    void namesAreNoMarkup();
    void commaLocale();

private:
    template <class T>
    T* child(const char* name) const
    {
        auto* found = m_form->findChild<T*>(QString::fromLatin1(name));
        Q_ASSERT(found);
        return found;
    }
    QString shown(const char* message) const
    {
        const auto* box = child<QWidget>(message);
        return box->isVisible() ? box->accessibleName() : QString();
    }
    void backToGoodImages();

    std::unique_ptr<FormFixture> m_fixture;
    std::unique_ptr<ExperimentForm> m_form;
    std::unique_ptr<DataPage> m_page;
    std::vector<DataFault> m_data = dataFaults();
    std::vector<SettingFault> m_settings = settingFaults();
};

void TestBadInputWindow::initTestCase()
{
    m_fixture = std::make_unique<FormFixture>(2, trainImagesOfSettings / 2);
    m_form = std::make_unique<ExperimentForm>(m_fixture->provider, m_fixture->settings);
    m_page = std::make_unique<DataPage>(m_fixture->provider, m_fixture->settings);
    m_form->resize(360, 900);
    m_form->show();
    m_page->show();
    QTRY_VERIFY_WITH_TIMEOUT(m_form->canStart(), loadTimeout);
}

void TestBadInputWindow::cleanupTestCase()
{
    m_page.reset();
    m_form.reset();
    m_fixture.reset();
}

void TestBadInputWindow::backToGoodImages()
{
    m_form->dataChooser()->setSpec(m_fixture->spec());
    QTRY_VERIFY_WITH_TIMEOUT(m_form->canStart(), loadTimeout);
    QVERIFY(child<QPushButton>("startButton")->isEnabled());
    QCOMPARE(shown("dataMessage"), QString());
    QCOMPARE(shown("startReason"), QString());
}

void TestBadInputWindow::data_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < m_data.size(); ++i)
        QTest::newRow(m_data[i].row.constData()) << int(i);
}

void TestBadInputWindow::data()
{
    QFETCH(int, index);
    const DataFault& fault = m_data[std::size_t(index)];
    const Place folder;
    fault.make(folder.path());
    const QString message = inWords(fault.message, folder.path());
    RunSpec spec = m_form->spec();
    spec.data = {fault.kind, (folder.path() + fault.below).toStdString()};
    m_form->dataChooser()->setSpec(spec.data);
    m_page->showSpec(spec);
    const auto* start = child<QPushButton>("startButton");
    if (fault.isRefused) {
        QTRY_VERIFY_WITH_TIMEOUT(m_form->dataChooser()->failed(), loadTimeout);
        QCOMPARE(shown("dataMessage"), message);
        QVERIFY(!start->isEnabled() && !child<QPushButton>("compareButton")->isEnabled());
        QCOMPARE(start->toolTip(), QStringLiteral("The data cannot be used: ") + message);
        QCOMPARE(shown("startReason"), QStringLiteral("Cannot start: these images cannot be used, see above."));
        QVERIFY(child<QPushButton>("dataRetry")->isVisible());
        QCOMPARE(child<QPushButton>("dataGet")->isVisible(), fault.kind == DataKind::Cifar10); // offers to fetch it again
        QTRY_COMPARE_WITH_TIMEOUT(m_page->state(), DataPage::State::Failed, loadTimeout);
        QCOMPARE(m_page->findChild<QWidget*>(QStringLiteral("dataPageError"))->accessibleName(), message);
    } else {
        QTRY_VERIFY_WITH_TIMEOUT(m_form->dataChooser()->dataset(), loadTimeout);
        QVERIFY2(shown("dataMessage").endsWith(QStringLiteral(". See the Data page.")), qPrintable(shown("dataMessage")));
        QTRY_COMPARE_WITH_TIMEOUT(m_page->state(), DataPage::State::Shown, loadTimeout);
        for (auto* button : m_page->findChildren<QAbstractButton*>())
            if (button->text().startsWith(QStringLiteral("Show all ")))
                button->click();
        const QString notes = m_page->findChild<QWidget*>(QStringLiteral("dataWarnings"))->accessibleName();
        QVERIFY2(notes.split(QLatin1Char('\n')).contains(message), qPrintable(notes));
    }
    backToGoodImages();
}

void TestBadInputWindow::settings_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < m_settings.size(); ++i)
        if (m_settings[i].isOffered)
            QTest::newRow(m_settings[i].row.constData()) << int(i);
}

void TestBadInputWindow::settings()
{
    QFETCH(int, index);
    const SettingFault& fault = m_settings[std::size_t(index)];
    auto* edit = child<QLineEdit>(fault.option.constData());
    const QString before = edit->text();
    edit->selectAll();
    QTest::keyClick(edit, Qt::Key_Delete);
    QTest::keyClicks(edit, fault.text);
    QCOMPARE(shown((fault.option + "Message").constData()), fault.message); // at the field, its section unfolded
    auto* start = child<QPushButton>("startButton");
    QCOMPARE(start->isEnabled(), fault.isWarning);
    QCOMPARE(m_form->canStart(), fault.isWarning);
    QSignalSpy started(m_form.get(), &ExperimentForm::startRequested);
    if (!fault.isWarning) {
        QTest::mouseClick(start, Qt::LeftButton);
        QVERIFY2(m_form->whyNot().endsWith(QStringLiteral(": ") + fault.message), qPrintable(m_form->whyNot()));
        QVERIFY2(shown("startReason").startsWith(QStringLiteral("Cannot start: correct \"")), qPrintable(shown("startReason")));
    }
    QCOMPARE(started.count(), 0);
    edit->setText(before);
    backToGoodImages();
}

void TestBadInputWindow::onlyDivisorsAreOffered()
{
    const auto* groups = child<QComboBox>("groups");
    QStringList offered;
    for (int i = 0; i < groups->count(); ++i)
        offered.append(groups->itemText(i));
    QCOMPARE(offered.join(QLatin1Char(' ')), QStringLiteral("1 2 4 8 16"));
    QVERIFY(!groups->isEditable());
}

void TestBadInputWindow::droppedFolders_data()
{
    QTest::addColumn<int>("kind"); // of what is in the folder
    QTest::addColumn<QString>("gone");
    QTest::addColumn<QString>("said");
    const QString cifar = QStringLiteral(": CIFAR-10 is data_batch_1 to data_batch_5 and test_batch. Fetch CIFAR-10 again or choose another folder.");
    QTest::newRow("a batch missing: the first") << int(DataKind::Cifar10) << QStringLiteral("data_batch_1.bin")
                                                << QStringLiteral("%DIR% lacks data_batch_1.bin") + cifar;
    QTest::newRow("a batch missing: the third") << int(DataKind::Cifar10) << QStringLiteral("data_batch_3.bin")
                                                << QStringLiteral("%DIR% lacks data_batch_3.bin") + cifar;
    QTest::newRow("no data set: an IDX file missing")
        << int(DataKind::FashionMnist) << QStringLiteral("train-images-idx3-ubyte.gz")
        << QStringLiteral("Cannot open %DIR%/train-images-idx3-ubyte.gz: it is not there. Install it with: sudo apt install dataset-fashion-mnist, or "
                          "choose another folder.");
    QTest::newRow("empty folder: of nothing that is known")
        << int(DataKind::Folder) << QStringLiteral("*")
        << QStringLiteral("The image folder %DIR% has no train/ and test/. Expected is train/CLASS/IMAGE and test/CLASS/IMAGE. CIFAR-10 would be "
                          "data_batch_1.bin to _5.bin and test_batch.bin, Fashion-MNIST train-images-idx3-ubyte.gz and its three companions.");
}

/// A folder is chosen without saying what it holds: a guess must not lead to a message about something else.
void TestBadInputWindow::droppedFolders()
{
    QFETCH(int, kind);
    QFETCH(QString, gone);
    QFETCH(QString, said);
    const Place folder;
    if (DataKind(kind) == DataKind::Cifar10)
        writeCifar(folder.path());
    else if (DataKind(kind) == DataKind::FashionMnist)
        writeFashion(folder.path());
    else
        writeBytes(QFile::encodeName(folder.filePath(QStringLiteral("letters/1.txt"))), "x");
    QFile::remove(folder.filePath(gone));
    m_form->dataChooser()->chooseFolder(folder.path());
    QTRY_VERIFY_WITH_TIMEOUT(m_form->dataChooser()->failed(), loadTimeout);
    QCOMPARE(shown("dataMessage"), inWords(said, folder.path()));
    backToGoodImages();
}

void TestBadInputWindow::namesAreNoMarkup()
{
    const Place place;
    const QString folder = place.filePath(QStringLiteral("<b>bold</b> \n<img src=x>"));
    writePictures(folder, 2, {"<h1>ant", "bee\n"});
    writeBytes(QFile::encodeName(folder) + "/train/<h1>ant/<i>.png", {});
    const QString escaped = place.path() + QStringLiteral("/<b>bold</b> \\n<img src=x>");
    m_form->dataChooser()->setSpec({DataKind::Folder, folder.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(m_form->dataChooser()->failed(), loadTimeout);
    const QString message = escaped + QStringLiteral(": 1 of 9 images cannot be read: train/<h1>ant/<i>.png (empty file). Up to 5 % would be skipped; "
                                                     "mend or remove them.");
    QCOMPARE(shown("dataMessage"), message);
    // Tool tips would read it as markup.
    QCOMPARE(child<QPushButton>("startButton")->toolTip(),
             QStringLiteral("<qt>%1</qt>").arg((QStringLiteral("The data cannot be used: ") + message).toHtmlEscaped()));
    backToGoodImages();
}

void TestBadInputWindow::commaLocale()
{
    const QLocale before;
    QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
    auto* rate = child<QLineEdit>("lr");
    const QString text = rate->text();
    rate->setText(QStringLiteral("0.5"));
    QVERIFY(m_form->canStart());
    QCOMPARE(m_form->spec().learningRate, 0.5);
    rate->setText(QStringLiteral("0,5"));
    QCOMPARE(shown("lrMessage"),
             QStringLiteral("\"0,5\" has a comma, which could mean a decimal point or thousands. Write 0.5, or leave the comma out."));
    RunSpec spec = m_form->spec();
    spec.learningRate = 0.25;
    m_form->setSpec(spec);
    QCOMPARE(rate->text(), QStringLiteral("0.25"));
    rate->setText(text);
    QLocale::setDefault(before);
}

QTEST_MAIN(TestBadInputWindow)
#include "tst_badinput_window.moc"
