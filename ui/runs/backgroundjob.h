// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <QThreadPool>

#include <memory>
#include <utility>

namespace normscope {

/// Does `work` on a thread of the pool, then hands its result to `done` in the context's thread. The pool must end
/// (waitForDone) before the context does; then a result that comes too late is dropped.
template <class Work, class Done>
void inBackground(QThreadPool& pool, QObject* context, Work work, Done done)
{
    pool.start([context, work = std::move(work), done = std::move(done)]() mutable {
        auto result = std::make_shared<decltype(work())>(work());
        QMetaObject::invokeMethod(context, [done = std::move(done), result]() mutable { done(std::move(*result)); },
                                  Qt::QueuedConnection);
    });
}

} // namespace normscope
