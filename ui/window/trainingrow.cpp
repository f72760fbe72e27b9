// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/trainingrow.h"

#include "ui/runs/runlibrary.h"
#include "ui/theme/icons.h"
#include "ui/theme/runstyle.h"
#include "ui/theme/theme.h"
#include "ui/window/epochbar.h"
#include "ui/window/progresstext.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace normscope {

using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr int nameWidth = 170;
constexpr QSize styleSize{32, 16};

} // namespace

TrainingRow::TrainingRow(RunLibrary& library, TrainingController& controller, QWidget* parent)
    : QWidget(parent), m_library(library), m_controller(controller), m_style(new QLabel), m_name(new QLabel), m_bar(new EpochBar),
      m_speed(new QLabel), m_left(new QLabel), m_pause(new QToolButton), m_stop(new QToolButton)
{
    buildLayout();
    connect(m_pause, &QToolButton::clicked, this, &TrainingRow::togglePause);
    connect(m_stop, &QToolButton::clicked, this, [this] { m_controller.stop(m_id); });
}

void TrainingRow::buildLayout()
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing::small);
    layout->addWidget(m_pause);
    layout->addWidget(m_stop);
    layout->addSpacing(spacing::small);
    layout->addWidget(m_style);
    layout->addWidget(m_name);
    layout->addWidget(m_bar, 1);
    layout->addSpacing(spacing::small);
    layout->addWidget(m_speed);
    layout->addWidget(m_left);
    for (QToolButton* button : {m_pause, m_stop}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
    }
    m_stop->setIcon(themeIcon(u"stop"_s, IconTone::Error));
    m_name->setTextFormat(Qt::PlainText);
    m_name->setFixedWidth(nameWidth);
    // As wide as their longest text, so that the bars of all rows end at the same place.
    m_speed->setFixedWidth(fontMetrics().horizontalAdvance(speedText(State::Training, 99'999)));
    m_left->setFixedWidth(fontMetrics().horizontalAdvance(leftText(State::Training, 36'000)));
    m_speed->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_left->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_left->setToolTip(tr("Estimated time to the end of this run"));
    m_bar->setToolTip(tr("How far the run is; the thin line below shows how far its epoch is"));
}

void TrainingRow::setRun(const QString& runId)
{
    m_id = runId;
    refresh();
}

void TrainingRow::refresh()
{
    const Run* run = m_library.run(m_id);
    if (!run)
        return;
    const QString name = run->displayName();
    m_style->setPixmap(runStyleIcon(run->record.colour).pixmap(styleSize));
    m_name->setText(m_name->fontMetrics().elidedText(name, Qt::ElideRight, nameWidth));
    m_name->setToolTip(name.toHtmlEscaped());
    showProgress(*m_bar, m_library, m_controller, m_id);
    const State state = m_controller.stateOf(m_id);
    const BatchProgress batch = m_controller.progressOf(m_id).batch;
    const bool moving = batch.epoch > 0 && !m_controller.waitsForSpace(m_id);
    m_speed->setText(moving ? speedText(state, batch.imagesPerSecond) : QString());
    m_left->setText(moving ? leftText(state, batch.secondsLeft) : QString());
    refreshButtons();
}

void TrainingRow::refreshButtons()
{
    const State state = m_controller.stateOf(m_id);
    const bool paused = state == State::Paused, stopping = state == State::Stopping;
    const QString ending = tr("The run is stopping");
    m_pause->setIcon(themeIcon(paused ? u"start"_s : u"pause"_s));
    m_pause->setEnabled(!stopping);
    m_pause->setToolTip(stopping ? ending : paused ? tr("Go on with this run") : tr("Pause this run after its batch"));
    m_stop->setEnabled(!stopping);
    m_stop->setToolTip(stopping ? ending : tr("Stop this run after its batch; the epochs done are kept"));
    const QString name = m_name->toolTip();
    m_pause->setAccessibleName(paused ? tr("Resume %1").arg(name) : tr("Pause %1").arg(name));
    m_stop->setAccessibleName(tr("Stop %1").arg(name));
}

void TrainingRow::togglePause()
{
    if (m_controller.stateOf(m_id) == State::Paused)
        m_controller.resume(m_id);
    else
        m_controller.pause(m_id);
}

} // namespace normscope
