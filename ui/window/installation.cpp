// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/installation.h"

#include "model/training/trainer.h"
#include "ui/window/logfile.h"

#include <QCoreApplication>
#include <QDir>
#include <QGuiApplication>
#include <QLocale>
#include <QStorageInfo>
#include <QSysInfo>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(normscope::Installation)
};

QString spaceText(const QString& folder)
{
    const QStorageInfo storage(folder);
    if (!storage.isValid() || !storage.isReady())
        return Texts::tr("not known: the folder is not there");
    const QLocale locale;
    const QString space = Texts::tr("%1 of %2 (%3)").arg(locale.formattedDataSize(storage.bytesAvailable()), locale.formattedDataSize(storage.bytesTotal()),
                                                         QString::fromLatin1(storage.fileSystemType()));
    return storage.isReadOnly() ? Texts::tr("%1, read-only").arg(space) : space;
}

QString engineText(const SystemInfo& info)
{
    if (!info.fastEngine)
        return Texts::tr("LibTorch; the fast engine cannot run here");
    return info.cpuBf16 ? Texts::tr("fast, also in bf16") : Texts::tr("fast; no bf16 on this processor");
}

QString orNone(const QString& path)
{
    return path.isEmpty() ? Texts::tr("none") : QDir::toNativeSeparators(path);
}

} // namespace

InstallationRows installationRows(const QString& storeFolder, const QString& settingsFile)
{
    const SystemInfo info = systemInfo();
    const QString running = QString::fromLatin1(qVersion());
    return {
        {Texts::tr("Normscope"), QString::fromStdString(info.version)},
        {Texts::tr("LibTorch"), QString::fromStdString(info.torchVersion)},
        {Texts::tr("Qt"), Texts::tr("%1, built with %2, %3").arg(running, QString::fromLatin1(QT_VERSION_STR), QGuiApplication::platformName())},
        {Texts::tr("System"), Texts::tr("%1, %2 %3, %4").arg(QSysInfo::prettyProductName(), QSysInfo::kernelType(), QSysInfo::kernelVersion(),
                                                             QSysInfo::currentCpuArchitecture())},
        {Texts::tr("GPU"), info.cuda ? QString::fromStdString(info.cudaDevice) : Texts::tr("none that this LibTorch can use")},
        {Texts::tr("Processor cores"), QString::number(info.cores)},
        {Texts::tr("Engine on the CPU"), engineText(info)},
        {Texts::tr("Store"), orNone(storeFolder)},
        {Texts::tr("Free space there"), spaceText(storeFolder)},
        {Texts::tr("Settings"), orNone(settingsFile)},
        {Texts::tr("Log"), orNone(logPath())},
        {Texts::tr("Locale"), QLocale().name()},
    };
}

QString installationText(const InstallationRows& rows)
{
    QString text;
    for (const auto& [name, value] : rows)
        text += u"%1: %2\n"_s.arg(name, value);
    return text;
}

} // namespace normscope
