// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/storelook.h"

#include <QObject>
#include <QThreadPool>

#include <functional>

class QTimer;

namespace normscope {

class RunLibrary;

/// Shows in the library what other windows and command lines do in the store: looks at every run's files once a second,
/// on a thread of its own, and has those read again that changed.
class StoreWatcher : public QObject {
    Q_OBJECT
public:
    using Look = std::function<StoreChanges(const StoreLook&)>; ///< on another thread
    explicit StoreWatcher(RunLibrary& library, QObject* parent = nullptr, Look look = lookAtStore); ///< its first look comes after one interval
    ~StoreWatcher() override;

    static constexpr int usualInterval = 1000; ///< ms
    void setInterval(int ms);
    void look(); ///< now, unless a look is under way
    QString problem() const { return m_problem; } ///< why the store cannot be read just now; else empty

Q_SIGNALS:
    void problemChanged();
    void looked(); ///< a look has ended, and the library knows what it found

private:
    StoreLook nextLook();
    void take(StoreChanges changes, quint64 since);
    void endLook(const QString& problem);

    RunLibrary& m_library;
    Look m_look;
    StoreStamps m_stamps;
    std::unordered_set<std::string> m_again;
    QString m_problem;
    QTimer* m_timer;
    QThreadPool m_pool;
    bool m_isLooking = false;
};

} // namespace normscope
