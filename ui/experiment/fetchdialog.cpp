// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/fetchdialog.h"

#include "ui/experiment/fetchjob.h"
#include "ui/experiment/inlinemessage.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QStandardPaths>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope {

namespace {

constexpr int barSteps = 1'000;

QString sizeText(std::uint64_t bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeSIFormat);
}

} // namespace

FetchDialog::FetchDialog(const ArchiveSource& source, QWidget* parent)
    : QDialog(parent),
      m_source(source),
      m_job(new FetchJob(this)),
      m_folder(new QLineEdit(defaultFolder(), this)),
      m_browse(new QPushButton(tr("Browse..."), this)),
      m_intro(new QLabel(this)),
      m_state(new QLabel(this)),
      m_bar(new QProgressBar(this)),
      m_message(new InlineMessage(this)),
      m_start(new QPushButton(this)),
      m_archive(new QPushButton(tr("Use an archive from disk..."), this)),
      m_cancel(new QPushButton(this))
{
    setWindowTitle(tr("Get CIFAR-10"));
    setModal(false);
    buildLayout();
    connectJob();
    refresh();
}

void FetchDialog::buildLayout()
{
    m_intro->setText(
        tr("CIFAR-10: 60,000 colour images of 32 x 32 pixels in ten classes, by Krizhevsky, Nair and Hinton. "
           "The archive has %1 and comes from %2. Training and the window go on meanwhile.")
            .arg(sizeText(m_source.bytes), QUrl(QString::fromStdString(m_source.url)).host()));
    m_intro->setWordWrap(true);
    m_state->setWordWrap(true);
    m_state->setMinimumHeight(fontMetrics().height());
    m_bar->setRange(0, barSteps);
    m_folder->setMinimumWidth(fontMetrics().averageCharWidth() * 50);
    m_folder->setObjectName(QStringLiteral("fetchFolder"));
    m_start->setObjectName(QStringLiteral("fetchStart"));
    m_start->setDefault(true);
    m_archive->setObjectName(QStringLiteral("fetchArchive"));
    m_cancel->setObjectName(QStringLiteral("fetchCancel"));
    m_bar->setObjectName(QStringLiteral("fetchBar"));
    m_state->setObjectName(QStringLiteral("fetchState"));
    m_message->setSelectable(true);
    auto* where = new QHBoxLayout;
    auto* label = new QLabel(tr("&Folder"), this);
    label->setBuddy(m_folder);
    where->addWidget(label);
    where->addWidget(m_folder, 1);
    where->addWidget(m_browse);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_archive);
    buttons->addStretch(1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_start);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    layout->addWidget(m_intro);
    layout->addLayout(where);
    layout->addWidget(m_bar);
    layout->addWidget(m_state);
    layout->addWidget(m_message);
    layout->addStretch(1);
    layout->addLayout(buttons);
    connect(m_folder, &QLineEdit::textChanged, this, &FetchDialog::refresh);
    connect(m_browse, &QPushButton::clicked, this, &FetchDialog::askForFolder);
    connect(m_archive, &QPushButton::clicked, this, &FetchDialog::askForArchive);
    connect(m_start, &QPushButton::clicked, this, &FetchDialog::startOrContinue);
    connect(m_cancel, &QPushButton::clicked, this, [this] { isBusy() ? cancel() : reject(); });
}

void FetchDialog::connectJob()
{
    connect(m_job, &FetchJob::progressed, this, &FetchDialog::showProgress);
    connect(m_job, &FetchJob::failed, this, [this](const QString& message) { end(Outcome::Failed, message); });
    connect(m_job, &FetchJob::cancelled, this, [this] { end(Outcome::Cancelled, {}); });
    connect(m_job, &FetchJob::succeeded, this, [this](const QString& folder) {
        m_outcome = Outcome::None;
        Q_EMIT fetched(folder);
        close();
    });
}

QString FetchDialog::folder() const
{
    return m_folder->text().trimmed();
}

void FetchDialog::setFolder(const QString& folder)
{
    m_folder->setText(folder);
}

QString FetchDialog::defaultFolder()
{
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return QDir(data).filePath(QStringLiteral("normscope/data"));
}

bool FetchDialog::isBusy() const
{
    return m_job->isRunning();
}

QString FetchDialog::errorText() const
{
    return m_error;
}

void FetchDialog::startOrContinue()
{
    if (isBusy() || folder().isEmpty())
        return;
    if (!extractedFolder().isEmpty() && m_outcome == Outcome::None) {
        Q_EMIT fetched(extractedFolder());
        close();
        return;
    }
    begin();
    m_job->download(folder(), m_source);
    refresh();
}

void FetchDialog::useArchive(const QString& archive)
{
    if (isBusy() || folder().isEmpty())
        return;
    begin();
    m_job->extract(archive, folder(), m_source);
    refresh();
}

void FetchDialog::cancel()
{
    m_cancelling = isBusy();
    m_job->cancel();
    refresh();
}

void FetchDialog::begin()
{
    m_rate.reset();
    m_clock.start();
    m_outcome = Outcome::None;
    m_error.clear();
    m_cancelling = false;
    m_bar->setValue(0);
    m_state->setText(tr("Connecting..."));
}

void FetchDialog::end(Outcome outcome, const QString& message)
{
    m_outcome = outcome;
    m_error = outcome == Outcome::Cancelled ? tr("Cancelled. What has arrived is kept.") : message;
    m_cancelling = false;
    m_state->clear();
    refresh();
    Q_EMIT stopped();
}

void FetchDialog::showProgress(const DownloadProgress& progress)
{
    if (!isBusy())
        return;
    m_bar->setValue(progress.total == 0 ? 0 : int(double(barSteps) * double(progress.done) / double(progress.total)));
    const QString amount = tr("%1 of %2").arg(sizeText(progress.done), sizeText(progress.total));
    if (progress.phase == DownloadProgress::Phase::Checking) {
        m_state->setText(tr("Checking that it arrived whole: %1").arg(amount));
        return;
    }
    if (progress.phase == DownloadProgress::Phase::Extracting) {
        m_state->setText(tr("Unpacking: %1").arg(amount));
        return;
    }
    m_rate.add(m_clock.elapsed(), progress.done);
    QString text = amount;
    if (const auto speed = m_rate.bytesPerSecond()) {
        text += tr(", %1/s").arg(sizeText(static_cast<std::uint64_t>(*speed)));
        if (*speed > 0 && progress.total >= progress.done)
            text += tr(", %1 left").arg(durationText(double(progress.total - progress.done) / *speed));
    }
    m_state->setText(text);
}

void FetchDialog::refresh()
{
    const bool busy = isBusy();
    const auto part = static_cast<std::uint64_t>(std::max<qint64>(QFileInfo(partFile()).size(), 0));
    const bool partial = part > 0 && part < m_source.bytes;
    const bool there = !extractedFolder().isEmpty() && m_outcome == Outcome::None;
    m_folder->setEnabled(!busy);
    m_browse->setEnabled(!busy);
    m_archive->setEnabled(!busy && !folder().isEmpty());
    m_start->setEnabled(!busy && !folder().isEmpty());
    m_start->setToolTip(folder().isEmpty() ? tr("Choose a folder first.") : QString());
    m_cancel->setText(busy ? tr("Cancel") : tr("Close"));
    m_cancel->setEnabled(!m_cancelling);
    m_start->setText(there                          ? tr("Use it")
                     : partial                      ? tr("Continue")
                     : m_outcome == Outcome::Failed ? tr("Retry")
                                                    : tr("Download"));
    if (busy) {
        m_message->clear();
        if (m_cancelling)
            m_state->setText(tr("Cancelling..."));
        return;
    }
    if (m_source.bytes > 0)
        m_bar->setValue(int(double(barSteps) * double(std::min(part, m_source.bytes)) / double(m_source.bytes)));
    if (there)
        m_state->setText(tr("CIFAR-10 is in this folder already."));
    else if (partial)
        m_state->setText(tr("%1 of %2 are here from an earlier try.").arg(sizeText(part), sizeText(m_source.bytes)));
    else
        m_state->clear();
    m_message->say(m_outcome == Outcome::Failed ? InlineMessage::Kind::Error : InlineMessage::Kind::Info, m_error);
}

QString FetchDialog::partFile() const
{
    const QString name = QUrl(QString::fromStdString(m_source.url)).fileName();
    return QDir(folder()).filePath(name + QStringLiteral(".part"));
}

QString FetchDialog::extractedFolder() const
{
    const QDir inner(QDir(folder()).filePath(QStringLiteral("cifar-10-batches-bin")));
    // A file that is missing or cut short is fetched again, so "there" means what a whole archive gives:
    // the class names and six batches of one length, whole records of label and image.
    constexpr qint64 recordBytes = 3'073;
    const qint64 length = QFileInfo(inner.filePath(QStringLiteral("test_batch.bin"))).size();
    bool whole = inner.exists(QStringLiteral("batches.meta.txt")) && length > 0 && length % recordBytes == 0;
    for (int batch = 1; batch <= 5; ++batch)
        whole = whole && QFileInfo(inner.filePath(QStringLiteral("data_batch_%1.bin").arg(batch))).size() == length;
    return whole ? QDir::cleanPath(inner.absolutePath()) : QString();
}

void FetchDialog::askForFolder()
{
    auto* dialog = new QFileDialog(this, tr("Folder to keep CIFAR-10 in"), folder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &FetchDialog::setFolder);
    dialog->show();
}

void FetchDialog::askForArchive()
{
    auto* dialog = new QFileDialog(this, tr("Archive of CIFAR-10 (binary version)"), QDir::homePath(),
                                   tr("Archives (*.tar.gz *.tgz);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &FetchDialog::useArchive);
    dialog->show();
}

void FetchDialog::reject()
{
    // QDialog's close event comes here too.
    cancel();
    QDialog::reject();
}

} // namespace normscope
