// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress.h"

#include "app/cli/commands.h"

#include <algorithm>
#include <iostream>
#include <sstream>

#include <unistd.h>

namespace normscope::cli {

namespace {

constexpr auto changingEvery = std::chrono::milliseconds(100);

std::string durationText(double seconds)
{
    const auto whole = static_cast<long>(seconds + 0.5);
    return std::to_string(whole / 60) + ":" + (whole % 60 < 10 ? "0" : "") + std::to_string(whole % 60);
}

std::string barText(const BatchProgress& progress)
{
    std::ostringstream text;
    text << "Epoch " << progress.epoch << '/' << progress.epochs;
    if (progress.phase == BatchProgress::Phase::Testing) {
        text << "  testing";
        return text.str();
    }
    constexpr int width = 30;
    const int filled = width * progress.batch / std::max(progress.batches, 1);
    text << " [" << std::string(std::size_t(filled), '=') << std::string(std::size_t(width - filled), ' ') << "] loss "
         << fixed(progress.loss, 4) << "  " << fixed(progress.imagesPerSecond, 0) << " images/s  " << durationText(progress.secondsLeft)
         << " left";
    return text.str();
}

} // namespace

ProgressLines::ProgressLines(bool several) : m_several(several), m_terminal(isatty(STDERR_FILENO) != 0) {}

/// Of a single run a bar; of several how far each is, short enough for a line.
std::string ProgressLines::changingLine(const BatchProgress& newest) const
{
    if (!m_several)
        return barText(newest);
    std::string text;
    double speed = 0, left = 0;
    for (const auto& [id, run] : m_now) {
        const BatchProgress& now = run.progress;
        text += run.shortName + " " + std::to_string(now.epoch) + "/" + std::to_string(now.epochs) + " " + fixed(100 * doneOf(now), 0) + " %  ";
        speed += now.imagesPerSecond;
        left = std::max(left, now.secondsLeft);
    }
    return text + fixed(speed, 0) + " images/s  " + durationText(left) + " left";
}

void ProgressLines::batchDone(const std::string& id, const std::string& shortName, const BatchProgress& progress)
{
    if (!m_terminal)
        return;
    const std::lock_guard lock(m_mutex);
    m_now[id] = {shortName, progress};
    const auto now = std::chrono::steady_clock::now();
    const bool last = !m_several && progress.batch == progress.batches;
    if (!last && now < m_next)
        return;
    m_next = now + changingEvery;
    std::cerr << "\r\033[K" << changingLine(progress) << std::flush;
}

void ProgressLines::epochDone(const std::string& name, const EpochMetrics& m)
{
    const std::lock_guard lock(m_mutex);
    std::cerr << (m_terminal ? "\r\033[K" : "") << (m_several ? name + ": " : "") << "Epoch " << m.epoch << ": train accuracy "
              << fixed(m.trainAccuracy, 2) << " %, test accuracy " << fixed(m.testAccuracy, 2) << " %, train loss " << fixed(m.trainLoss, 4)
              << ", test loss " << fixed(m.testLoss, 4) << ", learning rate " << m.learningRate << ", " << fixed(m.seconds, 1) << " s"
              << std::endl;
}

void ProgressLines::say(const std::string& name, const std::string& text)
{
    const std::lock_guard lock(m_mutex);
    std::cerr << (m_terminal && m_several ? "\r\033[K" : "") << "normscope-cli: " << (m_several ? name + ": " : "") << text << '\n';
}

void ProgressLines::ended(const std::string& id)
{
    const std::lock_guard lock(m_mutex);
    m_now.erase(id);
}

void ProgressPrinter::resumed(const TrainingPosition& from, const std::string& note)
{
    m_lines.say(m_name, "Resumed in epoch " + std::to_string(from.epoch)
                            + (from.batches > 0 ? " after " + std::to_string(from.batches) + " of its batches" : "") + "."
                            + (note.empty() ? "" : " " + note));
}

void ProgressPrinter::saveFailed(const Error& error, bool waiting)
{
    m_lines.say(m_name, error.message + (waiting ? " Training waits until there is space; Ctrl-C stops it."
                                                 : " Training goes on in memory and tries again after each epoch."));
}

} // namespace normscope::cli
