// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/datasetprovider.h"

#include "ui/training/background.h"

#include <QHash>
#include <QSet>
#include <QThread>

#include <atomic>
#include <exception>
#include <utility>

namespace normscope {

namespace {

QString keyOf(const DataSpec& spec)
{
    return QString::fromStdString(spec.toString());
}

} // namespace

struct DatasetProvider::Private {
    std::shared_ptr<DatasetCache> cache;
    QThread thread;
    QObject* loader = nullptr; ///< lives in `thread`; what is posted to it runs there, one after another
    std::atomic<bool> cancel{false};
    QSet<QString> pending;
    QHash<QString, QString> errors;
};

DatasetProvider::DatasetProvider(std::shared_ptr<DatasetCache> cache, QObject* parent)
    : QObject(parent), d(std::make_unique<Private>())
{
    d->cache = std::move(cache);
    d->loader = new QObject;
    d->loader->moveToThread(&d->thread);
    connect(&d->thread, &QThread::finished, d->loader, &QObject::deleteLater);
    d->thread.setObjectName(QStringLiteral("dataset loader"));
    connect(&d->thread, &QThread::started, d->loader, [] { giveWayToTheWindow(); }); // on the thread itself
    d->thread.start();
}

DatasetProvider::~DatasetProvider()
{
    d->cancel = true;
    d->thread.quit();
    d->thread.wait();
}

std::shared_ptr<DatasetCache> DatasetProvider::cache() const
{
    return d->cache;
}

std::shared_ptr<const Dataset> DatasetProvider::peek(const DataSpec& spec) const
{
    return d->cache->peek(spec);
}

bool DatasetProvider::isBusy() const
{
    return !d->pending.isEmpty();
}

QString DatasetProvider::lastError(const DataSpec& spec) const
{
    return d->errors.value(keyOf(spec));
}

void DatasetProvider::request(const DataSpec& spec)
{
    const QString key = keyOf(spec);
    if (d->pending.contains(key))
        return;
    d->pending.insert(key);
    d->errors.remove(key);
    QMetaObject::invokeMethod(d->loader, [this, spec] { load(spec); }, Qt::QueuedConnection);
}

// On the loader's thread: only copies go back to the window's.
void DatasetProvider::load(const DataSpec& spec)
{
    const QString key = keyOf(spec);
    LoadOptions options;
    options.cancel = &d->cancel;
    options.progress = [this, key, last = -1](std::size_t done, std::size_t total) mutable {
        const int percent = total == 0 ? 0 : int(done * 100 / total);
        if (percent != std::exchange(last, percent))
            QMetaObject::invokeMethod(this, [this, key, percent] { Q_EMIT progress(key, percent); }, Qt::QueuedConnection);
    };
    QString message;
    try {
        const auto result = d->cache->load(spec, options);
        if (!result)
            message = QString::fromStdString(result.error().message);
    } catch (const std::exception& e) {
        message = tr("%1 could not be loaded: %2").arg(key, QString::fromLocal8Bit(e.what()));
    }
    QMetaObject::invokeMethod(this, [this, key, message] { answer(key, message); }, Qt::QueuedConnection);
}

void DatasetProvider::answer(const QString& key, const QString& error)
{
    d->pending.remove(key);
    if (error.isEmpty()) {
        Q_EMIT ready(key);
        return;
    }
    d->errors.insert(key, error);
    Q_EMIT failed(key, error);
}

} // namespace normscope
