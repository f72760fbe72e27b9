// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/storelook.h"

#include <QObject>
#include <QThreadPool>

class QTimer;

namespace normscope {

class RunLibrary;

/// Shows in the library what other windows and command lines do in the store: looks at every run's files once a second,
/// on a thread of its own, and has those read again that changed.
class StoreWatcher : public QObject {
    Q_OBJECT
public:
    explicit StoreWatcher(RunLibrary& library, QObject* parent = nullptr); ///< its first look comes after one interval
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

    RunLibrary& m_library;
    StoreStamps m_stamps;
    std::unordered_set<std::string> m_again;
    QString m_problem;
    QTimer* m_timer;
    QThreadPool m_pool;
    bool m_isLooking = false;
};

} // namespace normscope
