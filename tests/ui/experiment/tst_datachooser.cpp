// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/experiment/formfixture.h"

#include "ui/experiment/datachooser.h"
#include "ui/experiment/dataguess.h"
#include "ui/experiment/fetchdialog.h"

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QUrl>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr int loadTimeout = 20'000;

void touch(const QString& path)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
}

} // namespace

class TestDataChooser : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void guessesWhatAFolderHolds_data();
    void guessesWhatAFolderHolds();
    void namesThePackageOfTheDefault();
    void saysWhatIsChosen();
    void remembersTheChoice();
    void errorStandsInPlace();
    void retryReadsTheDiskAgain();
    void brokenRememberedChoiceIsTheDefault();
    void getCifarOpensTheWindow();
    void takesOneDraggedFolder();
};

void TestDataChooser::guessesWhatAFolderHolds_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("expected"); // with %1 for the folder
    QTest::newRow("binary") << QStringLiteral("data_batch_1.bin") << QStringLiteral("cifar10:%1");
    QTest::newRow("python") << QStringLiteral("data_batch_1") << QStringLiteral("cifar10:%1");
    QTest::newRow("binary below") << QStringLiteral("cifar-10-batches-bin/data_batch_1.bin")
                                  << QStringLiteral("cifar10:%1/cifar-10-batches-bin");
    QTest::newRow("python below") << QStringLiteral("cifar-10-batches-py/data_batch_1")
                                  << QStringLiteral("cifar10:%1/cifar-10-batches-py");
    QTest::newRow("fashion") << QStringLiteral("train-images-idx3-ubyte.gz") << QStringLiteral("fashion-mnist:%1");
    QTest::newRow("classes") << QStringLiteral("train/cat/1.png") << QStringLiteral("folder:%1");
    QTest::newRow("anything else") << QStringLiteral("readme") << QStringLiteral("folder:%1");
}

void TestDataChooser::guessesWhatAFolderHolds()
{
    QFETCH(QString, file);
    QFETCH(QString, expected);
    const QTemporaryDir folder;
    touch(folder.filePath(file));
    QCOMPARE(QString::fromStdString(guessDataSpec(folder.path()).toString()), expected.arg(folder.path()));
}

void TestDataChooser::namesThePackageOfTheDefault()
{
    const QString error = QStringLiteral("The folder is not there.");
    QCOMPARE(
        withPackageHint({}, error),
        QStringLiteral("The folder is not there. Install Debian's package: sudo apt install dataset-fashion-mnist"));
    QCOMPARE(withPackageHint({DataKind::FashionMnist, "/elsewhere"}, error), error);
    QCOMPARE(withPackageHint({DataKind::Cifar10, {}}, error), error);
    const QString complete = QStringLiteral("Install dataset-fashion-mnist.");
    QCOMPARE(withPackageHint({}, complete), complete); // not said twice
}

void TestDataChooser::saysWhatIsChosen()
{
    FormFixture fixture(3, 20);
    DataChooser chooser(fixture.provider, fixture.settings);
    chooser.show();
    QVERIFY(!chooser.dataset());
    QVERIFY(!chooser.whyNot().isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(chooser.dataset(), loadTimeout);
    QVERIFY(chooser.whyNot().isEmpty());
    QCOMPARE(chooser.findChild<QLabel*>(QStringLiteral("dataFacts"))->text(),
             QStringLiteral("60 training and 30 test images, 3 classes"));
    QVERIFY(!chooser.findChild<QWidget*>(QStringLiteral("dataProgress"))->isVisible());
}

void TestDataChooser::remembersTheChoice()
{
    FormFixture fixture(2, 4);
    fixture.settings.setDataSpec({});
    {
        DataChooser chooser(fixture.provider, fixture.settings);
        QVERIFY(chooser.spec() == DataSpec{});
        QSignalSpy changed(&chooser, &DataChooser::specChanged);
        chooser.chooseFolder(fixture.images);
        QCOMPARE(changed.count(), 1);
    }
    DataChooser again(fixture.provider, fixture.settings);
    QVERIFY(again.spec() == fixture.spec());
    QVERIFY(again.findChild<QComboBox*>(QStringLiteral("data"))->currentText().contains(QStringLiteral("colours")));
}

void TestDataChooser::errorStandsInPlace()
{
    FormFixture fixture(2, 4);
    QDir(fixture.images + QStringLiteral("/test")).removeRecursively();
    DataChooser chooser(fixture.provider, fixture.settings);
    chooser.show();
    auto* message = chooser.findChild<QWidget*>(QStringLiteral("dataMessage"));
    QTRY_VERIFY_WITH_TIMEOUT(message->isVisible(), loadTimeout);
    QVERIFY2(message->accessibleName().contains(QStringLiteral("test")), qPrintable(message->accessibleName()));
    QVERIFY(chooser.whyNot().contains(message->accessibleName()));
    QVERIFY(chooser.findChild<QWidget*>(QStringLiteral("dataRetry"))->isVisible());
    QVERIFY(!chooser.findChild<QWidget*>(QStringLiteral("dataGet"))->isVisible());
}

void TestDataChooser::retryReadsTheDiskAgain()
{
    FormFixture fixture(2, 4);
    const QString test = fixture.images + QStringLiteral("/test");
    QVERIFY(QDir().rename(test, test + QStringLiteral("-away")));
    DataChooser chooser(fixture.provider, fixture.settings);
    chooser.show();
    auto* retry = chooser.findChild<QPushButton*>(QStringLiteral("dataRetry"));
    QTRY_VERIFY_WITH_TIMEOUT(retry->isVisible(), loadTimeout);
    QVERIFY(QDir().rename(test + QStringLiteral("-away"), test));
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(chooser.dataset(), loadTimeout);
    QVERIFY(!retry->isVisible());
}

void TestDataChooser::brokenRememberedChoiceIsTheDefault()
{
    FormFixture fixture(2, 4);
    fixture.settings.setDataSpec(QStringLiteral("nonsense"));
    const DataChooser chooser(fixture.provider, fixture.settings);
    QVERIFY(chooser.spec() == DataSpec{});
}

void TestDataChooser::getCifarOpensTheWindow()
{
    FormFixture fixture(2, 4);
    DataChooser chooser(fixture.provider, fixture.settings);
    auto* combo = chooser.findChild<QComboBox*>(QStringLiteral("data"));
    const int row = combo->findText(QStringLiteral("Get CIFAR-10..."));
    QVERIFY(row >= 0);
    const QString shown = combo->currentText();
    combo->setCurrentIndex(row);
    Q_EMIT combo->activated(row);
    QCOMPARE(combo->currentText(), shown); // opening a window is not a choice of data
    QVERIFY(chooser.fetchDialog());
    QVERIFY(chooser.fetchDialog()->isVisible());
    QVERIFY(!chooser.fetchDialog()->isModal());
}

void TestDataChooser::takesOneDraggedFolder()
{
    const QTemporaryDir folder;
    touch(folder.filePath(QStringLiteral("file")));
    QMimeData mime;
    QVERIFY(DataChooser::droppedFolder(&mime).isEmpty());
    mime.setUrls({QUrl::fromLocalFile(folder.path())});
    QCOMPARE(DataChooser::droppedFolder(&mime), folder.path());
    mime.setUrls({QUrl::fromLocalFile(folder.filePath(QStringLiteral("file")))});
    QVERIFY(DataChooser::droppedFolder(&mime).isEmpty());
    mime.setUrls({QUrl(QStringLiteral("http://127.0.0.1/images"))});
    QVERIFY(DataChooser::droppedFolder(&mime).isEmpty());
}

QTEST_MAIN(TestDataChooser)
#include "tst_datachooser.moc"
