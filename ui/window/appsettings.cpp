// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/appsettings.h"

#include <QCryptographicHash>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

// A path holds slashes, which QSettings takes for groups.
QString checkedKey(const QString& storeFolder)
{
    return u"runs/checked-"_s
        + QString::fromLatin1(QCryptographicHash::hash(storeFolder.toUtf8(), QCryptographicHash::Sha1).toHex().left(16));
}

} // namespace

AppSettings::AppSettings() : m_settings(QSettings::IniFormat, QSettings::UserScope, u"normscope"_s, u"normscope"_s) {}

AppSettings::AppSettings(const QString& iniFile) : m_settings(iniFile, QSettings::IniFormat) {}

QByteArray AppSettings::windowGeometry() const
{
    return m_settings.value(u"window/geometry"_s).toByteArray();
}

void AppSettings::setWindowGeometry(const QByteArray& geometry)
{
    m_settings.setValue(u"window/geometry"_s, geometry);
}

QByteArray AppSettings::splitterState() const
{
    return m_settings.value(u"window/splitter"_s).toByteArray();
}

void AppSettings::setSplitterState(const QByteArray& state)
{
    m_settings.setValue(u"window/splitter"_s, state);
}

int AppSettings::page() const
{
    return m_settings.value(u"window/page"_s, 0).toInt();
}

void AppSettings::setPage(int page)
{
    m_settings.setValue(u"window/page"_s, page);
}

QString AppSettings::dataSpec() const
{
    return m_settings.value(u"experiment/data"_s).toString();
}

void AppSettings::setDataSpec(const QString& spec)
{
    m_settings.setValue(u"experiment/data"_s, spec);
}

QString AppSettings::exportFolder() const
{
    return m_settings.value(u"export/folder"_s).toString();
}

void AppSettings::setExportFolder(const QString& folder)
{
    m_settings.setValue(u"export/folder"_s, folder);
}

QSize AppSettings::exportSize() const
{
    return m_settings.value(u"export/size"_s, QSize()).toSize();
}

void AppSettings::setExportSize(const QSize& size)
{
    m_settings.setValue(u"export/size"_s, size);
}

double AppSettings::exportScale() const
{
    return m_settings.value(u"export/scale"_s, 2.0).toDouble();
}

void AppSettings::setExportScale(double scale)
{
    m_settings.setValue(u"export/scale"_s, scale);
}

QString AppSettings::theme() const
{
    return m_settings.value(u"window/theme"_s, u"system"_s).toString();
}

void AppSettings::setTheme(const QString& theme)
{
    m_settings.setValue(u"window/theme"_s, theme);
}

bool AppSettings::runsAtOnce() const
{
    return m_settings.value(u"training/at-once"_s, true).toBool();
}

void AppSettings::setRunsAtOnce(bool atOnce)
{
    m_settings.setValue(u"training/at-once"_s, atOnce);
}

QStringList AppSettings::checkedRuns(const QString& storeFolder) const
{
    return m_settings.value(checkedKey(storeFolder)).toStringList();
}

void AppSettings::setCheckedRuns(const QString& storeFolder, const QStringList& ids)
{
    m_settings.setValue(checkedKey(storeFolder), ids);
}

bool AppSettings::hasCheckedRuns(const QString& storeFolder) const
{
    return m_settings.contains(checkedKey(storeFolder));
}

} // namespace normscope
