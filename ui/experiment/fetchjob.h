// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/download.h"

#include <QObject>
#include <QString>

#include <atomic>
#include <memory>

class QThread;

namespace normscope {

/// One download or extraction on a thread of its own. Ends with exactly one of succeeded, failed and cancelled,
/// told in the thread that owns the job.
class FetchJob : public QObject {
    Q_OBJECT
public:
    explicit FetchJob(QObject* parent = nullptr);
    ~FetchJob() override; ///< cancels and waits

    void download(const QString& folder, const ArchiveSource& source);
    void extract(const QString& archive, const QString& folder, const ArchiveSource& source);
    void cancel(); ///< cancelled() follows when the work has noticed
    bool isRunning() const;

Q_SIGNALS:
    void progressed(const normscope::DownloadProgress& progress);
    void succeeded(const QString& folder);
    void failed(const QString& message);
    void cancelled();

private:
    void start(std::function<Result<std::string>(const DownloadOptions&)> work);
    void finish(const Result<std::string>& result);

    std::atomic<bool> m_cancel{false};
    std::unique_ptr<QThread> m_thread;
};

} // namespace normscope
