// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/runbar.h"

#include "ui/runs/runlibrary.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/window/epochbar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace normscope {

using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr double longestShown = 100 * 3600; // an estimate above is noise

// How far an epoch is: its batches, then its test, which is short.
double epochFraction(const BatchProgress& batch)
{
    if (batch.phase == BatchProgress::Phase::Testing)
        return 1;
    return batch.batches == 0 ? 0 : double(batch.batch) / batch.batches;
}

} // namespace

QString clockText(double seconds)
{
    const auto total = qint64(std::llround(std::clamp(seconds, 0.0, longestShown)));
    const auto two = [](qint64 n) { return u"%1"_s.arg(n, 2, 10, QLatin1Char('0')); };
    if (total < 3600)
        return u"%1:%2"_s.arg(total / 60).arg(two(total % 60));
    return u"%1:%2:%3"_s.arg(total / 3600).arg(two(total / 60 % 60), two(total % 60));
}

RunBar::RunBar(RunLibrary& library, TrainingController& controller, QWidget* parent)
    : QWidget(parent), m_library(library), m_controller(controller), m_queue(new QLabel), m_speed(new QLabel),
      m_left(new QLabel), m_bar(new EpochBar)
{
    buildActions();
    buildLayout();
    connect(&m_controller, &TrainingController::stateChanged, this, &RunBar::updateState);
    connect(&m_controller, &TrainingController::queueChanged, this, &RunBar::updateState);
    connect(&m_controller, &TrainingController::progress, this, &RunBar::updateProgress);
    connect(&m_controller, &TrainingController::loadingProgress, this, &RunBar::updateProgress);
    connect(&m_controller, &TrainingController::runEnded, this, &RunBar::updateState);
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
    connect(m_stop, &QAction::triggered, &m_controller, &TrainingController::stop);
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
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(spacing::normal, spacing::normal, spacing::normal, spacing::small);
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
    m_speed->setMinimumWidth(fontMetrics().horizontalAdvance(tr("%1 images/s").arg(u"99,999"_s)));
    m_left->setMinimumWidth(fontMetrics().horizontalAdvance(tr("%1 left").arg(u"99:59"_s)));
    m_speed->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_left->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_queue->setTextFormat(Qt::PlainText);
    m_bar->setToolTip(tr("How far the run is; the thin line below shows how far its epoch is"));
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
    const State state = m_controller.state();
    const bool idle = state == State::Idle;
    const bool stopping = state == State::Stopping;
    m_start->setEnabled(m_canStart);
    m_start->setToolTip(!m_canStart ? tr("Cannot start: %1").arg(m_whyNot)
                        : idle      ? tr("Train with the settings of the form (%1)").arg(m_start->shortcut().toString())
                                    : tr("Put a run with the settings of the form into the queue (%1)").arg(m_start->shortcut().toString()));
    const bool paused = state == State::Paused;
    m_pause->setText(paused ? tr("Resume") : tr("Pause"));
    m_pause->setIcon(themeIcon(paused ? u"start"_s : u"pause"_s));
    m_pause->setEnabled(!idle && !stopping);
    const QString nothing = tr("Nothing is training");
    const QString ending = tr("The run is stopping");
    m_pause->setToolTip(idle ? nothing : stopping ? ending : paused ? tr("Go on training") : tr("Pause after this batch"));
    m_stop->setEnabled(!idle && !stopping);
    m_stop->setToolTip(idle ? nothing : stopping ? ending : tr("Stop this run after this batch; the epochs done are kept"));
    m_stopAll->setEnabled(!idle && !(stopping && m_controller.queuedRuns().isEmpty()));
    m_stopAll->setToolTip(m_stopAll->isEnabled() ? tr("The runs in the queue become stopped") : stopping ? ending : nothing);
    updateQueueText();
    updateProgress();
}

void RunBar::updateQueueText()
{
    const TrainingProgress now = m_controller.lastProgress();
    const Run* run = m_library.run(now.runId);
    m_queue->setVisible(run != nullptr);
    if (!run)
        return;
    const QString name = m_queue->fontMetrics().elidedText(run->displayName(), Qt::ElideRight, 220);
    m_queue->setText(now.queueLength > 1 ? tr("Run %1 of %2: %3").arg(now.queuePosition).arg(now.queueLength).arg(name) : name);
    m_queue->setToolTip(run->displayName().toHtmlEscaped());
}

QString RunBar::progressText(const TrainingProgress& now) const
{
    const QString epoch = tr("epoch %1/%2").arg(std::max(now.batch.epoch, 1)).arg(now.batch.epochs);
    switch (m_controller.state()) {
    case State::Idle: return tr("ready");
    case State::LoadingData: {
        const Run* run = m_library.run(now.runId);
        const QString title = run ? QString::fromStdString(run->record.spec.data.title()) : QString();
        return tr("loading %1, %2 %").arg(title).arg(m_controller.loadingPercent());
    }
    case State::Paused: return tr("%1, paused").arg(epoch);
    case State::Stopping: return tr("%1, stopping").arg(epoch);
    case State::Training: break;
    }
    if (now.batch.phase == BatchProgress::Phase::Testing)
        return tr("%1, testing").arg(epoch);
    return now.batch.batches == 0 ? tr("%1, getting ready").arg(epoch)
                                  : tr("%1, batch %2/%3").arg(epoch).arg(now.batch.batch).arg(now.batch.batches);
}

void RunBar::updateProgress()
{
    const TrainingProgress now = m_controller.lastProgress();
    const State state = m_controller.state();
    const bool moving = state != State::Idle && now.batch.epoch > 0;
    m_speed->setVisible(moving);
    m_left->setVisible(moving);
    if (state == State::Idle) {
        m_bar->clear();
        m_bar->show(0, 0, progressText(now));
        return;
    }
    if (state == State::LoadingData) {
        m_bar->show(0, m_controller.loadingPercent() / 100.0, progressText(now));
        return;
    }
    const double epoch = epochFraction(now.batch);
    const double run = now.batch.epochs == 0 ? 0 : (std::max(now.batch.epoch - 1, 0) + epoch) / now.batch.epochs;
    m_bar->show(run, epoch, progressText(now));
    if (!moving)
        return;
    // A run that stands still has no speed and no end in sight; the labels keep their place.
    const bool training = state == State::Training;
    m_speed->setText(!training ? QString() : tr("%1 images/s").arg(QLocale().toString(qint64(std::llround(now.batch.imagesPerSecond)))));
    m_left->setText(training && std::isfinite(now.batch.secondsLeft) ? tr("%1 left").arg(clockText(now.batch.secondsLeft)) : QString());
    m_left->setToolTip(tr("Estimated time to the end of this run"));
}

} // namespace normscope
