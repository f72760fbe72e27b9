// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/store/runstore.h"

#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <vector>

namespace normscope {

/// One run as the window knows it.
struct Run {
    RunRecord record;
    bool checked = false;
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
    void refresh(); ///< reads the store again: runs of the command line or of another window

    /// A run that this window trains: its folder is the worker's until it ends, so name, note and colour
    /// given meanwhile wait in memory and are written when applyRecord() brings its end.
    bool isTrainedHere(const QString& id) const;

    // What the training tells, in the window's thread.
    void applyRecord(const RunRecord& record); ///< state, summary; keeps name, note and colour given meanwhile
    void appendEpoch(const QString& id, const EpochMetrics& metrics);
    void appendBatchLosses(const QString& id, const std::vector<float>& losses);
    void setEvaluation(const QString& id, std::shared_ptr<const Evaluation> evaluation);

Q_SIGNALS:
    void runAdded(const QString& id);
    void runRemoved(const QString& id);
    void runChanged(const QString& id);        ///< name, note, colour or state
    void checkedChanged();                     ///< also after runAdded or runRemoved of a checked run
    void epochAppended(const QString& id);
    void batchLossesAppended(const QString& id);
    void evaluationChanged(const QString& id);
    void storeError(const QString& message);

private:
    void changeIdentity(const QString& id, const std::function<void(RunRecord&)>& change);
    void dropMissing(const QSet<QString>& present);
    void readSummary(RunRecord& record) const;

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
