// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/runbar.h"

#include "model/training/atonce.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/window/epochbar.h"
#include "ui/window/progresstext.h"
#include "ui/window/trainingrow.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope {

using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr int rowsShown = 4; // without scrolling

} // namespace

RunBar::RunBar(RunLibrary& library, TrainingController& controller, QWidget* parent)
    : QWidget(parent), m_library(library), m_controller(controller), m_queue(new QLabel), m_speed(new QLabel),
      m_left(new QLabel), m_bar(new EpochBar)
{
    buildActions();
    buildLayout();
    connect(&m_controller, &TrainingController::stateChanged, this, &RunBar::updateState);
    connect(&m_controller, &TrainingController::queueChanged, this, &RunBar::updateState);
    connect(&m_controller, &TrainingController::progress, this, [this](const TrainingProgress& now) { updateRow(now.runId); });
    connect(&m_controller, &TrainingController::loadingProgress, this, &RunBar::updateRow);
    connect(&m_controller, &TrainingController::runEnded, this, &RunBar::updateState);
    connect(&m_library, &RunLibrary::runChanged, this, [this](const QString& id) { // a name or a colour
        if (m_controller.activeRuns().contains(id))
            updateRow(id);
    });
    updateState();
}

void RunBar::buildActions()
{
    m_start = new QAction(themeIcon(u"start"_s, IconTone::Success), tr("Start"), this);
    m_start->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    connect(m_start, &QAction::triggered, this, &RunBar::startRequested);
    m_pause = new QAction(themeIcon(u"pause"_s), tr("Pause"), this);
    m_pause->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_P));
    connect(m_pause, &QAction::triggered, this, &RunBar::togglePause);
    m_stop = new QAction(themeIcon(u"stop"_s, IconTone::Error), tr("Stop"), this);
    m_stop->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Period));
    connect(m_stop, &QAction::triggered, &m_controller, [this] { m_controller.stop(); });
    m_stopAll = new QAction(tr("Stop this run and the queue"), this);
    connect(m_stopAll, &QAction::triggered, &m_controller, &TrainingController::stopAll);
}

QToolButton* RunBar::button(QAction* action)
{
    auto* made = new QToolButton;
    made->setDefaultAction(action);
    made->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

void RunBar::buildLayout()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(spacing::normal, spacing::normal, spacing::normal, spacing::small);
    column->setSpacing(spacing::small);
    auto* layout = new QHBoxLayout;
    column->addLayout(layout);
    buildRows();
    column->addWidget(m_rowArea);
    layout->setSpacing(spacing::normal);
    layout->addWidget(button(m_start));
    layout->addWidget(button(m_pause));
    auto* stop = button(m_stop);
    stop->setPopupMode(QToolButton::MenuButtonPopup);
    auto* menu = new QMenu(stop);
    menu->setToolTipsVisible(true);
    menu->addAction(m_stopAll);
    stop->setMenu(menu);
    layout->addWidget(stop);
    layout->addSpacing(spacing::normal);
    layout->addWidget(m_queue);
    layout->addWidget(m_bar, 1);
    layout->addWidget(m_speed);
    layout->addWidget(m_left);
    // As wide as their longest text, so that the bar does not jump while figures change.
    m_speed->setMinimumWidth(fontMetrics().horizontalAdvance(speedText(State::Training, 99'999)));
    m_left->setMinimumWidth(fontMetrics().horizontalAdvance(leftText(State::Training, 3'599)));
    m_speed->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_left->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_queue->setTextFormat(Qt::PlainText);
}

void RunBar::buildRows()
{
    auto* content = new QWidget;
    m_rowLayout = new QVBoxLayout(content);
    m_rowLayout->setContentsMargins(0, 0, 0, 0);
    m_rowLayout->setSpacing(spacing::small);
    m_rowArea = new QScrollArea;
    m_rowArea->setFrameShape(QFrame::NoFrame);
    m_rowArea->setWidgetResizable(true);
    m_rowArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_rowArea->setWidget(content);
    m_rowArea->hide();
}

QList<TrainingRow*> RunBar::rows() const
{
    QList<TrainingRow*> shown;
    for (TrainingRow* row : m_rows)
        if (!row->isHidden())
            shown.append(row);
    return shown;
}

void RunBar::setCanStart(bool canStart, const QString& whyNot)
{
    m_canStart = canStart;
    m_whyNot = whyNot;
    updateState();
}

void RunBar::togglePause()
{
    if (m_controller.state() == State::Paused)
        m_controller.resume();
    else
        m_controller.pause();
}

void RunBar::updateState()
{
    const bool idle = m_controller.state() == State::Idle;
    m_start->setEnabled(m_canStart);
    m_start->setToolTip(!m_canStart ? tr("Cannot start: %1").arg(m_whyNot)
                        : idle      ? tr("Train with the settings of the form (%1)").arg(m_start->shortcut().toString())
                                    : tr("Put a run with the settings of the form into the queue (%1)").arg(m_start->shortcut().toString()));
    updatePauseAndStop();
    updateRows();
    updateQueueText();
    updateProgress();
}

void RunBar::updatePauseAndStop()
{
    const State state = m_controller.state();
    const bool idle = state == State::Idle;
    const bool stopping = state == State::Stopping;
    const bool paused = state == State::Paused;
    const bool several = m_controller.activeRuns().size() > 1;
    m_pause->setText(several ? (paused ? tr("Resume all") : tr("Pause all")) : (paused ? tr("Resume") : tr("Pause")));
    m_pause->setIcon(themeIcon(paused ? u"start"_s : u"pause"_s));
    m_pause->setEnabled(!idle && !stopping);
    const QString nothing = tr("Nothing is training");
    const QString ending = several ? tr("The runs are stopping") : tr("The run is stopping");
    m_pause->setToolTip(idle ? nothing : stopping ? ending : paused ? tr("Go on training") : tr("Pause after this batch"));
    m_stop->setText(several ? tr("Stop all") : tr("Stop"));
    m_stop->setEnabled(!idle && !stopping);
    m_stop->setToolTip(idle ? nothing : stopping ? ending
                       : several ? tr("Stop the runs that train after this batch; the epochs done are kept, and those that wait begin")
                                 : tr("Stop this run after this batch; the epochs done are kept"));
    m_stopAll->setText(several ? tr("Stop these runs and the queue") : tr("Stop this run and the queue"));
    m_stopAll->setEnabled(!idle && !(stopping && m_controller.queuedRuns().isEmpty()));
    m_stopAll->setToolTip(m_stopAll->isEnabled() ? tr("The runs in the queue become stopped") : stopping ? ending : nothing);
}

void RunBar::updateRows()
{
    const QStringList active = m_controller.activeRuns();
    const qsizetype count = active.size() > 1 ? active.size() : 0;
    while (m_rows.size() < count) {
        m_rows.append(new TrainingRow(m_library, m_controller));
        m_rowLayout->addWidget(m_rows.last());
    }
    for (qsizetype i = 0; i < m_rows.size(); ++i) {
        if (i < count)
            m_rows[i]->setRun(active[i]);
        m_rows[i]->setVisible(i < count);
    }
    if (count > 0) {
        const int visible = int(std::min<qsizetype>(count, rowsShown));
        m_rowArea->setFixedHeight(visible * m_rows.first()->sizeHint().height() + (visible - 1) * m_rowLayout->spacing());
    }
    m_rowArea->setVisible(count > 0);
}

void RunBar::updateRow(const QString& runId)
{
    for (TrainingRow* row : rows())
        if (row->runId() == runId)
            row->refresh();
    updateProgress();
}

void RunBar::updateQueueText()
{
    const TrainingProgress now = m_controller.lastProgress();
    const Run* run = m_library.run(now.runId);
    m_queue->setVisible(run != nullptr);
    if (!run)
        return;
    const int active = int(m_controller.activeRuns().size()), waiting = int(m_controller.queuedRuns().size());
    if (active > 1) {
        const bool paused = m_controller.state() == State::Paused;
        const QString what = paused ? tr("%1 runs paused").arg(active) : tr("%1 runs training").arg(active);
        m_queue->setText(waiting > 0 ? tr("%1, %2 waiting").arg(what).arg(waiting) : what);
        m_queue->setToolTip(tr("Whether they train at once is chosen in the menu Run, Train queued runs"));
        return;
    }
    const QString name = m_queue->fontMetrics().elidedText(run->displayName(), Qt::ElideRight, 220);
    m_queue->setText(now.queueLength > 1 ? tr("Run %1 of %2: %3").arg(now.queuePosition).arg(now.queueLength).arg(name) : name);
    m_queue->setToolTip(run->displayName().toHtmlEscaped());
}

/// All runs of the queue together: those done, those that train, those that wait.
void RunBar::showAll()
{
    const QStringList active = m_controller.activeRuns();
    double done = 0, speed = 0, left = 0;
    for (const QString& id : active) {
        const BatchProgress batch = m_controller.progressOf(id).batch;
        const bool training = m_controller.stateOf(id) == State::Training && batch.epoch > 0 && !m_controller.waitsForSpace(id);
        done += doneOf(batch);
        speed += training ? batch.imagesPerSecond : 0;
        left = std::max(left, training ? batch.secondsLeft : 0);
    }
    const TrainingProgress now = m_controller.lastProgress();
    const int ended = now.queuePosition - 1;
    m_bar->show((ended + done) / std::max(now.queueLength, 1), 0, tr("%1 of %2 runs done").arg(ended).arg(now.queueLength));
    m_bar->setToolTip(tr("How far the runs of the queue are, all together"));
    m_speed->setVisible(true);
    m_left->setVisible(true);
    m_speed->setText(speed > 0 ? speedText(State::Training, speed) : QString());
    m_left->setText(left > 0 ? leftText(State::Training, left) : QString());
    m_speed->setToolTip(tr("Of all runs that train"));
    m_left->setToolTip(tr("Estimated time to the end of the runs that train"));
}

void RunBar::updateProgress()
{
    if (m_controller.activeRuns().size() > 1)
        return showAll();
    const TrainingProgress now = m_controller.lastProgress();
    const State state = m_controller.state();
    const bool moving = state != State::Idle && now.batch.epoch > 0 && !m_controller.waitsForSpace(now.runId);
    m_speed->setVisible(moving);
    m_left->setVisible(moving);
    m_speed->setToolTip({});
    m_left->setToolTip(tr("Estimated time to the end of this run"));
    m_bar->setToolTip(tr("How far the run is; the thin line below shows how far its epoch is"));
    if (state == State::Idle)
        return m_bar->show(0, 0, tr("ready"));
    showProgress(*m_bar, m_library, m_controller, now.runId);
    // A run that stands still has no speed and no end in sight; the labels keep their place.
    m_speed->setText(speedText(state, now.batch.imagesPerSecond));
    m_left->setText(leftText(state, now.batch.secondsLeft));
}

} // namespace normscope
