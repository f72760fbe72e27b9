// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/runlog.h"

#include "model/training/trainer.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runtext.h"
#include "ui/training/trainingcontroller.h"

#include <QLoggingCategory>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(logRuns, "normscope.runs", QtInfoMsg)

QString text(const Error& error)
{
    const QString message = QString::fromStdString(error.message);
    return error.detail.empty() ? message : u"%1\n%2"_s.arg(message, QString::fromStdString(error.detail));
}

} // namespace

RunLog::RunLog(RunLibrary& library, TrainingController& controller, QObject* parent) : QObject(parent), m_library(library)
{
    qCInfo(logRuns).noquote() << u"store %1, %2 runs"_s.arg(QString::fromStdString(library.store().folder())).arg(library.runs().size());
    connect(&library, &RunLibrary::storeError, this, [](const QString& message) { qCInfo(logRuns).noquote() << message; });
    connect(&controller, &TrainingController::runStarted, this, [this](const QString& id) {
        const Run* run = m_library.run(id);
        qCInfo(logRuns).noquote() << u"%1 starts: %2"_s.arg(nameOf(id), run ? runSummary(run->record) : QString());
    });
    connect(&controller, &TrainingController::runResumed, this, [this](const QString& id, const QString& note) {
        const Run* run = m_library.run(id);
        qCInfo(logRuns).noquote() << u"%1 goes on after %2. %3"_s.arg(nameOf(id), run ? runProgressText(run->record) : QString(), note).trimmed();
    });
    connect(&controller, &TrainingController::runEnded, this, &RunLog::logEnd);
    connect(&controller, &TrainingController::saveFailed, this, [this](const QString& id, const Error& error, bool waiting) {
        qCInfo(logRuns).noquote() << u"%1 cannot be saved, %2: %3"_s.arg(nameOf(id), waiting ? u"waits"_s : u"goes on in memory"_s, text(error));
    });
    connect(&controller, &TrainingController::saveRecovered, this,
            [this](const QString& id) { qCInfo(logRuns).noquote() << u"%1 is saved again"_s.arg(nameOf(id)); });
    connect(&controller, &TrainingController::keptInMemory, this,
            [this](const QString& id) { qCInfo(logRuns).noquote() << u"%1 ended and is in memory only"_s.arg(nameOf(id)); });
}

QString RunLog::nameOf(const QString& id) const
{
    const Run* run = m_library.run(id);
    return run ? u"run %1 \"%2\""_s.arg(id, run->displayName()) : u"run %1"_s.arg(id);
}

void RunLog::logEnd(const QString& id) const
{
    const Run* run = m_library.run(id);
    if (!run)
        return;
    const RunRecord& record = run->record;
    const QString reason = QString::fromStdString(record.reason);
    qCInfo(logRuns).noquote() << u"%1 ended: %2, %3%4"_s.arg(nameOf(id), QString::fromLatin1(toString(record.state).data()), runProgressText(record),
                                                             reason.isEmpty() ? QString() : u": "_s + reason);
}

} // namespace normscope
