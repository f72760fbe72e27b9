// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/dataguess.h"

#include <QCoreApplication>
#include <QDir>

namespace normscope {

namespace {

bool holdsCifar10(const QDir& folder)
{
    // Any batch will do: of a folder that lacks one, the reader says which.
    const QStringList batches{QStringLiteral("data_batch_?.bin"), QStringLiteral("data_batch_?"), QStringLiteral("test_batch.bin"),
                              QStringLiteral("test_batch")};
    return !folder.entryList(batches, QDir::Files).isEmpty();
}

} // namespace

DataSpec guessDataSpec(const QString& folder)
{
    const QDir dir(folder);
    const auto spec = [](DataKind kind, const QDir& where) {
        return DataSpec{kind, QDir::cleanPath(where.absolutePath()).toStdString()};
    };
    if (holdsCifar10(dir))
        return spec(DataKind::Cifar10, dir);
    for (const auto& below : {QStringLiteral("cifar-10-batches-bin"), QStringLiteral("cifar-10-batches-py")})
        if (const QDir inner(dir.filePath(below)); holdsCifar10(inner))
            return spec(DataKind::Cifar10, inner);
    if (!dir.entryList({QStringLiteral("*-idx?-ubyte"), QStringLiteral("*-idx?-ubyte.gz")}, QDir::Files).isEmpty())
        return spec(DataKind::FashionMnist, dir);
    return spec(DataKind::Folder, dir);
}

QString dataChoiceText(const DataSpec& spec)
{
    const QString path = QDir::toNativeSeparators(QString::fromStdString(spec.path));
    const QString name = QString::fromStdString(spec.title());
    return path.isEmpty() ? name : QCoreApplication::translate("DataChooser", "%1: %2").arg(name, path);
}

QString withPackageHint(const DataSpec& spec, const QString& error)
{
    const QString package = QStringLiteral("dataset-fashion-mnist");
    if (spec.kind != DataKind::FashionMnist || !spec.path.empty() || error.contains(package))
        return error;
    return QCoreApplication::translate("DataChooser", "%1 Install Debian's package: sudo apt install %2")
        .arg(error, package);
}

} // namespace normscope
