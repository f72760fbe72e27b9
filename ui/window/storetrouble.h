// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/checkpoint.h"
#include "model/store/runstore.h"

#include <QMessageBox>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QThreadPool>
#include <QTimer>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace normscope {

class MessageBar;
class RunLibrary;
class TrainingController;

/// Says in a banner, as long as it lasts, that the store cannot be read or written, and what becomes of the runs: they
/// wait for space, go on in memory, or are kept in another folder that the user chooses.
class StoreTrouble : public QObject {
    Q_OBJECT
public:
    StoreTrouble(QWidget& window, RunLibrary& library, TrainingController& controller, MessageBar& banner);
    ~StoreTrouble() override;

    /// What was wrong with the store when the window opened: no runs can be started. Empty: nothing.
    void setStartProblem(const QString& sentence);
    void setReadProblem(const QString& reason); ///< the store cannot be looked at just now; empty: it can
    QString whyNotStart() const;
    QStringList runsInMemory() const; ///< ended, and written nowhere yet
    /// The runs in memory go there, now or when they end; those whose own folder can be written again, go back into it.
    void keepIn(const QString& folder);
    void tryAgain(); ///< the ended runs go back into their own folders where those can be written again
    /// False: runs are in memory only, and the user is being asked.
    bool mayClose();
    /// For a window that nobody can answer any more: the runs in memory go back, or into the first folder that takes them.
    void rescue();
    QMessageBox* question() const { return m_question; }

Q_SIGNALS:
    void changed(); ///< whyNotStart()
    void anotherStoreWanted(); ///< the user pressed the banner's button
    void kept(const QString& news, const QString& folder); ///< the runs are in that folder now
    void wroteBack(const QString& news); ///< runs are in their own folders after all
    void notKept(const QString& news);

private:
    struct Failing {
        QString message;
        bool waiting = false;
    };
    struct InMemory {
        std::shared_ptr<const Checkpoint> checkpoint;
        std::optional<RunState> state; ///< none: it has not ended yet
    };
    void connectTraining();
    void refresh();
    bool sayMemory();
    bool sayFailing();
    bool sayReadProblem();
    void chooseFolder();
    void ask();
    void runEnded(const QString& id);
    struct Taken {
        std::vector<RunRecord> back; ///< as they are in their own folders now
        QStringList elsewhere;
        QString error;
    };
    void keep(const QString& folder, bool quietly);
    void taken(const QString& folder, const Taken& result, bool quietly);
    void sayTaken(const QString& folder, const QStringList& back, const QStringList& elsewhere);
    QString nameOf(const QString& id) const;
    QString namesOf(const QStringList& ids) const;
    static Taken take(const RunStore& own, const std::string& folder, const std::map<QString, InMemory>& runs);

    QWidget& m_window;
    RunLibrary& m_library;
    TrainingController& m_controller;
    MessageBar& m_banner;
    QString m_startProblem;
    QString m_readProblem;
    std::map<QString, Failing> m_failing; ///< by run
    std::map<QString, InMemory> m_memory;
    QStringList m_underWay; ///< being written just now
    QTimer m_retry;
    QString m_place; ///< where runs go that end in memory, once chosen
    bool m_closeAfterwards = false;
    QPointer<QMessageBox> m_question;
    QThreadPool m_pool;
};

} // namespace normscope
