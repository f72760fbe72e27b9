// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/fetchjob.h"

#include <QThread>

namespace normscope {

FetchJob::FetchJob(QObject* parent) : QObject(parent) {}

FetchJob::~FetchJob()
{
    m_cancel = true;
    if (m_thread)
        m_thread->wait();
}

void FetchJob::download(const QString& folder, const ArchiveSource& source)
{
    start([folder = folder.toStdString(), source](const DownloadOptions& options) {
        return fetchCifar10(folder, source, options);
    });
}

void FetchJob::extract(const QString& archive, const QString& folder, const ArchiveSource& source)
{
    start([archive = archive.toStdString(), folder = folder.toStdString(), source](const DownloadOptions& options) {
        return extractCifar10(archive, folder, source, options);
    });
}

void FetchJob::start(std::function<Result<std::string>(const DownloadOptions&)> work)
{
    if (isRunning())
        return;
    m_cancel = false;
    m_thread.reset(QThread::create([this, work = std::move(work)] {
        DownloadOptions options;
        options.cancel = &m_cancel;
        options.progress = [this](const DownloadProgress& progress) {
            QMetaObject::invokeMethod(
                this, [this, progress] { Q_EMIT progressed(progress); }, Qt::QueuedConnection);
        };
        const Result<std::string> result = work(options);
        QMetaObject::invokeMethod(
            this, [this, result] { finish(result); }, Qt::QueuedConnection);
    }));
    m_thread->start();
}

void FetchJob::finish(const Result<std::string>& result)
{
    m_thread->wait();
    m_thread.reset();
    if (result.ok())
        Q_EMIT succeeded(QString::fromStdString(result.value()));
    else if (result.error().code == ErrorCode::Cancelled)
        Q_EMIT cancelled();
    else
        Q_EMIT failed(QString::fromStdString(result.error().message));
}

void FetchJob::cancel()
{
    m_cancel = true;
}

bool FetchJob::isRunning() const
{
    return m_thread != nullptr;
}

} // namespace normscope
