// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/recovery.h"

#include <QObject>
#include <QStringList>

class QWidget;

namespace normscope {

class MessageBar;
class QueueOffer;
class RunLibrary;
class RunPanel;
class RunRevival;
class StoreTrouble;
class StoreWatcher;
class TrainingController;

/// All that the window has to do with the store besides showing its runs: follows what others do in it, goes on with
/// interrupted runs, offers the queue of last time, and tells of trouble.
class StoreSide : public QObject {
    Q_OBJECT
public:
    /// `news` is for what happened once; the other two bars are for as long as they say something.
    StoreSide(QWidget& window, RunLibrary& library, TrainingController& controller, RunPanel& runs, MessageBar& news);

    MessageBar* troubleBar() const { return m_troubleBar; }
    MessageBar* offerBar() const { return m_offerBar; }
    StoreTrouble* trouble() const { return m_trouble; }
    StoreWatcher* watcher() const { return m_watcher; }

    /// `sentence`: why the wanted store could not be opened; else the library's own is tried.
    void begin(const QString& sentence);
    void offerQueue(); ///< what waits and is in nobody's queue
    void showFolder();
    void chooseAnother(); ///< asks for another store; not while something trains
    void lookAgain(); ///< reads the store, and tries whether it can be written now

Q_SIGNALS:
    void storeRequested(const QString& folder);

private:
    void connectRevival(RunPanel& runs);
    void connectTrouble();
    void probe();
    QString folder() const;

    QWidget& m_window;
    RunLibrary& m_library;
    TrainingController& m_controller;
    MessageBar& m_news;
    MessageBar* m_troubleBar;
    MessageBar* m_offerBar;
    RunRevival* m_revival;
    StoreWatcher* m_watcher;
    StoreTrouble* m_trouble;
    QueueOffer* m_offer;
    bool m_isPlaceholder = false; ///< the library's store stands in for one that could not be opened
};

} // namespace normscope
