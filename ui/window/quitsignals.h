// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QSocketNotifier;

namespace normscope {

/// SIGINT and SIGTERM as a signal in the window's thread. The second one ends the process at once, whatever it does.
/// There can be one of these at a time.
class QuitSignals : public QObject {
    Q_OBJECT
public:
    explicit QuitSignals(QObject* parent = nullptr);
    ~QuitSignals() override; ///< the signals do again what they did before

    static constexpr int exitCode = 130; ///< as a shell has it for a program that was interrupted

Q_SIGNALS:
    void quitRequested(int signalNumber);

private:
    void readOne();

    int m_ends[2] = {-1, -1};
    QSocketNotifier* m_notifier = nullptr;
};

} // namespace normscope
