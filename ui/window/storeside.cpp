// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/storeside.h"

#include "ui/runs/resumeactions.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runpanel.h"
#include "ui/runs/runrevival.h"
#include "ui/runs/storewatcher.h"
#include "ui/theme/messagebar.h"
#include "ui/training/trainingcontroller.h"
#include "ui/window/queueoffer.h"
#include "ui/window/runlog.h"
#include "ui/window/storeprobe.h"
#include "ui/window/storetrouble.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QUrl>

namespace normscope {

StoreSide::StoreSide(QWidget& window, RunLibrary& library, TrainingController& controller, RunPanel& runs, MessageBar& news)
    : QObject(&window), m_window(window), m_library(library), m_controller(controller), m_news(news), m_troubleBar(new MessageBar(&window)),
      m_offerBar(new MessageBar(&window)), m_revival(new RunRevival(library, this)), m_watcher(new StoreWatcher(library, this)),
      m_trouble(new StoreTrouble(window, library, controller, *m_troubleBar)),
      m_offer(new QueueOffer(library, controller, *m_offerBar, this))
{
    new RunLog(library, controller, this);
    connectRevival(runs);
    connectTrouble();
}

void StoreSide::connectRevival(RunPanel& runs)
{
    connect(runs.resumeActions(), &ResumeActions::resumeRequested, m_revival, &RunRevival::resume);
    connect(runs.resumeActions(), &ResumeActions::repairRequested, m_revival, &RunRevival::repair);
    connect(m_revival, &RunRevival::resumed, this, [this](const QStringList& ids) { m_controller.enqueue(ids); });
    connect(m_revival, &RunRevival::repaired, this, [this](const QString& news) { m_news.say(MessageBar::Kind::Info, news); });
    connect(m_revival, &RunRevival::refused, this, [this](const QString& reasons) { m_news.say(MessageBar::Kind::Error, reasons); });
    connect(&m_controller, &TrainingController::runResumed, this, [this](const QString& id, const QString& note) {
        const Run* run = m_library.run(id);
        if (run && !note.isEmpty())
            m_news.say(MessageBar::Kind::Warning, tr("\"%1\" goes on: %2").arg(run->displayName(), note));
    });
}

void StoreSide::connectTrouble()
{
    connect(m_watcher, &StoreWatcher::problemChanged, this, [this] { m_trouble->setReadProblem(m_watcher->problem()); });
    connect(m_trouble, &StoreTrouble::anotherStoreWanted, this, &StoreSide::chooseAnother);
    connect(m_trouble, &StoreTrouble::notKept, this, [this](const QString& news) { m_news.say(MessageBar::Kind::Error, news); });
    connect(m_trouble, &StoreTrouble::wroteBack, this, [this](const QString& news) { m_news.say(MessageBar::Kind::Info, news); });
    connect(m_trouble, &StoreTrouble::kept, this, [this](const QString& news, const QString& folder) {
        m_news.say(MessageBar::Kind::Info, news, tr("Open that store"), [this, folder] { Q_EMIT storeRequested(folder); });
    });
}

void StoreSide::begin(const QString& sentence)
{
    m_isPlaceholder = !sentence.isEmpty();
    if (m_isPlaceholder)
        m_trouble->setStartProblem(sentence);
    else
        probe();
    offerQueue();
}

void StoreSide::offerQueue()
{
    if (m_trouble->whyNotStart().isEmpty())
        m_offer->offer();
}

void StoreSide::probe()
{
    const QString reason = whyNotWritable(folder());
    m_trouble->setStartProblem(reason.isEmpty() ? QString()
                                                : tr("The store %1 cannot be written: %2. Its runs can be looked at; to train, choose another folder.")
                                                      .arg(QDir::toNativeSeparators(folder()), reason));
}

QString StoreSide::folder() const
{
    return QString::fromStdString(m_library.store().folder());
}

void StoreSide::showFolder()
{
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder())))
        m_news.say(MessageBar::Kind::Info, tr("The runs are in %1").arg(QDir::toNativeSeparators(folder())));
}

void StoreSide::chooseAnother()
{
    if (m_controller.state() != TrainingController::State::Idle) {
        m_news.say(MessageBar::Kind::Warning, tr("Another store can be opened when nothing trains: stop the run first, or wait."));
        return;
    }
    auto* dialog = new QFileDialog(&m_window, tr("Open another store"), folder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &StoreSide::storeRequested);
    dialog->open();
}

void StoreSide::lookAgain()
{
    m_library.refresh();
    if (!m_isPlaceholder)
        probe();
}

} // namespace normscope
