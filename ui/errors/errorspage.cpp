// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/errors/errorspage.h"

#include "ui/compare/comparisontext.h"
#include "ui/compare/pagerefresh.h"
#include "ui/data/datasetprovider.h"
#include "ui/errors/errorscolumn.h"
#include "ui/errors/errorsfilterbar.h"
#include "ui/export/textexport.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>
#include <utility>

namespace normscope {

static QString dataKey(const Run& run)
{
    return QString::fromStdString(run.record.spec.data.toString());
}

ErrorsPage::ErrorsPage(RunLibrary& library, DatasetProvider& datasets, AppSettings& settings, QWidget* parent)
    : QWidget(parent), m_library(library), m_datasets(datasets), m_settings(settings), m_stack(new QStackedLayout(this))
{
    auto* empty = new QLabel(tr("No run is checked.\nCheck runs in the list of runs to see which test images they get wrong."), this);
    empty->setObjectName(QStringLiteral("empty"));
    empty->setAlignment(Qt::AlignCenter);
    empty->setWordWrap(true);
    m_stack->addWidget(empty);
    m_stack->addWidget(buildContent());
    m_updates = new PageRefresh(this, [this] { refresh(); });
    m_updates->listenTo(library);
    connect(&datasets, &DatasetProvider::ready, m_updates, &PageRefresh::schedule);
    connect(&datasets, &DatasetProvider::failed, m_updates, &PageRefresh::schedule);
    connect(&datasets, &DatasetProvider::progress, this, [this](const QString& spec, int percent) {
        m_percent.insert(spec, percent);
        m_updates->schedule();
    });
}

ErrorsPage::~ErrorsPage()
{
    // Columns that change while the window is taken down must not tell a page whose members are gone.
    for (ErrorsColumn* column : m_columns)
        column->disconnect(this);
}

QWidget* ErrorsPage::buildContent()
{
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(spacing::page, spacing::page, spacing::page, spacing::normal);
    m_bar = new ErrorsFilterBar(content);
    layout->addWidget(m_bar);
    auto* second = new QHBoxLayout;
    second->addWidget(m_bar->chip());
    second->addStretch(1);
    second->addWidget(buildExportButton(tr("Export CSV"), false));
    second->addWidget(buildExportButton(tr("Export PNG"), true));
    layout->addLayout(second);
    auto* scroll = new QScrollArea(content);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* canvas = new QWidget(scroll);
    m_columnLayout = new QHBoxLayout(canvas);
    m_columnLayout->setContentsMargins(0, 0, 0, 0);
    m_columnLayout->setSpacing(spacing::large);
    scroll->setWidget(canvas);
    layout->addWidget(scroll, 1);
    connect(m_bar, &ErrorsFilterBar::filterChanged, this, &ErrorsPage::followFilter);
    connect(m_bar, &ErrorsFilterBar::orderChanged, this, &ErrorsPage::applyOrder);
    connect(m_bar, &ErrorsFilterBar::thumbnailSizeChanged, this, &ErrorsPage::applySize);
    return content;
}

QToolButton* ErrorsPage::buildExportButton(const QString& text, bool png)
{
    auto* button = new QToolButton(this);
    button->setText(text);
    button->setToolTip(png ? tr("The pictures as a sheet, black on white.") : tr("The list of errors as a table."));
    button->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(button);
    button->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu, png] { fillExportMenu(menu, png); });
    return button;
}

void ErrorsPage::fillExportMenu(QMenu* menu, bool png)
{
    menu->clear();
    if (png && m_columns.size() > 1)
        connect(menu->addAction(tr("All %1 runs on one sheet…").arg(m_columns.size())), &QAction::triggered, this,
                [this] { exportSheet(-1); });
    for (int i = 0; i < int(m_columns.size()); ++i) {
        const ErrorsColumn* column = m_columns[std::size_t(i)];
        if (!column->model()->evaluation())
            continue;
        QString name = column->run().displayName();
        name.replace(QLatin1Char('&'), QStringLiteral("&&"));
        connect(menu->addAction(name + QStringLiteral("…")), &QAction::triggered, column,
                [this, png, i] { png ? exportSheet(i) : exportList(i); });
    }
    if (menu->isEmpty())
        menu->addAction(tr("No checked run has been tested yet"))->setEnabled(false);
}

ErrorsSheetColumn ErrorsPage::sheetColumn(const ErrorsColumn& column) const
{
    const ThumbnailModel& model = *column.model();
    return {column.run().displayName(), column.totalText(),  column.run().record.colour, model.evaluation(),
            model.dataset(),            model.classNames(), model.evaluationRows()};
}

ExportItem ErrorsPage::sheet(int only) const
{
    std::vector<ErrorsSheetColumn> columns;
    for (int i = 0; i < int(m_columns.size()); ++i)
        if (only < 0 || only == i)
            columns.push_back(sheetColumn(*m_columns[std::size_t(i)]));
    const ErrorFilter filter = m_bar->filter();
    const QString what = m_bar->chipText();
    QString title = filter.isCell() && filter.trueClass == filter.predictedClass ? tr("Test images") : tr("Misclassified test images");
    if (!what.isEmpty())
        title = tr("%1: %2").arg(title, what);
    const QString stem = columns.size() == 1 ? QStringLiteral("errors-") + fileStem(columns.front().name) : QStringLiteral("errors");
    return errorsSheet(std::move(columns), title, stem, m_bar->thumbnailSize());
}

void ErrorsPage::exportSheet(int column)
{
    exportPngWithDialog(this, sheet(column), m_settings);
}

void ErrorsPage::exportList(int column)
{
    if (column < 0 || column >= int(m_columns.size()))
        return;
    const ErrorsColumn* chosen = m_columns[std::size_t(column)];
    askAndSaveText(this, tr("Export the list of errors"),
                   QStringLiteral("errors-%1.csv").arg(fileStem(chosen->run().displayName())),
                   chosen->model()->csv().toStdString(), m_settings);
}

ErrorsColumn* ErrorsPage::addColumn()
{
    auto* column = new ErrorsColumn(this);
    column->setThumbnailSize(m_bar->thumbnailSize());
    column->setOrder(m_bar->order());
    connect(column, &ErrorsColumn::imageSelected, this, [this, column](std::uint32_t index) { select(index, column); });
    connect(column, &ErrorsColumn::rowWidthChanged, this, &ErrorsPage::shareRowWidth);
    connect(column, &ErrorsColumn::retryRequested, this, [this, column] {
        m_datasets.request(column->run().record.spec.data);
        m_updates->schedule();
    });
    m_columnLayout->addWidget(column, 1);
    return column;
}

void ErrorsPage::refresh()
{
    std::vector<Run> runs;
    for (const Run* run : m_library.checkedRuns())
        runs.push_back(*run);
    m_stack->setCurrentIndex(runs.empty() ? 0 : 1);
    while (m_columns.size() > runs.size()) {
        m_columnLayout->removeWidget(m_columns.back());
        m_columns.back()->hide();
        m_columns.back()->deleteLater();
        m_columns.pop_back();
    }
    while (m_columns.size() < runs.size())
        m_columns.push_back(addColumn());
    for (std::size_t i = 0; i < runs.size(); ++i)
        m_columns[i]->setRun(runs[i], m_library.evaluation(runs[i].id()));
    updateClassNames();
    const auto before = std::exchange(m_images, {});
    for (const Run& run : runs)
        m_images.insert(dataKey(run), before.value(dataKey(run)));
    for (ErrorsColumn* column : m_columns)
        updateImages(column);
    applyFilter();
}

void ErrorsPage::updateClassNames()
{
    const ErrorsColumn* source = nullptr;
    for (const ErrorsColumn* column : m_columns)
        if (!column->run().record.classNames.empty() && (!source || column->runId() == m_classesFrom))
            source = column;
    m_bar->setClassNames(source ? source->run().record.classNames : std::vector<std::string>());
}

void ErrorsPage::updateImages(ErrorsColumn* column)
{
    const RunRecord& record = column->run().record;
    if (!column->model()->evaluation()) {
        column->setImages(nullptr, {}, false);
        return;
    }
    const QString key = dataKey(column->run());
    auto dataset = m_datasets.peek(record.spec.data);
    if (!dataset)
        dataset = m_images.value(key);
    if (dataset) {
        m_images.insert(key, dataset);
        const bool changed = !record.dataFingerprint.empty() && dataset->fingerprint != record.dataFingerprint;
        column->setImages(dataset, changed ? tr("\u26a0 The data has changed since this run: pictures and captions may not match.") : QString(),
                          false);
        return;
    }
    const QString error = m_datasets.lastError(record.spec.data);
    if (error.isEmpty()) {
        m_datasets.request(record.spec.data);
        const int percent = m_percent.value(key, 0);
        column->setImages(nullptr, percent > 0 ? tr("Loading images… %1 %").arg(percent) : tr("Loading images…"), false);
        return;
    }
    const QString path = QString::fromStdString(record.spec.data.path);
    column->setImages(nullptr, path.isEmpty() || error.contains(path) ? tr("The images are not available: %1").arg(error)
                                                                      : tr("The images of %1 are not available: %2").arg(path, error),
                      true);
}

void ErrorsPage::applyFilter()
{
    const ErrorFilter filter = m_bar->filter();
    for (ErrorsColumn* column : m_columns) {
        const bool same = column->run().record.classNames == m_bar->classNames();
        column->setFilter(filter, same || !filter.isSet());
    }
    applySelection();
}

void ErrorsPage::followFilter()
{
    m_selected.reset(); // another question: the image looked at before has nothing to say to it
    applyFilter();
}

void ErrorsPage::shareRowWidth()
{
    int width = std::numeric_limits<int>::max();
    for (const ErrorsColumn* column : m_columns)
        width = std::min(width, column->rowWidth());
    for (ErrorsColumn* column : m_columns)
        column->setRowWidth(width);
}

void ErrorsPage::applyOrder()
{
    for (ErrorsColumn* column : m_columns)
        column->setOrder(m_bar->order());
    applySelection();
}

void ErrorsPage::applySize(int side)
{
    for (ErrorsColumn* column : m_columns)
        column->setThumbnailSize(side);
}

void ErrorsPage::select(std::uint32_t testIndex, const ErrorsColumn* source)
{
    m_selected = testIndex;
    m_selectedIn = source->runId();
    applySelection();
}

void ErrorsPage::applySelection()
{
    const Run* source = m_library.run(m_selectedIn);
    for (ErrorsColumn* column : m_columns) {
        // The same number means the same image in the same data alone.
        const bool sameData = source && ComparisonText::sameData(source->record, column->run().record);
        column->selectImage(sameData ? m_selected : std::nullopt);
    }
}

void ErrorsPage::showCell(const QString& runId, int trueClass, int predictedClass)
{
    m_classesFrom = runId;
    if (const Run* run = m_library.run(runId); run && !run->record.classNames.empty())
        m_bar->setClassNames(run->record.classNames);
    m_bar->setFilter({trueClass, predictedClass});
    m_updates->schedule();
}

} // namespace normscope
