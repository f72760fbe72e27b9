// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>

namespace normscope {

class MessageBar;
class RunLibrary;
class TrainingController;

/// Offers the runs that an earlier window left in its queue. The bar goes when there is nothing left to offer.
class QueueOffer : public QObject {
    Q_OBJECT
public:
    QueueOffer(RunLibrary& library, TrainingController& controller, MessageBar& bar, QObject* parent = nullptr);

    void offer(); ///< what waits now and is in nobody's queue

private:
    QStringList waiting(const QStringList& among) const;
    void refresh();
    void say();

    RunLibrary& m_library;
    TrainingController& m_controller;
    MessageBar& m_bar;
    QStringList m_offered;
};

} // namespace normscope
