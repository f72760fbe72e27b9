// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/storetrouble.h"

#include "ui/runs/runlibrary.h"
#include "ui/theme/messagebar.h"
#include "ui/training/trainingcontroller.h"

#include <QDir>
#include <QFileDialog>
#include <QPushButton>

#include <utility>

namespace normscope {

namespace {

constexpr int retryMs = 10'000;

} // namespace

StoreTrouble::StoreTrouble(QWidget& window, RunLibrary& library, TrainingController& controller, MessageBar& banner)
    : QObject(&window), m_window(window), m_library(library), m_controller(controller), m_banner(banner)
{
    m_banner.setClosable(false); // it goes when the trouble goes
    m_pool.setMaxThreadCount(1);
    connect(&m_retry, &QTimer::timeout, this, [this] { keep({}, true); });
    connectTraining();
}

StoreTrouble::~StoreTrouble()
{
    m_pool.waitForDone();
}

void StoreTrouble::connectTraining()
{
    connect(&m_controller, &TrainingController::saveFailed, this, [this](const QString& id, const Error& error, bool waiting) {
        m_failing[id] = {QString::fromStdString(error.message), waiting};
        refresh();
    });
    connect(&m_controller, &TrainingController::saveRecovered, this, [this](const QString& id) {
        m_failing.erase(id);
        refresh();
    });
    connect(&m_controller, &TrainingController::keptInMemory, this,
            [this](const QString& id, const std::shared_ptr<const Checkpoint>& checkpoint) { m_memory[id] = {checkpoint, {}}; });
    connect(&m_controller, &TrainingController::runEnded, this, &StoreTrouble::runEnded);
    connect(&m_library, &RunLibrary::runRemoved, this, [this](const QString& id) {
        if (m_memory.erase(id) > 0) // the user threw it away
            refresh();
    });
}

void StoreTrouble::runEnded(const QString& id)
{
    const bool failed = m_failing.erase(id) > 0;
    if (const auto it = m_memory.find(id); it != m_memory.end()) {
        const Run* run = m_library.run(id);
        it->second.state = run ? run->record.state : RunState::Stopped;
        if (!m_place.isEmpty())
            keepIn(m_place);
    } else if (!failed) {
        return;
    }
    refresh();
}

void StoreTrouble::setStartProblem(const QString& sentence)
{
    m_startProblem = sentence;
    refresh();
    Q_EMIT changed();
}

void StoreTrouble::setReadProblem(const QString& reason)
{
    m_readProblem = reason;
    refresh();
    Q_EMIT changed();
}

QString StoreTrouble::whyNotStart() const
{
    if (!m_startProblem.isEmpty())
        return m_startProblem;
    return m_readProblem.isEmpty() ? QString() : tr("The store cannot be read: %1.").arg(m_readProblem);
}

QStringList StoreTrouble::runsInMemory() const
{
    QStringList ids;
    for (const auto& [id, run] : m_memory)
        if (run.state)
            ids.append(id);
    return ids;
}

QString StoreTrouble::nameOf(const QString& id) const
{
    const Run* run = m_library.run(id);
    return run ? run->displayName() : id;
}

QString StoreTrouble::namesOf(const QStringList& ids) const
{
    return ids.size() == 1 ? tr("\"%1\"").arg(nameOf(ids.constFirst())) : tr("%1 runs").arg(ids.size());
}

bool StoreTrouble::sayMemory()
{
    const QStringList ids = runsInMemory();
    if (ids.isEmpty())
        return false;
    m_banner.say(MessageBar::Kind::Warning,
        ids.size() == 1 ? tr("%1 has ended, and the store cannot be written: it is only in memory, and lost when this window closes.").arg(namesOf(ids))
                        : tr("%1 have ended, and the store cannot be written: they are only in memory, and lost when this window closes.").arg(namesOf(ids)),
        tr("Choose another folder..."), [this] { chooseFolder(); });
    m_banner.offer(tr("Try again"), [this] { tryAgain(); });
    return true;
}

bool StoreTrouble::sayFailing()
{
    if (m_failing.empty())
        return false;
    QStringList waiting, inMemory;
    for (const auto& [id, failing] : m_failing)
        (failing.waiting ? waiting : inMemory).append(id);
    if (inMemory.isEmpty()) {
        m_banner.say(MessageBar::Kind::Warning, tr("The disk is full: %1 as soon as there is space. %2")
                         .arg(waiting.size() == 1 ? tr("%1 waits, and goes on by itself").arg(namesOf(waiting))
                                                  : tr("%1 wait, and go on by themselves").arg(namesOf(waiting)),
                              m_failing.at(waiting.constFirst()).message));
        return true;
    }
    const QString what = inMemory.size() == 1 ? tr("%1 goes on in memory").arg(namesOf(inMemory)) : tr("%1 go on in memory").arg(namesOf(inMemory));
    const QString reason = m_failing.at(inMemory.constFirst()).message;
    m_banner.say(MessageBar::Kind::Warning,
        m_place.isEmpty() ? tr("%1, since the store cannot be written; every epoch's end tries again. %2").arg(what, reason)
                          : tr("%1; at the end it is kept in %2 if the store still cannot be written. %3").arg(what, QDir::toNativeSeparators(m_place), reason),
        tr("Choose another folder..."), [this] { chooseFolder(); });
    return true;
}

bool StoreTrouble::sayReadProblem()
{
    const auto another = [this] { Q_EMIT anotherStoreWanted(); };
    if (!m_readProblem.isEmpty())
        m_banner.say(MessageBar::Kind::Warning,
                     tr("The store %1 cannot be read any more: %2. What was read of it stays here.")
                         .arg(QDir::toNativeSeparators(QString::fromStdString(m_library.store().folder())), m_readProblem),
                     tr("Open another store..."), another);
    else if (!m_startProblem.isEmpty())
        m_banner.say(MessageBar::Kind::Warning, m_startProblem, tr("Choose another folder..."), another);
    else
        return false;
    return true;
}

void StoreTrouble::refresh()
{
    if (runsInMemory().isEmpty())
        m_retry.stop();
    else if (!m_retry.isActive())
        m_retry.start(retryMs);
    if (!sayMemory() && !sayFailing() && !sayReadProblem())
        m_banner.hide();
}

void StoreTrouble::chooseFolder()
{
    auto* dialog = new QFileDialog(&m_window, tr("Where to keep the runs that are in memory"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &StoreTrouble::keepIn);
    dialog->open();
}

bool StoreTrouble::mayClose()
{
    if (runsInMemory().isEmpty())
        return true;
    ask();
    return false;
}

void StoreTrouble::ask()
{
    if (m_question) {
        m_question->raise();
        return;
    }
    const QStringList ids = runsInMemory();
    m_question = new QMessageBox(QMessageBox::Warning, tr("Close Normscope"),
                                 ids.size() == 1 ? tr("%1 is only in memory: its store cannot be written.").arg(namesOf(ids))
                                                 : tr("%1 are only in memory: their store cannot be written.").arg(namesOf(ids)),
                                 QMessageBox::NoButton, &m_window);
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    m_question->setTextFormat(Qt::PlainText);
    m_question->setInformativeText(tr("Choose another folder to keep what was trained, or lose it."));
    QPushButton* choose = m_question->addButton(tr("Choose another folder..."), QMessageBox::AcceptRole);
    QPushButton* lose = m_question->addButton(tr("Close and lose"), QMessageBox::DestructiveRole);
    QPushButton* cancel = m_question->addButton(tr("Keep the window open"), QMessageBox::RejectRole);
    m_question->setDefaultButton(choose);
    m_question->setEscapeButton(cancel);
    connect(choose, &QPushButton::clicked, this, [this] {
        m_closeAfterwards = true;
        chooseFolder();
    });
    connect(lose, &QPushButton::clicked, this, [this] {
        m_memory.clear();
        m_window.close();
    });
    m_question->open();
}

} // namespace normscope
