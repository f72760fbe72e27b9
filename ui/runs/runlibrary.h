// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/recovery.h"
#include "model/store/runstore.h"
#include "ui/runs/storelook.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <vector>

namespace normscope {

struct RunEntry;

/// One run as the window knows it.
struct Run {
    RunRecord record;
    bool checked = false;
    bool heldElsewhere = false; ///< it waits in another process' queue
    QString id() const { return QString::fromStdString(record.id); }
    QString name() const { return QString::fromStdString(record.name); } ///< with "(quick look)" added by displayName()
    QString displayName() const; ///< name, marked "(quick look)" where the run is one
};

/// All runs of the store, which of them are checked, and what is known of each. The one source for every
/// page: a page shows checkedRuns() in that order and listens to the signals. Lives in the window's thread.
class RunLibrary : public QObject {
    Q_OBJECT
public:
    explicit RunLibrary(RunStore store, QObject* parent = nullptr);
    ~RunLibrary() override;

    const RunStore& store() const;
    std::vector<const Run*> runs() const;        ///< oldest first; pointers are valid until the next signal
    std::vector<const Run*> checkedRuns() const; ///< in the same order
    const Run* run(const QString& id) const;     ///< null if there is none

    /// Training loss of every batch so far; loaded from the folder the first time it is asked for.
    const std::vector<float>& batchLosses(const QString& id);
    /// The latest evaluation: live, or loaded from predictions.csv the first time; null where there is none.
    std::shared_ptr<const Evaluation> evaluation(const QString& id);

    // What the user does. Each is written to the store; a failure is told by storeError().
    QString create(const RunSpec& spec, const QString& name = {}); ///< a queued, checked run; its id, or empty
    void setChecked(const QString& id, bool checked);
    void setChecked(const QStringList& ids, bool checked); ///< with a single checkedChanged()
    void rename(const QString& id, const QString& name);
    void setNote(const QString& id, const QString& note);
    void setColour(const QString& id, int colourIndex);
    void remove(const QString& id); ///< to the trash
    void undoRemove();              ///< brings the last removed run back, as it was
    bool canUndoRemove() const;
    void purgeRemoved();            ///< deletes for good what this window removed
    void refresh(); ///< reads the store again: runs of the command line or of another window

    // What a StoreWatcher needs. The counter grows with every change that this window makes.
    const StoreStamps& stampsAtStart() const; ///< of the files as they were just before they were read
    quint64 changeCount() const;
    /// Takes over what a look found that began at changeCount() `since`. Runs that changed here meanwhile are left alone
    /// and returned: they must be read again.
    QStringList applyStoreChanges(const StoreChanges& changes, quint64 since);
    /// A run that was written anew on this window's behalf: queued again, or repaired.
    void replaceRecord(const RunRecord& record);
    /// Puts an ended run into the state Queued, so that it can be enqueued; false where that fails, which is told.
    bool requeue(const QString& id, const ResumeChoice& choice = {});
    void setQueuedHere(const QString& id, bool queued); ///< the controller's queue has it, and its lock

    /// A run that this window trains: its folder is the worker's until it ends, so name, note and colour
    /// given meanwhile wait in memory and are written when applyRecord() brings its end.
    bool isTrainedHere(const QString& id) const;

    // What the training tells, in the window's thread.
    void applyRecord(const RunRecord& record); ///< state, summary; keeps name, note and colour given meanwhile
    /// A run's training begins, or goes on, after so many whole epochs and batches; what is known beyond is dropped.
    void continueFrom(const QString& id, std::size_t epochs, std::size_t batches);
    void appendEpoch(const QString& id, const EpochMetrics& metrics);
    void appendBatchLosses(const QString& id, const std::vector<float>& losses);
    void setEvaluation(const QString& id, std::shared_ptr<const Evaluation> evaluation);

Q_SIGNALS:
    void runAdded(const QString& id);
    void removing(const QString& id); ///< just before remove() moves it away: whoever holds its lock lets go
    void runRemoved(const QString& id);
    void runChanged(const QString& id);        ///< name, note, colour or state
    void checkedChanged();                     ///< also after runAdded or runRemoved of a checked run
    void epochAppended(const QString& id);
    void batchLossesAppended(const QString& id);
    void evaluationChanged(const QString& id);
    void storeError(const QString& message);

private:
    void changeIdentity(const QString& id, const std::function<void(RunRecord&)>& change);
    void tell(const Error& error);
    void insert(RunRecord record);
    void readAgain(RunEntry& entry, RunRecord record);
    void dropMissing(const StoreStamps& present, quint64 since);
    void readSummary(RunRecord& record) const;
    void keepIdentity(const RunRecord& named);

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
