// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/progresstext.h"

#include "model/training/atonce.h"
#include "ui/runs/runlibrary.h"
#include "ui/window/epochbar.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace normscope {

using namespace Qt::StringLiterals;
using State = TrainingController::State;

namespace {

constexpr double longestShown = 100 * 3600; // an estimate above is noise

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(normscope::ProgressText)
};

// How far an epoch is: its batches, then its test, which is short.
double epochFraction(const BatchProgress& batch)
{
    if (batch.phase == BatchProgress::Phase::Testing)
        return 1;
    return batch.batches == 0 ? 0 : double(batch.batch) / batch.batches;
}

QString stateText(State state, const BatchProgress& batch)
{
    const QString epoch = Texts::tr("epoch %1/%2").arg(std::max(batch.epoch, 1)).arg(batch.epochs);
    if (state == State::Paused)
        return Texts::tr("%1, paused").arg(epoch);
    if (state == State::Stopping)
        return Texts::tr("%1, stopping").arg(epoch);
    if (batch.phase == BatchProgress::Phase::Testing)
        return Texts::tr("%1, testing").arg(epoch);
    return batch.batches == 0 ? Texts::tr("%1, getting ready").arg(epoch)
                              : Texts::tr("%1, batch %2/%3").arg(epoch).arg(batch.batch).arg(batch.batches);
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

QString speedText(State state, double imagesPerSecond)
{
    return state == State::Training ? Texts::tr("%1 images/s").arg(QLocale().toString(qint64(std::llround(imagesPerSecond)))) : QString();
}

QString leftText(State state, double seconds)
{
    return state == State::Training && std::isfinite(seconds) ? Texts::tr("%1 left").arg(clockText(seconds)) : QString();
}

void showProgress(EpochBar& bar, const RunLibrary& library, const TrainingController& controller, const QString& runId)
{
    const State state = controller.stateOf(runId);
    if (state == State::LoadingData) {
        const Run* run = library.run(runId);
        const int percent = controller.loadingPercentOf(runId);
        const QString title = run ? QString::fromStdString(run->record.spec.data.title()) : QString();
        bar.show(0, percent / 100.0, Texts::tr("loading %1, %2 %").arg(title).arg(percent));
        return;
    }
    const BatchProgress batch = controller.progressOf(runId).batch;
    if (state == State::Training && controller.waitsForSpace(runId)) {
        bar.show(doneOf(batch), epochFraction(batch), Texts::tr("epoch %1/%2, waiting for space").arg(std::max(batch.epoch, 1)).arg(batch.epochs));
        return;
    }
    bar.show(doneOf(batch), epochFraction(batch), stateText(state, batch));
}

} // namespace normscope
