// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/curves/curvespage.h"

#include "ui/curves/chartcanvas.h"
#include "ui/curves/chartexport.h"
#include "ui/curves/chartpanel.h"
#include "ui/curves/curvecontent.h"
#include "ui/curves/elidedlabel.h"
#include "ui/export/textexport.h"
#include "ui/theme/theme.h"

#include <QDir>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSlider>
#include <QStackedLayout>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

constexpr int firstSmoothing = 60; // hundredths, as in TensorBoard
constexpr int largestSmoothing = 99;
constexpr int leastBuckets = 400;
constexpr int exportBuckets = 3000;

} // namespace

CurvesPage::CurvesPage(RunLibrary& library, AppSettings& settings, QWidget* parent)
    : QWidget(parent), m_settings(settings), m_history(new History(library, this)),
      m_stack(new QStackedLayout(this))
{
    auto* empty = new QLabel(tr("No run is checked.\n\nTick one or more runs in the list to see their curves here, "
                                "or press Start to train a first one."));
    empty->setObjectName(u"empty"_s);
    empty->setAlignment(Qt::AlignCenter);
    empty->setWordWrap(true);
    empty->setMargin(24);
    m_stack->addWidget(empty);
    m_stack->addWidget(buildBody());

    m_escape = new QShortcut(QKeySequence(Qt::Key_Escape), this);
    m_escape->setEnabled(false);
    connect(m_escape, &QShortcut::activated, this, [this] { toggleEnlarged(nullptr); });
    connect(m_history, &History::changed, this, &CurvesPage::updateAll);
    connect(m_history, &History::batchesChanged, this, [this] {
        if (batchesShown())
            updateBatches();
    });
    updateAll();
}

QWidget* CurvesPage::buildBody()
{
    m_tabs = new QTabBar;
    m_tabs->setObjectName(u"curveTabs"_s);
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->addTab(tr("Epochs"));
    m_tabs->addTab(tr("Batches"));
    m_saved = new ElidedLabel(Qt::AlignRight);
    m_exportMetrics = new QPushButton(tr("Export metrics CSV\u2026"));
    m_exportMetrics->setObjectName(u"exportMetrics"_s);
    connect(m_exportMetrics, &QPushButton::clicked, this, &CurvesPage::exportMetrics);
    auto* top = new QHBoxLayout;
    top->setSpacing(12);
    top->addWidget(m_tabs);
    top->addWidget(m_saved, 1);
    top->addWidget(m_exportMetrics);

    m_legend = new RunLegend;
    m_pages = new QStackedWidget;
    m_pages->addWidget(buildEpochs());
    m_pages->addWidget(buildBatches());
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        m_pages->setCurrentIndex(index);
        toggleEnlarged(nullptr);
        updateAll();
    });

    auto* body = new QWidget;
    auto* all = new QVBoxLayout(body);
    all->setContentsMargins(spacing::page, spacing::page, spacing::page, spacing::page);
    all->addLayout(top);
    all->addWidget(m_legend);
    all->addWidget(m_pages, 1);
    return body;
}

QWidget* CurvesPage::buildEpochs()
{
    auto* page = new QWidget;
    m_grid = new QGridLayout(page);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(spacing::normal);
    for (int i = 0; i < 4; ++i) {
        auto* panel = new ChartPanel(curveStem(static_cast<Curve>(i)));
        m_panels[static_cast<std::size_t>(i)] = panel;
        m_grid->addWidget(panel, i / 2, i % 2);
        m_grid->setRowStretch(i / 2, 1);
        m_grid->setColumnStretch(i % 2, 1);
        connectPanel(panel);
        connect(panel->canvas(), &ChartCanvas::cursorMoved, this, [this](int x) { setCursorX(x); });
        connect(panel->canvas(), &ChartCanvas::cursorLeft, this, [this] { setCursorX({}); });
        connect(panel, &ChartPanel::enlargeRequested, this, [this, panel] { toggleEnlarged(panel); });
    }
    return page;
}

QWidget* CurvesPage::buildBatches()
{
    m_smoothing = new QSlider(Qt::Horizontal);
    m_smoothing->setObjectName(u"smoothing"_s);
    m_smoothing->setRange(0, largestSmoothing);
    m_smoothing->setValue(firstSmoothing);
    m_smoothing->setMaximumWidth(300);
    m_smoothing->setToolTip(tr("Weight of what came before in the moving average: 0 shows the raw loss alone"));
    m_smoothingText = new QLabel;
    m_smoothingText->setMinimumWidth(fontMetrics().horizontalAdvance(u"0.00"_s) + 2);
    auto* label = new QLabel(tr("&Smoothing:"));
    label->setBuddy(m_smoothing);
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_smoothing, 1);
    row->addWidget(m_smoothingText);
    row->addStretch(1);
    connect(m_smoothing, &QSlider::valueChanged, this, &CurvesPage::updateBatches);

    m_batches = new ChartPanel(u"training-loss-batches"_s);
    m_batches->setEnlargeable(false); // it fills the page already
    connectPanel(m_batches);
    connect(m_batches->canvas(), &ChartCanvas::cursorMoved, m_batches->canvas(), [this](int x) { m_batches->canvas()->setCursorX(x); });
    connect(m_batches->canvas(), &ChartCanvas::cursorLeft, m_batches->canvas(), [this] { m_batches->canvas()->setCursorX({}); });
    auto* page = new QWidget;
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(0, 0, 0, 0);
    all->addLayout(row);
    all->addWidget(m_batches, 1);
    return page;
}

void CurvesPage::connectPanel(ChartPanel* panel)
{
    connect(panel, &ChartPanel::exportRequested, this, [this, panel] { exportChart(panel); });
}

double CurvesPage::smoothing() const
{
    return m_smoothing->value() / 100.0;
}

bool CurvesPage::batchesShown() const
{
    return m_tabs->currentIndex() == 1;
}

void CurvesPage::showBatches(bool batches)
{
    m_tabs->setCurrentIndex(batches ? 1 : 0);
}

void CurvesPage::updateAll()
{
    const auto& runs = m_history->runs();
    m_stack->setCurrentIndex(runs.empty() ? 0 : 1);
    const bool epochs = std::any_of(runs.begin(), runs.end(), [](const RunHistory& run) { return !run.epochs.empty(); });
    m_exportMetrics->setEnabled(epochs);
    m_exportMetrics->setToolTip(epochs ? tr("Save the figures of every epoch of the checked runs as a table")
                                       : tr("The checked runs have no epoch yet"));
    m_saved->setText({});
    m_legend->setEntries(legendEntries(*m_history, batchesShown()));
    updateEpochs();
    if (batchesShown())
        updateBatches();
}

void CurvesPage::updateEpochs()
{
    for (int i = 0; i < 4; ++i)
        m_panels[static_cast<std::size_t>(i)]->setContent(epochContent(static_cast<Curve>(i), m_history->runs()));
}

void CurvesPage::updateBatches()
{
    m_smoothingText->setText(QString::number(smoothing(), 'f', 2));
    m_legend->setEntries(legendEntries(*m_history, batchesShown()));
    m_batches->setContent(batchContent(*m_history, smoothing(), std::max(leastBuckets, m_batches->width()), m_batchLines));
}

void CurvesPage::setCursorX(std::optional<int> epoch)
{
    for (ChartPanel* panel : m_panels)
        panel->canvas()->setCursorX(epoch);
}

void CurvesPage::toggleEnlarged(ChartPanel* panel)
{
    const bool enlarge = panel && !panel->isEnlarged();
    for (int i = 0; i < 4; ++i) {
        ChartPanel* other = m_panels[static_cast<std::size_t>(i)];
        other->setEnlarged(enlarge && other == panel);
        other->setVisible(!enlarge || other == panel);
    }
    m_escape->setEnabled(enlarge);
    // An empty row or column must not keep its share of the page.
    for (int i = 0; i < 2; ++i) {
        const auto used = [&](int row, int column) { return !m_grid->itemAtPosition(row, column)->widget()->isHidden(); };
        m_grid->setRowStretch(i, used(i, 0) || used(i, 1) ? 1 : 0);
        m_grid->setColumnStretch(i, used(0, i) || used(1, i) ? 1 : 0);
    }
}

void CurvesPage::exportChart(ChartPanel* panel)
{
    const bool batches = panel == m_batches;
    BatchLines fine; // more of them than the screen's
    ChartContent content = batches ? batchContent(*m_history, smoothing(), exportBuckets, fine) : panel->content();
    exportPngWithDialog(window(), chartExport(std::move(content), legendEntries(*m_history, batches), panel->fileStem()), m_settings);
}

void CurvesPage::exportMetrics()
{
    const auto runs = m_history->runs();
    const QString name = runs.size() == 1 ? fileStem(runs.front().name) + u"-metrics.csv"_s : u"metrics.csv"_s;
    askAndSaveText(window(), tr("Export metrics"), name, metricsCsv(runs), m_settings,
                   [this](const QString& path) {
        m_saved->setText(tr("Saved %1").arg(QDir::toNativeSeparators(path)));
    });
}

} // namespace normscope
