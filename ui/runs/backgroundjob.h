// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include <memory>
#include <utility>

namespace normscope {

/// What the exception that is being handled says, for a person.
QString caughtText();

/// Does `work` on a thread of the pool, then hands its result to `done` in the context's thread, or to `failed` what was
/// thrown on the way. The pool must end (waitForDone) before the context does; then a result that comes too late is dropped.
template <class Work, class Done, class Failed>
void inBackground(QThreadPool& pool, QObject* context, Work work, Done done, Failed failed)
{
    pool.start([context, work = std::move(work), done = std::move(done), failed = std::move(failed)]() mutable {
        try {
            auto result = std::make_shared<decltype(work())>(work());
            QMetaObject::invokeMethod(context, [done = std::move(done), result]() mutable { done(std::move(*result)); },
                                      Qt::QueuedConnection);
        } catch (...) { // one that left the pool's thread would end the program while it trains
            QMetaObject::invokeMethod(context, [failed = std::move(failed), text = caughtText()]() mutable { failed(text); },
                                      Qt::QueuedConnection);
        }
    });
}

} // namespace normscope
