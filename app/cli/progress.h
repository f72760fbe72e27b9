// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/atonce.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace normscope::cli {

/// Where runs that train at once tell how far they are; safe from any thread. A line per epoch, which names its run where
/// there are several, and on a terminal a line that changes below; all of it on stderr.
class ProgressLines {
public:
    /// `several`: a run is named in each of its lines.
    explicit ProgressLines(bool several);

    void batchDone(const std::string& id, const std::string& shortName, const BatchProgress& progress);
    void epochDone(const std::string& name, const EpochMetrics& metrics);
    void say(const std::string& name, const std::string& text); ///< a line of its own
    void ended(const std::string& id); ///< its part of the changing line is over

private:
    std::string changingLine(const BatchProgress& newest) const;

    const bool m_several;
    const bool m_terminal;
    std::mutex m_mutex;
    struct Now {
        std::string shortName;
        BatchProgress progress;
    };
    std::map<std::string, Now> m_now; ///< by id: two runs may have one norm, and one name
    std::chrono::steady_clock::time_point m_next;
};

/// Passes on what one run tells.
class ProgressPrinter : public TrainerObserver {
public:
    ProgressPrinter(ProgressLines& lines, std::string id, std::string name, std::string shortName, TogetherRun& run)
        : m_lines(lines), m_id(std::move(id)), m_name(std::move(name)), m_shortName(std::move(shortName)), m_run(run)
    {
    }

    void batchDone(const BatchProgress& progress) override
    {
        m_run.done = doneOf(progress);
        m_lines.batchDone(m_id, m_shortName, progress);
    }
    void epochDone(const EpochMetrics& metrics) override { m_lines.epochDone(m_name, metrics); }
    void resumed(const TrainingPosition& from, const std::string& note) override;
    void saveFailed(const Error& error, bool waiting) override;
    void saveRecovered() override { m_lines.say(m_name, "Everything is saved again."); }
    void dataChanged(const std::string& what) override { m_lines.say(m_name, what); }
    void keptInMemory(std::shared_ptr<const Checkpoint> checkpoint) override { m_unsaved = std::move(checkpoint); }

    /// What of the run is only in memory when it has ended; null where all was saved.
    const std::shared_ptr<const Checkpoint>& unsaved() const { return m_unsaved; }

private:
    ProgressLines& m_lines;
    std::string m_id;
    std::string m_name;
    std::string m_shortName;
    TogetherRun& m_run;
    std::shared_ptr<const Checkpoint> m_unsaved;
};

} // namespace normscope::cli
