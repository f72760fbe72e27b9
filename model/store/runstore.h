// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/store/runrecord.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

struct Checkpoint;

/// The folder that holds one folder per run: run.json, metrics.csv, batches.csv, predictions.csv, weights.pt.
/// Every file is replaced whole (written beside, fsync, rename), so a reader never sees half of one.
/// A RunStore is cheap to copy and has no state but its path; use it from one thread at a time per run.
class RunStore {
public:
    /// Makes the folder if needed. Errors: Io with the path and the system's reason.
    static Result<RunStore> open(const std::string& folder);
    /// $XDG_DATA_HOME/normscope/runs or ~/.local/share/normscope/runs.
    static Result<std::string> defaultFolder();

    const std::string& folder() const { return m_folder; }

    /// Every run, oldest first. A folder that cannot be read comes as RunState::Damaged with the reason;
    /// a Running one whose owner's process is gone comes as Interrupted.
    std::vector<RunRecord> list() const;
    Result<RunRecord> load(std::string_view id) const;
    /// The run that `text` means: an id, a folder's path, or a name that only one run has.
    Result<RunRecord> find(std::string_view text) const;

    /// A new folder with a run.json in state Queued. The id never collides.
    Result<RunRecord> create(const RunSpec& spec, const std::string& name = {}, int colour = 0) const;
    /// Replaces run.json. `record.epochs` is not written here; see appendEpoch.
    Status save(const RunRecord& record) const;
    /// Changes what a person may change (name, note, colour) in run.json as it is on disk now, under the run's lock.
    /// Errors: BadUsage where another process trains it.
    Result<RunRecord> edit(std::string_view id, const std::function<void(RunRecord&)>& change) const;

    /// Appends one row to metrics.csv: `Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds`.
    Status appendEpoch(const RunRecord& record, const EpochMetrics& metrics) const;
    /// Appends to batches.csv (`Batch,Train Loss`), 1-based batch number over the whole run.
    Status appendBatchLosses(const RunRecord& record, std::size_t firstBatch, const std::vector<float>& losses) const;
    std::vector<float> batchLosses(const RunRecord& record) const;

    /// predictions.csv: `index,label,predicted`, then one probability per class, named after the class.
    Status savePredictions(const RunRecord& record, const Evaluation& evaluation) const;
    Result<Evaluation> predictions(const RunRecord& record) const;
    bool hasPredictions(const RunRecord& record) const;

    /// Replaces `checkpoint`; the one before becomes `checkpoint.before`. Read them with findCheckpoint() (recovery.h).
    Status saveCheckpoint(const RunRecord& record, const Checkpoint& checkpoint) const;

    std::string weightsPath(const RunRecord& record) const; ///< FOLDER/weights.pt

    /// Moves the run's folder to the store's trash; restore() brings it back, emptyTrash() ends that.
    Status remove(std::string_view id) const;
    Status restore(std::string_view id) const;
    Status emptyTrash() const;
    Status purge(std::string_view id) const; ///< deletes one run from the trash for good

private:
    explicit RunStore(std::string folder) : m_folder(std::move(folder)) {}
    std::string m_folder;
};

/// Text of confusion.csv (true label down, predicted across) and of the comparison table.
std::string confusionCsv(const ConfusionMatrix& matrix, const std::vector<std::string>& classNames);
/// One row per run: `Run,Train Acc,Test Acc,Train Loss,Test Loss,Parameters,Epochs,Seconds,Targets Met,Quick Look,...`.
std::string comparisonCsv(const std::vector<RunRecord>& runs);
std::string comparisonJson(const std::vector<RunRecord>& runs);

/// RFC 4180 quoting; a field that a spreadsheet would read as a formula gets a leading apostrophe.
std::string csvField(std::string_view text);

} // namespace normscope
