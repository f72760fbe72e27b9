// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/confusionpage.h"

#include "ui/compare/pagerefresh.h"
#include "ui/confusion/confusionpainter.h"
#include "ui/confusion/confusionpanel.h"
#include "ui/confusion/confusionview.h"
#include "ui/confusion/scalelegend.h"
#include "ui/export/textexport.h"
#include "ui/runs/runlibrary.h"
#include "ui/theme/theme.h"

#include <QButtonGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QStackedLayout>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

constexpr int panelGap = 18;
constexpr int namesShare = 80; ///< about what names and axis titles take from a panel

struct Grid {
    int columns = 1;
    double side = 0;
};

/// The number of columns that gives `count` panels the largest matrices in the given space.
Grid bestGrid(int count, const QSize& space, int header)
{
    Grid best;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double width = double(space.width() - panelGap * (columns - 1)) / columns - namesShare;
        const double height = double(space.height() - panelGap * (rows - 1)) / rows - header - namesShare;
        const double side = std::min(width, height);
        if (side > best.side + 0.5)
            best = {columns, side};
    }
    return best;
}

} // namespace

ConfusionPage::ConfusionPage(RunLibrary& library, AppSettings& settings, QWidget* parent)
    : QWidget(parent), m_library(library), m_settings(settings), m_stack(new QStackedLayout(this))
{
    auto* empty = new QLabel(tr("No run is checked.\nCheck runs in the list of runs to see which classes they take for which."), this);
    empty->setObjectName(QStringLiteral("empty"));
    empty->setAlignment(Qt::AlignCenter);
    empty->setWordWrap(true);
    m_stack->addWidget(empty);
    m_stack->addWidget(buildContent());
    auto* updates = new PageRefresh(this, [this] { refresh(); });
    updates->listenTo(library);
}

ConfusionPage::~ConfusionPage()
{
    // A view that loses the focus while the window is taken down must not tell a page whose members are gone.
    for (ConfusionPanel* panel : m_panels)
        panel->view()->disconnect(this);
}

QWidget* ConfusionPage::buildContent()
{
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(spacing::page, spacing::page, spacing::page, spacing::normal);
    layout->addWidget(buildToolBar());
    m_scroll = new QScrollArea(content);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_canvas = new QWidget;
    m_scroll->setWidget(m_canvas);
    m_scroll->viewport()->installEventFilter(this);
    layout->addWidget(m_scroll, 1);
    m_hover = new QLabel(content);
    m_hover->setObjectName(QStringLiteral("hover"));
    m_hover->setTextFormat(Qt::PlainText);
    m_hover->setWordWrap(true);
    m_hover->setMinimumHeight(2 * fontMetrics().height());
    m_hover->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    layout->addWidget(m_hover);
    return content;
}

QWidget* ConfusionPage::buildToolBar()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* group = new QButtonGroup(bar);
    auto* fractions = buildShowButton(tr("Share of true class"), tr("Each row adds up to 1, as in the lesson's matrices."), false);
    auto* counts = buildShowButton(tr("Counts"), tr("How many test images fell into each cell."), true);
    for (QToolButton* button : {fractions, counts}) {
        group->addButton(button);
        layout->addWidget(button);
    }
    fractions->setChecked(true);
    layout->addSpacing(spacing::large);
    layout->addWidget(new ScaleLegend(bar));
    layout->addStretch(1);
    layout->addWidget(buildExportButton(tr("Export CSV"), &ConfusionPage::fillCsvMenu));
    layout->addWidget(buildExportButton(tr("Export PNG"), &ConfusionPage::fillPngMenu));
    return bar;
}

QToolButton* ConfusionPage::buildShowButton(const QString& text, const QString& tip, bool counts)
{
    auto* button = new QToolButton(this);
    button->setObjectName(counts ? QStringLiteral("showCounts") : QStringLiteral("showFractions"));
    button->setText(text);
    button->setToolTip(tip);
    button->setCheckable(true);
    connect(button, &QToolButton::toggled, this, [this, counts](bool on) {
        if (on)
            setCounts(counts);
    });
    return button;
}

QToolButton* ConfusionPage::buildExportButton(const QString& text, void (ConfusionPage::*fill)(QMenu*))
{
    auto* button = new QToolButton(this);
    button->setText(text);
    button->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(button);
    button->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu, fill] {
        menu->clear();
        (this->*fill)(menu);
        if (menu->isEmpty())
            menu->addAction(tr("No checked run has a matrix yet"))->setEnabled(false);
    });
    return button;
}

std::vector<const ConfusionPanel*> ConfusionPage::panelsWithMatrix() const
{
    std::vector<const ConfusionPanel*> found;
    std::copy_if(m_panels.begin(), m_panels.end(), std::back_inserter(found), [](const ConfusionPanel* p) { return p->hasMatrix(); });
    return found;
}

void ConfusionPage::fillPngMenu(QMenu* menu)
{
    const auto shown = panelsWithMatrix();
    if (shown.size() > 1)
        connect(menu->addAction(tr("All %1 matrices on one sheet…").arg(shown.size())), &QAction::triggered, this,
                [this] { exportPngWithDialog(this, confusionSheet(panelsWithMatrix()), m_settings); });
    for (const ConfusionPanel* panel : shown)
        connect(menu->addAction(QString(panel->name()).replace(QLatin1Char('&'), QStringLiteral("&&")) + QStringLiteral("…")),
                &QAction::triggered, panel, [this, panel] { exportPngWithDialog(this, panel->exportItem(), m_settings); });
}

void ConfusionPage::fillCsvMenu(QMenu* menu)
{
    for (const ConfusionPanel* panel : panelsWithMatrix())
        connect(menu->addAction(QString(panel->name()).replace(QLatin1Char('&'), QStringLiteral("&&")) + QStringLiteral("…")),
                &QAction::triggered, panel, [this, panel] {
                    askAndSaveText(this, tr("Export the confusion matrix"),
                                   QStringLiteral("confusion-%1.csv").arg(fileStem(panel->name())),
                                   panel->csv().toStdString(), m_settings);
                });
}

ConfusionPanel* ConfusionPage::addPanel()
{
    auto* panel = new ConfusionPanel(m_canvas);
    panel->setShow(m_counts ? ConfusionModel::Show::Counts : ConfusionModel::Show::Fractions);
    connect(panel->view(), &ConfusionView::cellHighlighted, this, &ConfusionPage::highlight);
    connect(panel->view(), &ConfusionView::cellActivated, this, [this, panel](int trueClass, int predictedClass) {
        Q_EMIT cellActivated(panel->runId(), trueClass, predictedClass);
    });
    panel->show();
    return panel;
}

void ConfusionPage::refresh()
{
    std::vector<Run> runs;
    for (const Run* run : m_library.checkedRuns())
        runs.push_back(*run);
    m_stack->setCurrentIndex(runs.empty() ? 0 : 1);
    while (m_panels.size() > runs.size()) {
        m_panels.back()->hide();
        m_panels.back()->deleteLater();
        m_panels.pop_back();
    }
    while (m_panels.size() < runs.size())
        m_panels.push_back(addPanel());
    for (std::size_t i = 0; i < runs.size(); ++i)
        m_panels[i]->setRun(runs[i], m_library.evaluation(runs[i].id()));
    layOutPanels();
    highlight(-1, -1);
}

void ConfusionPage::layOutPanels()
{
    if (m_panels.empty())
        return;
    int classes = 2;
    for (const ConfusionPanel* panel : m_panels)
        classes = std::max(classes, panel->model()->matrix().classes());
    const int header = m_panels.front()->headerHeight();
    const int count = int(m_panels.size());
    // Below this a matrix cannot be read or hit with the mouse: then the page scrolls instead.
    const double least = std::clamp(classes * 18.0, 140.0, 300.0);
    QSize space = m_scroll->maximumViewportSize();
    Grid grid = bestGrid(count, space, header);
    const bool scrolls = grid.side < least;
    if (scrolls) {
        space.rwidth() -= style()->pixelMetric(QStyle::PM_ScrollBarExtent);
        grid.columns = std::clamp(int((space.width() + panelGap) / (least + namesShare + panelGap)), 1, count);
    }
    const int rows = (count + grid.columns - 1) / grid.columns;
    const int leastWidth = int(least) + namesShare;
    const int width = std::max(leastWidth, (space.width() - panelGap * (grid.columns - 1)) / grid.columns);
    const int fit = (space.height() - panelGap * (rows - 1)) / rows;
    const int height = scrolls ? width + header : std::max(leastWidth + header, std::min(fit, width + header));
    for (int i = 0; i < count; ++i)
        m_panels[std::size_t(i)]->setGeometry((i % grid.columns) * (width + panelGap), (i / grid.columns) * (height + panelGap),
                                              width, height);
    m_canvas->resize(grid.columns * (width + panelGap) - panelGap, rows * (height + panelGap) - panelGap);
}

bool ConfusionPage::eventFilter(QObject* watched, QEvent* event)
{
    if (m_scroll && watched == m_scroll->viewport() && event->type() == QEvent::Resize)
        layOutPanels();
    return QWidget::eventFilter(watched, event);
}

void ConfusionPage::setCounts(bool counts)
{
    m_counts = counts;
    for (ConfusionPanel* panel : m_panels)
        panel->setShow(counts ? ConfusionModel::Show::Counts : ConfusionModel::Show::Fractions);
}

QString ConfusionPage::hoverText() const
{
    return m_hover->text();
}

void ConfusionPage::highlight(int trueClass, int predictedClass)
{
    QStringList figures;
    QString cell;
    for (const ConfusionPanel* panel : m_panels) {
        panel->view()->setHighlight(trueClass, predictedClass);
        const int classes = panel->model()->matrix().classes();
        if (trueClass < 0 || predictedClass < 0 || trueClass >= classes || predictedClass >= classes)
            continue;
        if (cell.isEmpty())
            cell = tr("true %1, predicted %2").arg(panel->model()->className(trueClass), panel->model()->className(predictedClass));
        const QString text = panel->model()->figures(trueClass, predictedClass);
        figures.append(m_panels.size() == 1 ? text : tr("%1 %2").arg(panel->name(), text));
    }
    m_hover->setText(cell.isEmpty() ? tr("Point at a cell for its figures in every run; click it to see its images.")
                                    : tr("%1: %2").arg(cell, figures.join(QStringLiteral("  \u00b7  "))));
}

} // namespace normscope
