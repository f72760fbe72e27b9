// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/exportdialog.h"
#include "ui/export/imageexport.h"
#include "ui/export/textexport.h"
#include "ui/window/appsettings.h"

#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QImage>
#include <QLineEdit>
#include <QMessageBox>
#include <QPainter>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <sys/stat.h>

using namespace normscope;
using namespace Qt::StringLiterals;

class TestExport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rendersAtSizeAndScale_data();
    void rendersAtSizeAndScale();
    void rendersNothingOfNothing();
    void writesFromTheDialog();
    void remembersTheChoices();
    void keepsTheShapeOfATallSheet();
    void namesTheFileAndTheReason();
    void refusesTooLargePictures();
    void saysThatAFileIsReplaced();
    void replacesAFileWhole();
    void makesFileNames_data();
    void makesFileNames();
    void leavesDevicesAlone();
    void savesText();
    void asksWithoutWaiting();
    void saysThatItCouldNotBeWritten();
    void savesNoTextWhenCancelled();
};

namespace {

/// A red frame one unit wide around a white field.
ExportItem frameItem()
{
    ExportItem item;
    item.title = u"A \u201cframe\u201d"_s;
    item.fileStem = u"frame"_s;
    item.defaultSize = QSize(300, 200);
    item.paint = [](QPainter& painter, const QRectF& target) {
        painter.fillRect(target, Qt::red);
        painter.fillRect(target.adjusted(1, 1, -1, -1), Qt::white);
    };
    return item;
}

struct Fixture {
    QTemporaryDir folder;
    AppSettings settings{folder.filePath(u"settings.ini"_s)};
    Fixture() { settings.setExportFolder(folder.path()); }
};

/// Answers the save dialog that comes up: takes `path`, or cancels if it is empty.
void answerFileDialog(const QString& path)
{
    QTimer::singleShot(200, qApp, [path] {
        auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
        if (!dialog)
            return;
        if (path.isEmpty())
            return dialog->reject();
        dialog->findChild<QLineEdit*>(u"fileNameEdit"_s)->setText(path);
        QMetaObject::invokeMethod(dialog, "accept");
    });
}

} // namespace

void TestExport::rendersAtSizeAndScale_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("scale");
    QTest::addColumn<QSize>("pixels");
    QTest::newRow("1") << QSize(120, 80) << 1.0 << QSize(120, 80);
    QTest::newRow("2") << QSize(120, 80) << 2.0 << QSize(240, 160);
    QTest::newRow("1.5") << QSize(120, 80) << 1.5 << QSize(180, 120);
    QTest::newRow("0.5") << QSize(120, 80) << 0.5 << QSize(60, 40);
}

void TestExport::rendersAtSizeAndScale()
{
    QFETCH(QSize, size);
    QFETCH(double, scale);
    QFETCH(QSize, pixels);
    const QImage image = renderExport(frameItem(), size, scale);
    QCOMPARE(image.size(), pixels);
    QCOMPARE(image.devicePixelRatio(), scale);
    QCOMPARE(image.text(u"Title"_s), frameItem().title);
    QCOMPARE(image.pixelColor(image.rect().center()), QColor(Qt::white));
    // All four edges are there: nothing is cropped. Below 1 the frame shares its pixels with the white.
    for (const QPoint corner : {QPoint(0, 0), QPoint(pixels.width() - 1, pixels.height() - 1)}) {
        const QColor colour = image.pixelColor(corner);
        QVERIFY2(colour.red() == 255 && colour.green() < 130 && colour.blue() < 130, qPrintable(colour.name()));
    }
}

void TestExport::rendersNothingOfNothing()
{
    QVERIFY(renderExport(frameItem(), QSize(), 1).isNull());
    QVERIFY(renderExport(frameItem(), QSize(10, 10), 0).isNull());
    QVERIFY(renderExport(frameItem(), QSize(10, 10), -1).isNull());
}

void TestExport::writesFromTheDialog()
{
    Fixture f;
    ExportDialog dialog(frameItem(), f.settings);
    dialog.show();
    QCOMPARE(dialog.filePath(), f.folder.filePath(u"frame.png"_s));
    QCOMPARE(dialog.chosenSize(), QSize(300, 200));
    QCOMPARE(dialog.chosenScale(), 2.0);
    dialog.setFilePath(f.folder.filePath(u"sub %2 name"_s)); // the suffix is added
    QTest::mouseClick(dialog.findChild<QPushButton*>(u"save"_s), Qt::LeftButton);

    const QString path = f.folder.filePath(u"sub %2 name.png"_s);
    QVERIFY2(dialog.message().contains(QDir::toNativeSeparators(path)), qPrintable(dialog.message()));
    const QImage image(path);
    QCOMPARE(image.size(), QSize(600, 400));
    QCOMPARE(image.text(u"Title"_s), frameItem().title);
    QCOMPARE(image.pixelColor(599, 399), QColor(Qt::red));
}

void TestExport::remembersTheChoices()
{
    Fixture f;
    QVERIFY(QDir(f.folder.path()).mkdir(u"elsewhere"_s));
    {
        ExportDialog dialog(frameItem(), f.settings);
        dialog.findChild<QSpinBox*>(u"width"_s)->setValue(360);
        dialog.findChild<QDoubleSpinBox*>(u"scale"_s)->setValue(1.5);
        dialog.setFilePath(f.folder.filePath(u"elsewhere/a.png"_s));
        QVERIFY(dialog.save());
    }
    ExportDialog again(frameItem(), f.settings);
    QCOMPARE(again.chosenSize(), QSize(360, 200));
    QCOMPARE(again.chosenScale(), 1.5);
    QCOMPARE(again.filePath(), f.folder.filePath(u"elsewhere/frame.png"_s));
}

void TestExport::keepsTheShapeOfATallSheet()
{
    Fixture f;
    f.settings.setExportSize(QSize(1200, 800));
    ExportItem sheet = frameItem();
    sheet.defaultSize = QSize(800, 2400);
    QCOMPARE(ExportDialog(sheet, f.settings).chosenSize(), QSize(800, 2400));
}

void TestExport::namesTheFileAndTheReason()
{
    Fixture f;
    ExportDialog dialog(frameItem(), f.settings);
    const QString path = f.folder.filePath(u"missing/a.png"_s);
    dialog.setFilePath(path);
    QVERIFY(!dialog.save());
    QVERIFY2(dialog.message().contains(path), qPrintable(dialog.message()));
    QVERIFY2(dialog.message().contains(u"No such file or directory"_s), qPrintable(dialog.message()));
    QVERIFY(!QFile::exists(path));

    QVERIFY(QDir(f.folder.path()).mkdir(u"folder.png"_s));
    dialog.setFilePath(f.folder.filePath(u"folder.png"_s));
    QVERIFY(!dialog.save());
    QVERIFY2(dialog.message().contains(u"it is a folder"_s), qPrintable(dialog.message()));
}

void TestExport::refusesTooLargePictures()
{
    Fixture f;
    ExportDialog dialog(frameItem(), f.settings);
    auto* save = dialog.findChild<QPushButton*>(u"save"_s);
    QVERIFY(save->isEnabled());
    dialog.findChild<QDoubleSpinBox*>(u"scale"_s)->setValue(8);
    dialog.findChild<QSpinBox*>(u"width"_s)->setValue(5000);
    dialog.findChild<QSpinBox*>(u"height"_s)->setValue(5000);
    QVERIFY(!save->isEnabled());
    QVERIFY2(dialog.message().contains(u"40000"_s), qPrintable(dialog.message()));
    QVERIFY(!save->toolTip().isEmpty());
    dialog.findChild<QDoubleSpinBox*>(u"scale"_s)->setValue(1);
    QVERIFY(save->isEnabled());
    dialog.setFilePath({});
    QVERIFY(!save->isEnabled());
}

void TestExport::saysThatAFileIsReplaced()
{
    Fixture f;
    ExportDialog dialog(frameItem(), f.settings);
    QVERIFY(dialog.message().isEmpty());
    QVERIFY(dialog.save());
    ExportDialog again(frameItem(), f.settings);
    QVERIFY2(again.message().contains(u"exists"_s), qPrintable(again.message()));
    QVERIFY(again.save());
}

void TestExport::replacesAFileWhole()
{
    Fixture f;
    const QString path = f.folder.filePath(u"kept.csv"_s);
    QCOMPARE(writeWholeFile(path, "old"), QString());
    QCOMPARE(writeWholeFile(path, "new"), QString());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("new"));
    QCOMPARE(QDir(f.folder.path()).entryList(QDir::Files), QStringList{u"kept.csv"_s}); // no half files beside it
}

void TestExport::leavesDevicesAlone()
{
    // Not a device of the machine: renaming a finished file over one would take it away.
    Fixture f;
    const QString pipe = f.folder.filePath(u"pipe"_s);
    if (::mkfifo(QFile::encodeName(pipe).constData(), 0600) != 0)
        QSKIP("no named pipes here");
    const QString error = writeWholeFile(pipe, "text");
    QVERIFY2(error.contains(pipe), qPrintable(error));
    struct stat info{};
    QVERIFY(::stat(QFile::encodeName(pipe).constData(), &info) == 0 && S_ISFIFO(info.st_mode));
}

void TestExport::makesFileNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("stem");
    QTest::newRow("title") << u"Group norm (4 groups)"_s << u"group-norm-4-groups"_s;
    QTest::newRow("path") << u"../../etc/passwd"_s << u"etc-passwd"_s;
    QTest::newRow("newline") << u"a\nb"_s << u"a-b"_s;
    QTest::newRow("nothing left") << u"///"_s << u"export"_s;
    QTest::newRow("long") << QString(500, u'x') << QString(80, u'x');
}

void TestExport::makesFileNames()
{
    QFETCH(QString, name);
    QFETCH(QString, stem);
    QCOMPARE(fileStem(name), stem);
}

void TestExport::savesText()
{
    Fixture f;
    QWidget window;
    window.show();
    const QString path = f.folder.filePath(u"m.csv"_s);
    answerFileDialog(path);
    QString saved;
    QVERIFY(saveTextWithDialog(&window, u"Export"_s, u"metrics.csv"_s, "a,b\n\xC3\xA4,2\n", f.settings, &saved));
    QCOMPARE(saved, path);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("a,b\n\xC3\xA4,2\n"));
    QCOMPARE(f.settings.exportFolder(), f.folder.path());
}

void TestExport::asksWithoutWaiting()
{
    Fixture f;
    QWidget window;
    window.show();
    const QString path = f.folder.filePath(u"m.csv"_s);
    answerFileDialog(path);
    QString saved;
    askAndSaveText(&window, u"Export"_s, u"metrics.csv"_s, "a,b\n", f.settings, [&](const QString& to) { saved = to; });
    QVERIFY(saved.isEmpty());
    const auto* dialog = window.findChild<QFileDialog*>();
    QVERIFY(dialog && dialog->isVisible());
    QCOMPARE(dialog->windowModality(), Qt::WindowModal);
    QTRY_COMPARE(saved, path);
    QCOMPARE(QFileInfo(path).size(), 4);
    QTRY_VERIFY(!window.findChild<QFileDialog*>());
}

void TestExport::saysThatItCouldNotBeWritten()
{
    Fixture f;
    QWidget window;
    window.show();
    bool saved = false;
    askAndSaveText(&window, u"Export"_s, u"metrics.csv"_s, "a,b\n", f.settings, [&](const QString&) { saved = true; });
    auto* dialog = window.findChild<QFileDialog*>();
    Q_EMIT dialog->fileSelected(f.folder.filePath(u"nowhere/m.csv"_s)); // the dialog itself refuses such a folder
    const auto* box = window.findChild<QMessageBox*>();
    QVERIFY(box && box->isVisible());
    QVERIFY2(box->text().contains(u"nowhere/m.csv"_s), qPrintable(box->text()));
    QVERIFY(!saved);
}

void TestExport::savesNoTextWhenCancelled()
{
    Fixture f;
    QWidget window;
    window.show();
    answerFileDialog({});
    QVERIFY(!saveTextWithDialog(&window, u"Export"_s, u"metrics.csv"_s, "a", f.settings));
    QVERIFY(!QFile::exists(f.folder.filePath(u"metrics.csv"_s)));
}

QTEST_MAIN(TestExport)
#include "tst_export.moc"
