// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/datapage.h"

#include "ui/data/classbars.h"
#include "ui/data/datasetprovider.h"
#include "ui/data/datastatus.h"
#include "ui/data/sampledelegate.h"
#include "ui/data/samplemodel.h"
#include "ui/data/samplesheet.h"
#include "ui/experiment/inlinemessage.h"
#include "ui/theme/tooltip.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope {

namespace {

constexpr int fewWarnings = 3;

QString triple(const std::array<float, 3>& values)
{
    QStringList texts;
    for (const float value : values)
        texts += QLocale().toString(double(value), 'f', 4);
    return texts.join(QStringLiteral("  "));
}

} // namespace

DataPage::DataPage(DatasetProvider& provider, AppSettings& settings, QWidget* parent)
    : QWidget(parent),
      m_provider(provider),
      m_settings(settings),
      m_stack(new QStackedWidget(this)),
      m_samples(new SampleModel(this)),
      m_view(new QListView),
      m_epoch(new QSpinBox),
      m_onlyChanged(new QCheckBox(tr("Only changed images"))),
      m_others(new QPushButton(tr("Other images"))),
      m_empty(new QLabel),
      m_title(new QLabel),
      m_facts(new QLabel),
      m_warnings(new InlineMessage),
      m_allWarnings(new QToolButton),
      m_bars(new ClassBars),
      m_status(new DataStatus)
{
    m_stack->addWidget(buildContent());
    m_stack->addWidget(m_status);
    connect(m_status, &DataStatus::retryClicked, this, [this] {
        m_provider.cache()->forget(m_spec.data);
        m_provider.request(m_spec.data);
        showLoading(-1);
    });
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_stack);
    connectProvider();
    showLoading(-1);
}

QWidget* DataPage::buildContent()
{
    auto* samples = new QWidget;
    auto* samplesLayout = new QVBoxLayout(samples);
    samplesLayout->setContentsMargins(0, 0, 0, 0);
    samplesLayout->addWidget(buildControls());
    samplesLayout->addWidget(buildSamples(), 1);
    auto* split = new QSplitter(Qt::Horizontal);
    split->setChildrenCollapsible(false);
    split->addWidget(samples);
    split->addWidget(buildFacts());
    split->setStretchFactor(0, 1);
    split->setSizes({650, 240});
    return split;
}

QWidget* DataPage::buildControls()
{
    auto* controls = new QWidget;
    auto* layout = new QHBoxLayout(controls);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("As they are, and in &epoch"));
    label->setBuddy(m_epoch);
    label->setToolTip(tr("Left: the image as it is. Right: as training sees it in this epoch, framed where it is changed."));
    m_epoch->setObjectName(QStringLiteral("dataEpoch"));
    m_epoch->setRange(1, 20);
    m_onlyChanged->setObjectName(QStringLiteral("onlyChanged"));
    m_onlyChanged->setToolTip(tr("Shows only images that the augmentation changes in this epoch."));
    m_others->setObjectName(QStringLiteral("otherImages"));
    m_others->setToolTip(tr("Another random choice of the training images"));
    auto* save = new QPushButton(tr("Save sheet..."));
    save->setToolTip(tr("These images as a PNG"));
    save->setObjectName(QStringLiteral("dataExport"));
    layout->addWidget(label);
    layout->addWidget(m_epoch);
    layout->addSpacing(8);
    layout->addWidget(m_onlyChanged);
    layout->addStretch(1);
    layout->addWidget(m_others);
    layout->addWidget(save);
    connect(m_epoch, &QSpinBox::valueChanged, m_samples, &SampleModel::setEpoch);
    connect(m_onlyChanged, &QCheckBox::toggled, m_samples, &SampleModel::setOnlyChanged);
    connect(m_others, &QPushButton::clicked, m_samples, &SampleModel::showOthers);
    connect(m_samples, &QAbstractItemModel::modelReset, this, &DataPage::refreshEmptyText);
    connect(save, &QPushButton::clicked, this, &DataPage::exportSamples);
    return controls;
}

QWidget* DataPage::buildSamples()
{
    m_view->setObjectName(QStringLiteral("samples"));
    m_view->setModel(m_samples);
    m_view->setItemDelegate(new SampleDelegate(m_view));
    m_view->setViewMode(QListView::IconMode);
    m_view->setResizeMode(QListView::Adjust);
    m_view->setMovement(QListView::Static);
    m_view->setUniformItemSizes(true);
    m_view->setSpacing(4);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setObjectName(QStringLiteral("samplesEmpty"));
    auto* overlay = new QVBoxLayout(m_view->viewport());
    overlay->addWidget(m_empty);
    return m_view;
}

QWidget* DataPage::buildFacts()
{
    auto* facts = new QWidget;
    auto* layout = new QVBoxLayout(facts);
    layout->setContentsMargins(8, 0, 0, 0);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_title->setWordWrap(true);
    m_title->setObjectName(QStringLiteral("dataTitle"));
    m_title->setTextFormat(Qt::PlainText); // a folder's name is no markup
    m_facts->setObjectName(QStringLiteral("dataPageFacts"));
    m_facts->setWordWrap(true);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_warnings->setObjectName(QStringLiteral("dataWarnings"));
    m_warnings->setSelectable(true);
    m_allWarnings->setCheckable(true);
    m_bars->setObjectName(QStringLiteral("classBars"));
    layout->addWidget(m_title);
    layout->addWidget(m_facts);
    layout->addWidget(m_warnings);
    layout->addWidget(m_allWarnings);
    layout->addWidget(new QLabel(tr("Images per class")));
    layout->addWidget(m_bars);
    layout->addStretch(1);
    connect(m_allWarnings, &QToolButton::toggled, this, &DataPage::showWarnings);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(facts);
    scroll->setMinimumWidth(240);
    return scroll;
}

void DataPage::connectProvider()
{
    connect(&m_provider, &DatasetProvider::progress, this, [this](const QString& spec, int percent) {
        if (mine(spec))
            showLoading(percent);
    });
    connect(&m_provider, &DatasetProvider::ready, this, [this](const QString& spec) {
        if (mine(spec))
            load();
    });
    connect(&m_provider, &DatasetProvider::failed, this, [this](const QString& spec, const QString& message) {
        if (mine(spec))
            showError(message);
    });
}

void DataPage::showSpec(const RunSpec& spec)
{
    const bool otherData = !m_asked || !(spec.data == m_spec.data);
    const bool otherSamples = otherData || spec.seed != m_spec.seed || spec.augment != m_spec.augment
                              || spec.quickLook != m_spec.quickLook || spec.limitTrain != m_spec.limitTrain;
    m_asked = true;
    m_spec = spec;
    m_epoch->setMaximum(std::max(1, spec.epochs));
    if (otherData) {
        m_dataset.reset();
        load();
    } else if (otherSamples && m_dataset) {
        m_samples->setDataset(m_dataset, m_spec);
    }
}

void DataPage::load()
{
    m_dataset = m_provider.peek(m_spec.data);
    if (m_dataset) {
        showDataset();
        return;
    }
    const QString error = m_provider.lastError(m_spec.data);
    if (!error.isEmpty()) {
        showError(error); // asked for already: Try again asks once more
        return;
    }
    showLoading(-1);
    m_provider.request(m_spec.data);
}

void DataPage::showDataset()
{
    m_state = State::Shown;
    const QLocale locale;
    m_title->setText(QString::fromStdString(m_dataset->title));
    m_title->setToolTip(plainToolTip(QString::fromStdString(m_dataset->spec.path)));
    m_facts->setText(tr("%1 training and %2 test images, %3 classes\nMean  %4\nDeviation  %5\nFingerprint  %6")
                         .arg(locale.toString(qulonglong(m_dataset->train.size())),
                              locale.toString(qulonglong(m_dataset->test.size())),
                              locale.toString(qulonglong(m_dataset->classNames.size())), triple(m_dataset->mean),
                              triple(m_dataset->deviation), QString::fromStdString(m_dataset->fingerprint).left(12)));
    m_facts->setToolTip(
        tr("Mean and deviation of red, green and blue, of values from 0 to 1: they are taken off before "
           "training.\nSHA-256 over names, labels and pixels: %1")
            .arg(QString::fromStdString(m_dataset->fingerprint)));
    QStringList names;
    for (const std::string& name : m_dataset->classNames)
        names.append(QString::fromStdString(name));
    m_bars->setCounts(names, m_dataset->classCounts(m_dataset->train), m_dataset->classCounts(m_dataset->test));
    m_allWarnings->setChecked(false);
    showWarnings();
    m_samples->setDataset(m_dataset, m_spec);
    m_stack->setCurrentIndex(0);
}

void DataPage::showWarnings()
{
    const auto& warnings = m_dataset->warnings;
    const std::size_t shown =
        m_allWarnings->isChecked() ? warnings.size() : std::min<std::size_t>(warnings.size(), fewWarnings);
    QStringList texts;
    for (std::size_t i = 0; i < shown; ++i)
        texts.append(QString::fromStdString(warnings[i]));
    m_warnings->say(InlineMessage::Kind::Warning, texts.join(QLatin1Char('\n')));
    m_allWarnings->setVisible(warnings.size() > fewWarnings);
    m_allWarnings->setText(m_allWarnings->isChecked() ? tr("Show fewer")
                                                      : tr("Show all %1 notes").arg(warnings.size()));
}

void DataPage::showLoading(int percent)
{
    m_state = State::Loading;
    m_status->showLoading(QString::fromStdString(m_spec.data.title()), percent);
    m_stack->setCurrentIndex(1);
}

void DataPage::showError(const QString& message)
{
    m_state = State::Failed;
    m_status->showError(message);
    m_stack->setCurrentIndex(1);
}

void DataPage::refreshEmptyText()
{
    m_empty->setVisible(m_samples->rowCount() == 0);
    m_empty->setText(
        m_spec.augment <= 0
            ? tr("No image is changed: the augmentation probability is 0. Raise it in the form, or show all images.")
            : tr("No image is changed in this epoch. Try another epoch, or show all images."));
}

void DataPage::exportSamples()
{
    const QString title = tr("%1: training images as they are and in epoch %2")
                              .arg(QString::fromStdString(m_spec.data.title()))
                              .arg(m_epoch->value());
    exportPngWithDialog(this, sampleSheet(*m_samples, title), m_settings);
}

bool DataPage::mine(const QString& spec) const
{
    return m_asked && spec == QString::fromStdString(m_spec.data.toString());
}

} // namespace normscope
