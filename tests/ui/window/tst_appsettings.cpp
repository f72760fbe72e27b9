// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/appsettings.h"

#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace Qt::StringLiterals;

class AppSettingsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void startsWithDefaults()
    {
        const QTemporaryDir folder;
        const AppSettings settings(folder.filePath(u"a.ini"_s));
        QVERIFY(settings.windowGeometry().isEmpty());
        QCOMPARE(settings.page(), 0);
        QVERIFY(settings.dataSpec().isEmpty());
        QVERIFY(!settings.exportSize().isValid());
        QCOMPARE(settings.exportScale(), 2.0);
        QCOMPARE(settings.theme(), u"system"_s);
        QVERIFY(settings.runsAtOnce());
        QVERIFY(!settings.hasCheckedRuns(u"/a/store"_s));
    }

    void remembers()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(u"a.ini"_s);
        {
            AppSettings settings(file);
            settings.setWindowGeometry("geometry");
            settings.setSplitterState("splitter");
            settings.setPage(3);
            settings.setDataSpec(u"folder:/bilder/ä, b"_s);
            settings.setExportFolder(u"/tmp/x y"_s);
            settings.setExportSize(QSize(640, 480));
            settings.setExportScale(1.5);
            settings.setTheme(u"dark"_s);
            settings.setRunsAtOnce(false);
            settings.setCheckedRuns(u"/a/store"_s, {u"one"_s, u"two"_s});
            settings.setCheckedRuns(u"/b/store"_s, {});
        }
        const AppSettings settings(file);
        QCOMPARE(settings.windowGeometry(), QByteArray("geometry"));
        QCOMPARE(settings.splitterState(), QByteArray("splitter"));
        QCOMPARE(settings.page(), 3);
        QCOMPARE(settings.dataSpec(), u"folder:/bilder/ä, b"_s);
        QCOMPARE(settings.exportFolder(), u"/tmp/x y"_s);
        QCOMPARE(settings.exportSize(), QSize(640, 480));
        QCOMPARE(settings.exportScale(), 1.5);
        QCOMPARE(settings.theme(), u"dark"_s);
        QVERIFY(!settings.runsAtOnce());
        QCOMPARE(settings.checkedRuns(u"/a/store"_s), (QStringList{u"one"_s, u"two"_s}));
        QVERIFY(settings.hasCheckedRuns(u"/b/store"_s)); // none checked is a choice too
        QVERIFY(settings.checkedRuns(u"/b/store"_s).isEmpty());
    }
};

QTEST_GUILESS_MAIN(AppSettingsTest)
#include "tst_appsettings.moc"
