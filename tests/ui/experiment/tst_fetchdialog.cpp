// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/experiment/formfixture.h"
#include "tests/ui/experiment/slowserver.h"

#include "ui/experiment/datachooser.h"
#include "ui/experiment/fetchdialog.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QProcess>
#include <QProgressBar>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr int timeout = 20'000;
constexpr int recordBytes = 3'073;

void writeFile(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
    QCOMPARE(file.write(bytes), qint64(bytes.size()));
}

QByteArray records(int count, quint32 seed)
{
    QRandomGenerator random(seed); // noise, so that the archive does not shrink to nothing
    QByteArray bytes(count * recordBytes, '\0');
    for (qsizetype i = 0; i < bytes.size(); ++i)
        bytes[i] = i % recordBytes == 0 ? char(i / recordBytes % 10) : char(random.bounded(256));
    return bytes;
}

} // namespace

class TestFetchDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void fetches();
    void cancelsAndContinues();
    void dropIsToldAndRetried();
    void damageIsTold();
    void takesAnArchiveFromDisk();
    void refusesAnotherArchive();
    void usesWhatIsThere();
    void aDamagedFolderIsFetchedAgain();
    void closingWhileFetchingKeepsThePart();
    void selectsTheDataSet();

private:
    ArchiveSource source(const SlowServer& server) const;
    QPushButton* start(const FetchDialog& dialog) const
    {
        return dialog.findChild<QPushButton*>(QStringLiteral("fetchStart"));
    }

    QTemporaryDir m_folder;
    QByteArray m_archive;
    QString m_sha256;
};

void TestFetchDialog::initTestCase()
{
    const QDir root(m_folder.path());
    QVERIFY(root.mkpath(QStringLiteral("cifar-10-batches-bin")));
    const QDir inner(root.filePath(QStringLiteral("cifar-10-batches-bin")));
    for (int batch = 1; batch <= 5; ++batch)
        writeFile(inner.filePath(QStringLiteral("data_batch_%1.bin").arg(batch)), records(40, quint32(batch)));
    writeFile(inner.filePath(QStringLiteral("test_batch.bin")), records(40, 6));
    writeFile(inner.filePath(QStringLiteral("batches.meta.txt")),
              "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n");
    writeFile(inner.filePath(QStringLiteral("readme.html")), "<html></html>");
    QProcess tar;
    tar.setWorkingDirectory(m_folder.path());
    tar.start(QStringLiteral("tar"),
              {QStringLiteral("-czf"), QStringLiteral("archive.tar.gz"), QStringLiteral("cifar-10-batches-bin")});
    QVERIFY(tar.waitForFinished());
    QCOMPARE(tar.exitCode(), 0);
    QFile archive(root.filePath(QStringLiteral("archive.tar.gz")));
    QVERIFY(archive.open(QIODevice::ReadOnly));
    m_archive = archive.readAll();
    QVERIFY(m_archive.size() > 500'000);
    m_sha256 = QString::fromLatin1(QCryptographicHash::hash(m_archive, QCryptographicHash::Sha256).toHex());
}

ArchiveSource TestFetchDialog::source(const SlowServer& server) const
{
    return {server.url(QStringLiteral("cifar-10-binary.tar.gz")).toStdString(), std::uint64_t(m_archive.size()),
            m_sha256.toStdString()};
}

void TestFetchDialog::fetches()
{
    const QTemporaryDir target;
    const SlowServer server(m_archive);
    FetchDialog dialog(source(server));
    dialog.setFolder(target.path());
    dialog.show();
    QCOMPARE(start(dialog)->text(), QStringLiteral("Download"));
    QSignalSpy fetched(&dialog, &FetchDialog::fetched);
    QTest::mouseClick(start(dialog), Qt::LeftButton);
    QVERIFY(dialog.isBusy());
    QVERIFY(!start(dialog)->isEnabled());
    QVERIFY(fetched.wait(timeout));
    QCOMPARE(fetched.at(0).at(0).toString(), target.filePath(QStringLiteral("cifar-10-batches-bin")));
    QVERIFY(QFile::exists(target.filePath(QStringLiteral("cifar-10-batches-bin/test_batch.bin"))));
    QVERIFY(!dialog.isVisible());
}

void TestFetchDialog::cancelsAndContinues()
{
    const QTemporaryDir target;
    SlowServer server(m_archive);
    server.setPiece(10'000); // about a megabyte a second
    FetchDialog dialog(source(server));
    dialog.setFolder(target.path());
    dialog.show();
    QTest::mouseClick(start(dialog), Qt::LeftButton);
    auto* state = dialog.findChild<QLabel*>(QStringLiteral("fetchState"));
    QTRY_VERIFY_WITH_TIMEOUT(state->text().contains(QStringLiteral("/s")), timeout); // amount and speed
    QVERIFY2(state->text().contains(QStringLiteral(" left")), qPrintable(state->text()));
    QSignalSpy stopped(&dialog, &FetchDialog::stopped);
    QTest::mouseClick(dialog.findChild<QPushButton*>(QStringLiteral("fetchCancel")), Qt::LeftButton);
    QVERIFY(stopped.wait(timeout));
    QVERIFY(dialog.isVisible());
    QVERIFY(!dialog.isBusy());
    const qint64 kept = QFileInfo(target.filePath(QStringLiteral("cifar-10-binary.tar.gz.part"))).size();
    QVERIFY(kept > 0 && kept < m_archive.size());
    QCOMPARE(start(dialog)->text(), QStringLiteral("Continue"));
    QVERIFY(dialog.findChild<QProgressBar*>(QStringLiteral("fetchBar"))->value() > 0);

    server.setPiece(1 << 20);
    QSignalSpy fetched(&dialog, &FetchDialog::fetched);
    QTest::mouseClick(start(dialog), Qt::LeftButton);
    QVERIFY(fetched.wait(timeout));
    QCOMPARE(server.rangeStarts().constLast(), kept); // where it was, not from the start
}

void TestFetchDialog::dropIsToldAndRetried()
{
    const QTemporaryDir target;
    SlowServer server(m_archive);
    server.setPiece(50'000);
    server.setDropAfter(100'000);
    FetchDialog dialog(source(server));
    dialog.setFolder(target.path());
    dialog.show();
    QSignalSpy stopped(&dialog, &FetchDialog::stopped);
    QSignalSpy fetched(&dialog, &FetchDialog::fetched);
    QTest::mouseClick(start(dialog), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!stopped.isEmpty() || !fetched.isEmpty(), 60'000);
    if (fetched.isEmpty()) { // the model library gave up after some tries of its own
        QVERIFY(!dialog.errorText().isEmpty());
        QVERIFY(start(dialog)->isEnabled());
        server.setDropAfter(-1);
        QTest::mouseClick(start(dialog), Qt::LeftButton);
        QVERIFY(fetched.wait(timeout));
    }
    QVERIFY(server.rangeStarts().constLast() > 0);
}

void TestFetchDialog::damageIsTold()
{
    const QTemporaryDir target;
    QByteArray damaged = m_archive;
    damaged[damaged.size() / 2] = char(~damaged[damaged.size() / 2]);
    const SlowServer server(damaged);
    FetchDialog dialog(source(server));
    dialog.setFolder(target.path());
    dialog.show();
    QSignalSpy stopped(&dialog, &FetchDialog::stopped);
    QTest::mouseClick(start(dialog), Qt::LeftButton);
    QVERIFY(stopped.wait(timeout));
    QVERIFY2(dialog.errorText().contains(m_sha256), qPrintable(dialog.errorText()));
    QCOMPARE(start(dialog)->text(), QStringLiteral("Retry"));
    QVERIFY(start(dialog)->isEnabled());
}

void TestFetchDialog::takesAnArchiveFromDisk()
{
    const QTemporaryDir target;
    const SlowServer server(m_archive);
    FetchDialog dialog(source(server));
    dialog.setFolder(target.path());
    dialog.show();
    QSignalSpy fetched(&dialog, &FetchDialog::fetched);
    dialog.useArchive(m_folder.filePath(QStringLiteral("archive.tar.gz")));
    QVERIFY(fetched.wait(timeout));
    QVERIFY(server.rangeStarts().isEmpty()); // nothing was asked of the network
    QVERIFY(QFile::exists(target.filePath(QStringLiteral("cifar-10-batches-bin/data_batch_3.bin"))));
}

void TestFetchDialog::refusesAnotherArchive()
{
    const QTemporaryDir target;
    const QString page = target.filePath(QStringLiteral("page.tar.gz"));
    writeFile(page, "<!DOCTYPE html><html><body>Log in</body></html>");
    const SlowServer server(m_archive);
    FetchDialog dialog(source(server));
    dialog.setFolder(target.path());
    dialog.show();
    QSignalSpy stopped(&dialog, &FetchDialog::stopped);
    dialog.useArchive(page);
    QVERIFY(stopped.wait(timeout));
    QVERIFY2(dialog.errorText().contains(QStringLiteral("page.tar.gz")), qPrintable(dialog.errorText()));
}

void TestFetchDialog::usesWhatIsThere()
{
    const SlowServer server(m_archive);
    FetchDialog dialog(source(server));
    dialog.setFolder(m_folder.path());
    dialog.show();
    QCOMPARE(start(dialog)->text(), QStringLiteral("Use it"));
    QSignalSpy fetched(&dialog, &FetchDialog::fetched);
    QTest::mouseClick(start(dialog), Qt::LeftButton);
    QCOMPARE(fetched.count(), 1);
    QCOMPARE(fetched.at(0).at(0).toString(), m_folder.filePath(QStringLiteral("cifar-10-batches-bin")));
}

void TestFetchDialog::aDamagedFolderIsFetchedAgain()
{
    const QTemporaryDir target;
    const SlowServer server(m_archive);
    FetchDialog dialog(source(server));
    dialog.setFolder(target.path());
    dialog.show();
    QSignalSpy fetched(&dialog, &FetchDialog::fetched);
    QTest::mouseClick(start(dialog), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(fetched.count(), 1, timeout);
    const QString batch = target.filePath(QStringLiteral("cifar-10-batches-bin/data_batch_3.bin"));
    for (const qint64 length : {qint64(recordBytes), qint64(0)}) {
        QVERIFY(QFile::resize(batch, length));
        FetchDialog again(source(server));
        again.setFolder(target.path());
        again.show();
        QCOMPARE(start(again)->text(), QStringLiteral("Download"));
    }
}

void TestFetchDialog::closingWhileFetchingKeepsThePart()
{
    const QTemporaryDir target;
    SlowServer server(m_archive);
    server.setPiece(10'000);
    auto dialog = std::make_unique<FetchDialog>(source(server));
    dialog->setFolder(target.path());
    dialog->show();
    QTest::mouseClick(start(*dialog), Qt::LeftButton);
    const QString part = target.filePath(QStringLiteral("cifar-10-binary.tar.gz.part"));
    QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(part).size() > 0, timeout);
    dialog->close();
    dialog.reset(); // waits for the thread
    QVERIFY(QFileInfo(part).size() > 0);
}

void TestFetchDialog::selectsTheDataSet()
{
    const QTemporaryDir target;
    const SlowServer server(m_archive);
    FormFixture fixture(2, 4);
    DataChooser chooser(fixture.provider, fixture.settings);
    chooser.setArchiveSource(source(server));
    chooser.openFetchDialog();
    chooser.fetchDialog()->setFolder(target.path());
    QTest::mouseClick(start(*chooser.fetchDialog()), Qt::LeftButton);
    const DataSpec expected{DataKind::Cifar10, target.filePath(QStringLiteral("cifar-10-batches-bin")).toStdString()};
    QTRY_VERIFY_WITH_TIMEOUT(chooser.spec() == expected, timeout);
    QTRY_VERIFY_WITH_TIMEOUT(chooser.dataset(), timeout);
    QCOMPARE(chooser.dataset()->train.size(), std::size_t(200));
    QCOMPARE(chooser.dataset()->classNames.at(8), std::string("ship"));
}

QTEST_MAIN(TestFetchDialog)
#include "tst_fetchdialog.moc"
