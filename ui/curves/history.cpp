// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/history.h"

#include "model/store/runstore.h"
#include "ui/runs/runlibrary.h"

#include <QTimer>

#include <algorithm>
#include <charconv>

namespace normscope {

namespace {

void appendNumber(std::string& text, double value)
{
    char buffer[32]; // to_chars knows no locale and gives the shortest text that reads back equal
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    text.append(buffer, end);
}

void appendRow(std::string& text, const EpochMetrics& row)
{
    text += std::to_string(row.epoch);
    for (const double value : {row.trainAccuracy, row.testAccuracy, row.trainLoss, row.testLoss, row.learningRate, row.seconds}) {
        text += ',';
        appendNumber(text, value);
    }
    text += '\n';
}

} // namespace

History::History(RunLibrary& library, QObject* parent) : QObject(parent), m_library(library), m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    m_timer->setInterval(refreshInterval);
    connect(m_timer, &QTimer::timeout, this, &History::refresh);
    connect(&library, &RunLibrary::checkedChanged, this, [this] {
        rebuild();
        Q_EMIT changed();
    });
    const auto runsDue = [this](const QString& id) {
        if (isShown(id))
            schedule(m_runsDue);
    };
    connect(&library, &RunLibrary::runChanged, this, runsDue);
    connect(&library, &RunLibrary::epochAppended, this, runsDue);
    connect(&library, &RunLibrary::batchLossesAppended, this, [this](const QString& id) {
        if (isShown(id))
            schedule(m_batchesDue);
    });
    rebuild();
}

const std::vector<float>& History::batchLosses(const QString& id) const
{
    static const std::vector<float> none;
    return m_library.run(id) ? m_library.batchLosses(id) : none;
}

bool History::isShown(const QString& id) const
{
    return std::any_of(m_runs.begin(), m_runs.end(), [&](const RunHistory& run) { return run.id == id; });
}

void History::rebuild()
{
    m_runs.clear();
    for (const Run* run : m_library.checkedRuns()) {
        const RunRecord& record = run->record;
        m_runs.push_back({run->id(), run->displayName(), record.colour, record.state, record.spec.epochs, record.epochs});
    }
}

void History::schedule(bool& flag)
{
    flag = true;
    if (!m_timer->isActive()) // a running timer is left alone, so that steady news cannot put the refresh off
        m_timer->start();
}

void History::refresh()
{
    const bool runs = std::exchange(m_runsDue, false);
    const bool batches = std::exchange(m_batchesDue, false);
    if (runs) {
        rebuild();
        Q_EMIT changed();
    }
    if (batches)
        Q_EMIT batchesChanged();
}

std::string metricsCsv(const std::vector<RunHistory>& runs)
{
    const bool several = runs.size() > 1;
    std::string text = several ? "Run,Run Id," : "";
    text += "Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n";
    for (const RunHistory& run : runs) {
        const std::string prefix = several ? csvField(run.name.toStdString()) + ',' + csvField(run.id.toStdString()) + ',' : "";
        for (const EpochMetrics& row : run.epochs) {
            text += prefix;
            appendRow(text, row);
        }
    }
    return text;
}

} // namespace normscope
