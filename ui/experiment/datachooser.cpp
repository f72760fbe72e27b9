// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/datachooser.h"

#include "ui/data/datasetprovider.h"
#include "ui/experiment/dataguess.h"
#include "ui/experiment/fetchdialog.h"
#include "ui/experiment/inlinemessage.h"
#include "ui/theme/tooltip.h"
#include "ui/window/appsettings.h"

#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

namespace normscope {

namespace {

constexpr int specRole = Qt::UserRole;
constexpr int actionRole = Qt::UserRole + 1;
enum Action { UseSpec, CifarFolder, ImageFolder, GetCifar };

} // namespace

DataChooser::DataChooser(DatasetProvider& provider, AppSettings& settings, QWidget* parent)
    : QWidget(parent),
      m_provider(provider),
      m_settings(settings),
      m_source(cifar10Archive()),
      m_combo(new QComboBox(this)),
      m_facts(new QLabel(this)),
      m_progress(new QProgressBar(this)),
      m_message(new InlineMessage(this)),
      m_retry(new QPushButton(tr("Try again"), this)),
      m_get(new QPushButton(tr("Get CIFAR-10..."), this))
{
    setAcceptDrops(true);
    buildLayout();
    fillCombo();
    connect(m_combo, &QComboBox::activated, this, &DataChooser::activate);
    connect(m_retry, &QPushButton::clicked, this, &DataChooser::retry);
    connect(m_get, &QPushButton::clicked, this, &DataChooser::openFetchDialog);
    connectProvider();
    if (const auto remembered = DataSpec::parse(settings.dataSpec().toStdString()); remembered.ok())
        m_spec = remembered.value();
    m_combo->setCurrentIndex(ensureItem(m_spec));
    load();
}

void DataChooser::buildLayout()
{
    m_combo->setObjectName(QStringLiteral("data"));
    m_combo->setToolTip(tr("The images to learn from. A folder can also be dropped here."));
    m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_combo->setMinimumContentsLength(18);
    m_facts->setObjectName(QStringLiteral("dataFacts"));
    m_facts->setWordWrap(true);
    m_progress->setObjectName(QStringLiteral("dataProgress"));
    m_progress->setMaximumHeight(fontMetrics().height() + 2);
    m_progress->setFormat(tr("Loading the images: %p %"));
    m_message->setObjectName(QStringLiteral("dataMessage"));
    m_message->setSelectable(true);
    m_retry->setObjectName(QStringLiteral("dataRetry"));
    m_get->setObjectName(QStringLiteral("dataGet"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_retry);
    buttons->addWidget(m_get);
    buttons->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_combo);
    layout->addWidget(m_progress);
    layout->addWidget(m_facts);
    layout->addWidget(m_message);
    layout->addLayout(buttons);
}

void DataChooser::connectProvider()
{
    connect(&m_provider, &DatasetProvider::progress, this, [this](const QString& spec, int percent) {
        if (!mine(spec))
            return;
        m_percent = percent;
        m_error.clear();
        refresh();
        Q_EMIT dataChanged();
    });
    connect(&m_provider, &DatasetProvider::ready, this, [this](const QString& spec) {
        if (!mine(spec))
            return;
        m_error.clear();
        m_dataset = m_provider.peek(m_spec);
        refresh();
        Q_EMIT dataChanged();
    });
    connect(&m_provider, &DatasetProvider::failed, this, [this](const QString& spec, const QString& message) {
        if (!mine(spec))
            return;
        m_error = withPackageHint(m_spec, message);
        refresh();
        Q_EMIT dataChanged();
    });
}

void DataChooser::fillCombo()
{
    m_combo->addItem(tr("Fashion-MNIST (installed, no download)"), QString::fromStdString(DataSpec{}.toString()));
    m_combo->setItemData(0, UseSpec, actionRole);
    m_combo->insertSeparator(1);
    const std::pair<QString, Action> actions[] = {{tr("CIFAR-10 (folder)..."), CifarFolder},
                                                  {tr("Image folder..."), ImageFolder},
                                                  {tr("Get CIFAR-10..."), GetCifar}};
    for (const auto& [text, action] : actions) {
        m_combo->addItem(text);
        m_combo->setItemData(m_combo->count() - 1, action, actionRole);
    }
}

int DataChooser::ensureItem(const DataSpec& spec)
{
    const QString text = QString::fromStdString(spec.toString());
    if (const int found = m_combo->findData(text, specRole); found >= 0)
        return found;
    const int row = 1; // before the separator
    m_combo->insertItem(row, dataChoiceText(spec), text);
    m_combo->setItemData(row, UseSpec, actionRole);
    return row;
}

void DataChooser::activate(int index)
{
    const auto action = static_cast<Action>(m_combo->itemData(index, actionRole).toInt());
    const QString text = m_combo->itemData(index, specRole).toString();
    // An action is not a choice: the combo goes on showing the data set that is in use.
    m_combo->setCurrentIndex(ensureItem(m_spec));
    if (action == CifarFolder)
        askForFolder(tr("Folder of CIFAR-10 (binary or Python version)"));
    else if (action == ImageFolder)
        askForFolder(tr("Folder of images: train/CLASS and test/CLASS"));
    else if (action == GetCifar)
        openFetchDialog();
    else if (const auto spec = DataSpec::parse(text.toStdString()); spec.ok())
        setSpec(spec.value());
}

void DataChooser::askForFolder(const QString& title)
{
    auto* dialog = new QFileDialog(this, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &DataChooser::chooseFolder);
    dialog->show(); // never modal: a training goes on beside it
}

void DataChooser::chooseFolder(const QString& folder)
{
    setSpec(guessDataSpec(folder));
}

void DataChooser::setSpec(const DataSpec& spec)
{
    if (spec == m_spec)
        return;
    m_spec = spec;
    m_settings.setDataSpec(QString::fromStdString(spec.toString()));
    m_combo->setCurrentIndex(ensureItem(spec));
    m_combo->setToolTip(plainToolTip(dataChoiceText(spec)));
    load();
    Q_EMIT specChanged();
}

QString DataChooser::whyNot() const
{
    if (!m_error.isEmpty())
        return tr("The data cannot be used: %1").arg(m_error);
    if (m_dataset)
        return {};
    return m_percent < 0 ? tr("The images are still loading.")
                         : tr("The images are still loading (%1 %).").arg(m_percent);
}

void DataChooser::setArchiveSource(const ArchiveSource& source)
{
    m_source = source;
}

FetchDialog* DataChooser::fetchDialog() const
{
    return m_fetch;
}

void DataChooser::openFetchDialog()
{
    if (!m_fetch) {
        m_fetch = new FetchDialog(m_source, this);
        m_fetch->setAttribute(Qt::WA_DeleteOnClose);
        connect(m_fetch, &FetchDialog::fetched, this, [this](const QString& folder) {
            const DataSpec spec{DataKind::Cifar10, folder.toStdString()};
            if (spec == m_spec)
                retry();
            else
                setSpec(spec);
        });
    }
    m_fetch->show();
    m_fetch->raise();
    m_fetch->activateWindow();
}

void DataChooser::retry()
{
    m_provider.cache()->forget(m_spec);
    load();
    Q_EMIT dataChanged();
}

void DataChooser::load()
{
    m_error.clear();
    m_percent = -1;
    m_dataset = m_provider.peek(m_spec);
    if (!m_dataset)
        m_provider.request(m_spec);
    refresh();
}

void DataChooser::refresh()
{
    const bool loading = m_error.isEmpty() && !m_dataset;
    m_progress->setVisible(loading);
    m_progress->setRange(0, m_percent < 0 ? 0 : 100);
    m_progress->setValue(m_percent);
    m_facts->setVisible(m_error.isEmpty() && m_dataset);
    if (m_dataset) {
        const QLocale locale;
        m_facts->setText(tr("%1 training and %2 test images, %3 classes")
                             .arg(locale.toString(qulonglong(m_dataset->train.size())),
                                  locale.toString(qulonglong(m_dataset->test.size())),
                                  locale.toString(qulonglong(m_dataset->classNames.size()))));
    }
    if (!m_error.isEmpty())
        m_message->say(InlineMessage::Kind::Error, m_error);
    else if (m_dataset && !m_dataset->warnings.empty())
        m_message->say(InlineMessage::Kind::Warning,
                       tr("Notes about these images: %1. See the Data page.").arg(m_dataset->warnings.size()));
    else
        m_message->clear();
    m_retry->setVisible(!m_error.isEmpty());
    m_get->setVisible(!m_error.isEmpty() && m_spec.kind == DataKind::Cifar10);
}

bool DataChooser::mine(const QString& spec) const
{
    return spec == QString::fromStdString(m_spec.toString());
}

QString DataChooser::droppedFolder(const QMimeData* mime)
{
    if (!mime->hasUrls() || mime->urls().size() != 1)
        return {};
    const QString path = mime->urls().first().toLocalFile();
    return !path.isEmpty() && QFileInfo(path).isDir() ? path : QString();
}

void DataChooser::dragEnterEvent(QDragEnterEvent* event)
{
    if (!droppedFolder(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void DataChooser::dropEvent(QDropEvent* event)
{
    if (const QString folder = droppedFolder(event->mimeData()); !folder.isEmpty()) {
        chooseFolder(folder);
        event->acceptProposedAction();
    }
}

} // namespace normscope
