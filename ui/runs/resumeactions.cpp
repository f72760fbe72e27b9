// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/resumeactions.h"

#include "ui/runs/resumedialog.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/icons.h"

#include <QAction>
#include <QMenu>
#include <QToolButton>

#include <vector>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

void enable(QAction* action, bool on, const QString& what, const QString& whyNot)
{
    action->setEnabled(on);
    action->setToolTip(on ? what : whyNot);
}

} // namespace

ResumeActions::ResumeActions(RunLibrary& library, QWidget* parent)
    : QObject(parent), m_library(library), m_parent(parent), m_isInQueue([](const QString&) { return false; }),
      m_resume(new QAction(themeIcon(u"resume"_s, IconTone::Success), tr("Resume"), this)),
      m_resumeOn(new QAction(tr("Resume on..."), this)), m_repair(new QAction(themeIcon(u"repair"_s), tr("Repair"), this))
{
    connect(m_resume, &QAction::triggered, this, [this] { Q_EMIT resumeRequested(m_resumable, {}); });
    connect(m_resumeOn, &QAction::triggered, this, &ResumeActions::askWhereTo);
    connect(m_repair, &QAction::triggered, this, [this] { Q_EMIT repairRequested(m_damaged); });
    update({});
}

QString ResumeActions::whyNot(const QString& id) const
{
    const Run* run = m_library.run(id);
    if (!run)
        return tr("The run is gone");
    if (run->record.state == RunState::Queued && (m_isInQueue(id) || run->heldElsewhere))
        return run->heldElsewhere ? tr("It waits in the queue of another window") : tr("It waits in the queue already");
    if (m_library.isTrainedHere(id))
        return tr("It is training");
    return QString::fromStdString(whyNotResumable(run->record));
}

void ResumeActions::update(const QStringList& selected)
{
    m_resumable.clear();
    m_damaged.clear();
    QString firstReason;
    for (const QString& id : selected) {
        const QString reason = whyNot(id);
        if (reason.isEmpty())
            m_resumable.append(id);
        else if (firstReason.isEmpty())
            firstReason = reason;
        if (const Run* run = m_library.run(id); run && run->record.state == RunState::Damaged)
            m_damaged.append(id);
    }
    const QString none = tr("Select runs that were interrupted or stopped, or that failed");
    const bool any = !m_resumable.isEmpty();
    const auto count = m_resumable.size();
    m_resume->setText(count > 1 ? tr("Resume %1 runs").arg(count) : tr("Resume"));
    enable(m_resume, any, tr("Go on training from the last checkpoint; a run without one starts again"), selected.isEmpty() ? none : firstReason);
    enable(m_resumeOn, any, tr("Go on training on another device or with another number of threads"), m_resume->toolTip());
    m_repair->setText(m_damaged.size() > 1 ? tr("Repair %1 runs").arg(m_damaged.size()) : tr("Repair"));
    enable(m_repair, !m_damaged.isEmpty(), tr("Write the run's files anew from its checkpoint"),
           selected.isEmpty() ? tr("Select a damaged run") : tr("The run is not damaged"));
    if (m_button) // with a disabled action of its own it would not open its menu either
        m_button->setDefaultAction(!any && m_repair->isEnabled() ? m_repair : m_resume);
}

QToolButton* ResumeActions::makeButton()
{
    auto* button = new QToolButton;
    button->setDefaultAction(m_resume);
    button->setAutoRaise(true);
    button->setPopupMode(QToolButton::MenuButtonPopup);
    auto* menu = new QMenu(button);
    menu->setToolTipsVisible(true);
    menu->addActions({m_resume, m_resumeOn, m_repair});
    button->setMenu(menu);
    m_button = button;
    return button;
}

ResumeDialog* ResumeActions::dialog() const
{
    return m_dialog;
}

void ResumeActions::askWhereTo()
{
    if (m_dialog)
        m_dialog->close();
    std::vector<RunRecord> runs;
    for (const QString& id : m_resumable)
        if (const Run* run = m_library.run(id))
            runs.push_back(run->record);
    if (runs.empty())
        return;
    m_dialog = new ResumeDialog(runs, systemInfo(), m_parent);
    connect(m_dialog, &QDialog::accepted, this, [this, ids = m_resumable, dialog = m_dialog.data()] {
        Q_EMIT resumeRequested(ids, dialog->choice());
    });
    m_dialog->open();
}

} // namespace normscope
