// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/network/networkpage.h"

#include "ui/experiment/normalizationchooser.h"
#include "ui/export/imageexport.h"
#include "ui/network/layertablemodel.h"
#include "ui/network/networkdrawing.h"
#include "ui/network/normcube.h"
#include "ui/runs/runlibrary.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace normscope {

namespace {

constexpr double zoomStep = 1.25;

} // namespace

NetworkPage::NetworkPage(RunLibrary& library, AppSettings& settings, QWidget* parent)
    : QWidget(parent),
      m_library(library),
      m_settings(settings),
      m_choice(new QComboBox(this)),
      m_summary(new QLabel(this)),
      m_explanation(new QLabel(this)),
      m_cubeCaption(new QLabel(this)),
      m_drawing(new NetworkDrawing),
      m_scroll(new QScrollArea(this)),
      m_model(new LayerTableModel(this)),
      m_table(new QTableView(this)),
      m_cube(new NormCube(this))
{
    auto* lower = new QSplitter(Qt::Horizontal, this);
    lower->addWidget(buildTable());
    lower->addWidget(buildExplanation());
    lower->setStretchFactor(0, 3);
    lower->setStretchFactor(1, 2);
    lower->setChildrenCollapsible(false);
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(buildDrawing());
    split->addWidget(lower);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(buildBar());
    layout->addWidget(split, 1);
    connectHighlights();
    for (const auto signal : {&RunLibrary::runAdded, &RunLibrary::runRemoved, &RunLibrary::runChanged})
        connect(&m_library, signal, this, &NetworkPage::refreshChoices);
    connect(&m_library, &RunLibrary::checkedChanged, this, &NetworkPage::refreshChoices);
    refreshChoices();
}

QWidget* NetworkPage::buildBar()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("Network of"), bar);
    label->setBuddy(m_choice);
    m_choice->setObjectName(QStringLiteral("networkChoice"));
    m_choice->setMinimumWidth(180);
    m_summary->setObjectName(QStringLiteral("networkSummary"));
    layout->addWidget(label);
    layout->addWidget(m_choice);
    layout->addSpacing(8);
    layout->addWidget(m_summary, 1);
    const auto button = [&](const QString& text, const QString& help, auto action) {
        auto* tool = new QToolButton(bar);
        tool->setText(text);
        tool->setToolTip(help);
        tool->setAccessibleName(help);
        connect(tool, &QToolButton::clicked, this, action);
        layout->addWidget(tool);
    };
    button(QStringLiteral("-"), tr("Smaller drawing"),
           [this] { m_drawing->setZoom(m_drawing->shownScale() / zoomStep); });
    button(tr("Fit"), tr("Fit the drawing to its place"), [this] { m_drawing->setZoom(0); });
    button(QStringLiteral("+"), tr("Larger drawing"),
           [this] { m_drawing->setZoom(m_drawing->shownScale() * zoomStep); });
    auto* save = new QPushButton(tr("Save drawing..."), bar);
    save->setObjectName(QStringLiteral("networkExport"));
    connect(save, &QPushButton::clicked, this, &NetworkPage::exportPng);
    layout->addWidget(save);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &NetworkPage::refresh);
    return bar;
}

QWidget* NetworkPage::buildDrawing()
{
    m_scroll->setWidgetResizable(true);
    m_scroll->setWidget(m_drawing);
    return m_scroll;
}

QWidget* NetworkPage::buildTable()
{
    m_table->setObjectName(QStringLiteral("layerTable"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setMouseTracking(true);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 5);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(LayerTableModel::TypeColumn, QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setHighlightSections(false);
    return m_table;
}

QWidget* NetworkPage::buildExplanation()
{
    auto* box = new QWidget(this);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(8, 0, 0, 0);
    m_explanation->setObjectName(QStringLiteral("networkExplanation"));
    m_explanation->setWordWrap(true);
    m_cubeCaption->setWordWrap(true);
    m_cubeCaption->setAlignment(Qt::AlignHCenter);
    layout->addWidget(m_explanation);
    layout->addWidget(m_cube, 1);
    layout->addWidget(m_cubeCaption);
    return box;
}

void NetworkPage::connectHighlights()
{
    connect(m_drawing, &NetworkDrawing::hovered, this, [this](int layer) {
        if (layer < 0) {
            m_table->clearSelection();
            return;
        }
        m_table->selectRow(layer);
        m_table->scrollTo(m_model->index(layer, 0));
    });
    connect(m_table, &QTableView::entered, this,
            [this](const QModelIndex& index) { m_drawing->setHighlighted(m_model->layerOfRow(index.row())); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) { m_drawing->setHighlighted(m_model->layerOfRow(index.row())); });
}

void NetworkPage::refreshChoices()
{
    const QString before = m_choice->currentData().toString();
    {
        const QSignalBlocker block(m_choice);
        m_choice->clear();
        m_choice->addItem(tr("the form"), QString());
        for (const Run* run : m_library.checkedRuns())
            m_choice->addItem(run->displayName(), run->id());
        m_choice->setCurrentIndex(std::max(0, m_choice->findData(before)));
    }
    refresh();
}

void NetworkPage::showSpec(const RunSpec& spec, int classes)
{
    m_formSpec = spec;
    m_formClasses = classes;
    refresh();
}

void NetworkPage::refresh()
{
    RunSpec spec = m_formSpec;
    int classes = m_formClasses;
    if (const Run* run = m_library.run(m_choice->currentData().toString())) {
        spec = run->record.spec;
        classes = run->record.classNames.empty() ? 10 : int(run->record.classNames.size());
    }
    const bool same =
        spec.normalization == m_spec.normalization && spec.groups == m_spec.groups && classes == m_classes;
    m_spec = spec;
    if (same)
        return;
    m_classes = classes;
    m_network = describeNetwork(spec.normalization, spec.groups, classes);
    m_model->setNetwork(m_network);
    m_drawing->setNetwork(m_network);
    m_cube->setNormalization(spec.normalization, spec.groups);
    const QLocale locale;
    m_summary->setText(tr("%1 parameters, %2 million multiply-adds an image")
                           .arg(locale.toString(qlonglong(m_network.parameters)),
                                locale.toString(double(m_network.multiplyAdds) / 1e6, 'f', 1)));
    m_explanation->setText(QStringLiteral("<b>%1.</b> %2")
                               .arg(QString::fromStdString(normalizationTitle(spec.normalization, spec.groups)),
                                    normalizationExplanation(spec.normalization, spec.groups)));
    m_cubeCaption->setText(spec.normalization == Normalization::None
                               ? tr("No values share a mean.")
                               : tr("The blue values share one mean and one deviation; N are the images of a batch."));
}

QString NetworkPage::title() const
{
    return tr("%1: %2 parameters")
        .arg(QString::fromStdString(normalizationTitle(m_spec.normalization, m_spec.groups)),
             QLocale().toString(qlonglong(m_network.parameters)));
}

void NetworkPage::exportPng()
{
    ExportItem item;
    item.title = title();
    item.fileStem = QStringLiteral("network");
    item.defaultSize = QSize(1400, 640);
    // The dialog outlives a change of the page: it draws what was shown when it was opened.
    auto drawing = std::make_shared<NetworkDrawing>();
    drawing->setNetwork(m_network);
    item.paint = [drawing, title = item.title](QPainter& painter, const QRectF& target) {
        drawing->paintForExport(painter, target, title);
    };
    exportPngWithDialog(this, item, m_settings);
}

} // namespace normscope
