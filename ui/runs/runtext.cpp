// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runtext.h"

#include "ui/compare/format.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/icons.h"

#include <QCoreApplication>
#include <QStringList>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(normscope::RunText)
};

} // namespace

QString runStateText(RunState state)
{
    switch (state) {
    case RunState::Queued: return Texts::tr("queued");
    case RunState::Running: return Texts::tr("training");
    case RunState::Finished: return Texts::tr("finished");
    case RunState::Stopped: return Texts::tr("stopped");
    case RunState::Interrupted: return Texts::tr("interrupted");
    case RunState::Failed: return Texts::tr("failed");
    case RunState::Diverged: return Texts::tr("diverged");
    case RunState::Damaged: return Texts::tr("damaged");
    }
    return {};
}

QString runStateText(const Run& run)
{
    return run.heldElsewhere ? Texts::tr("elsewhere") : runStateText(run.record.state);
}

QString runProgressText(const RunRecord& record)
{
    return Texts::tr("%1 of %2 epochs").arg(record.epochs.size()).arg(record.spec.epochs);
}

QIcon runStateIcon(RunState state)
{
    switch (state) {
    case RunState::Queued: return themeIcon(u"queued"_s, IconTone::Muted);
    case RunState::Running: return themeIcon(u"running"_s, IconTone::Text);
    case RunState::Finished: return themeIcon(u"finished"_s, IconTone::Success);
    case RunState::Stopped: return themeIcon(u"stopped"_s, IconTone::Muted);
    case RunState::Interrupted: return themeIcon(u"stopped"_s, IconTone::Warning);
    case RunState::Failed: return themeIcon(u"failed"_s, IconTone::Error);
    case RunState::Diverged: return themeIcon(u"warning"_s, IconTone::Error);
    case RunState::Damaged: return themeIcon(u"warning"_s, IconTone::Error);
    }
    return {};
}

QString runStateReason(const RunRecord& record)
{
    const QString reason = QString::fromStdString(record.reason);
    if (!reason.isEmpty())
        return Texts::tr("%1: %2").arg(runStateText(record.state), reason);
    if (record.state == RunState::Interrupted)
        return Texts::tr("interrupted after %1: the program that trained it is gone; Resume goes on with it").arg(runProgressText(record));
    if (record.state == RunState::Queued && !record.epochs.empty())
        return Texts::tr("queued: goes on after %1").arg(runProgressText(record));
    return runStateText(record.state);
}

QString runStateReason(const Run& run)
{
    return run.heldElsewhere ? Texts::tr("queued in another window") : runStateReason(run.record);
}

QString runSummary(const RunRecord& record)
{
    const RunSpec& spec = record.spec;
    QStringList parts = {
        QString::fromStdString(normalizationTitle(spec.normalization, spec.groups)),
        QString::fromStdString(record.dataTitle.empty() ? spec.data.title() : record.dataTitle),
        spec.epochs == 1 ? Texts::tr("1 epoch") : Texts::tr("%1 epochs").arg(spec.epochs),
        Texts::tr("batch %1").arg(spec.batchSize),
        Texts::tr("learning rate %1").arg(settingText(spec.learningRate)),
        Texts::tr("seed %1").arg(spec.seed),
    };
    if (spec.precision != Precision::Float32)
        parts.append(QString::fromLatin1(toString(spec.precision).data()));
    if (spec.quickLook)
        parts.append(Texts::tr("quick look: a fifth of the images"));
    return parts.join(Texts::tr(", "));
}

QString runToolTip(const Run& run)
{
    QStringList lines = {run.displayName()};
    if (run.record.state != RunState::Damaged)
        lines.append(runSummary(run.record));
    if (!run.record.device.empty())
        lines.append(Texts::tr("Trained on: %1").arg(QString::fromStdString(run.record.device)));
    lines.append(runStateReason(run));
    for (const QString& line : QString::fromStdString(run.record.history).split(u'\n', Qt::SkipEmptyParts))
        lines.append(line);
    if (!run.record.note.empty())
        lines.append(Texts::tr("Note: %1").arg(QString::fromStdString(run.record.note)));
    // Rich text wraps where a plain tool tip would be as wide as its longest line; names are no markup.
    QString html;
    for (const QString& line : lines)
        html += u"<p style='margin:0'>%1</p>"_s.arg(line.toHtmlEscaped());
    return html;
}

} // namespace normscope
