// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/traininglane.h"

#include "ui/training/background.h"

#include <utility>

namespace normscope {

TrainingLane::TrainingLane(const RunStore& store, std::shared_ptr<DatasetCache> datasets, TrainFunction train)
    : m_worker(new TrainingWorker(store, std::move(datasets), std::move(train)))
{
    m_worker->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    QObject::connect(&m_thread, &QThread::started, m_worker, [] { giveWayToTheWindow(); }); // on the thread itself
    m_thread.setObjectName(QStringLiteral("training"));
    m_thread.start();
}

TrainingLane::~TrainingLane()
{
    if (m_thread.isRunning())
        finish();
}

void TrainingLane::finish()
{
    // Asked through the worker, so that a run handed over just now is still ended and saved.
    QMetaObject::invokeMethod(m_worker, [this] { m_thread.quit(); }, Qt::QueuedConnection);
    m_thread.wait();
}

void TrainingLane::train(const TrainingJob& job)
{
    m_busy = true;
    QMetaObject::invokeMethod(m_worker, [worker = m_worker, job] { worker->train(job); }, Qt::QueuedConnection);
}

} // namespace normscope
