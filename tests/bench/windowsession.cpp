// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/windowsession.h"

#include <QCoreApplication>
#include <QEvent>
#include <QTimer>

#include <utility>

namespace normscope::bench {

namespace {

constexpr int patience = 60'000; // ms; what takes longer than this hangs

/// Sees the paint events of a widget and of all that is in it.
class PaintWatch : public QObject {
public:
    explicit PaintWatch(QWidget& widget) : m_widget(widget) { qApp->installEventFilter(this); }

    bool painted = false;

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        auto* widget = event->type() == QEvent::Paint ? qobject_cast<QWidget*>(watched) : nullptr;
        if (widget && (widget == &m_widget || m_widget.isAncestorOf(widget)))
            painted = true;
        return false;
    }

private:
    QWidget& m_widget;
};

} // namespace

WindowSession::WindowSession(const QString& storeFolder, std::shared_ptr<DatasetCache> cache)
    : library(*RunStore::open(storeFolder.toStdString())), provider(cache), controller(library, cache),
      window(library, controller, provider, settings)
{
}

bool waitFor(const std::function<bool()>& condition, int patienceMs)
{
    QElapsedTimer time;
    time.start();
    QTimer wakeUp; // else a loop without events would sleep for ever
    wakeUp.start(10);
    while (!condition()) {
        if (time.elapsed() > patienceMs)
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    }
    return true;
}

void settle(const DatasetProvider& provider, int quietMs)
{
    QElapsedTimer quiet;
    quiet.start();
    waitFor(
        [&] {
            if (provider.isBusy())
                quiet.restart();
            return quiet.elapsed() >= quietMs;
        },
        patience);
}

double timeToPaint(QWidget& widget, const std::function<void()>& trigger)
{
    PaintWatch watch(widget);
    QElapsedTimer time;
    time.start();
    trigger();
    while (!watch.painted && time.elapsed() < patience)
        QCoreApplication::processEvents();
    return double(time.nsecsElapsed()) / 1e6;
}

bool BusyApplication::notify(QObject* receiver, QEvent* event)
{
    if (m_depth++ == 0)
        m_time.start();
    const bool handled = QApplication::notify(receiver, event);
    if (--m_depth == 0)
        m_busy += m_time.nsecsElapsed();
    return handled;
}

double BusyApplication::takeBusyMs()
{
    return double(std::exchange(static_cast<BusyApplication*>(qApp)->m_busy, 0)) / 1e6;
}

std::shared_ptr<const Dataset> loadOrDie(DatasetCache& cache, const QString& data)
{
    const auto spec = data.isEmpty() ? Result<DataSpec>(DataSpec{}) : DataSpec::parse(data.toStdString());
    if (!spec)
        qFatal("%s", spec.error().message.c_str());
    auto dataset = cache.load(*spec);
    if (!dataset)
        qFatal("%s", dataset.error().message.c_str());
    return *dataset;
}

} // namespace normscope::bench
