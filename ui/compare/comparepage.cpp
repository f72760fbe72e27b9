// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/comparepage.h"

#include "ui/compare/comparisontext.h"
#include "ui/compare/metricsexport.h"
#include "ui/compare/metricstablemodel.h"
#include "ui/compare/pagerefresh.h"
#include "ui/export/imageexport.h"
#include "ui/export/textexport.h"
#include "ui/runs/runlibrary.h"
#include "ui/window/appsettings.h"

#include <QClipboard>
#include <QDir>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <vector>

namespace normscope {

namespace {

constexpr int headerPadding = 22; ///< margins and the sort arrow
constexpr int leastNameWidth = 130;

QLabel* textLabel(QWidget* parent, const QString& name)
{
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText); // run names are the user's own text
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

void showText(QLabel* label, const QString& text)
{
    label->setText(text);
    label->setVisible(!text.isEmpty());
}

void enlarge(QLabel* label, double factor, bool bold)
{
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setBold(bold);
    label->setFont(font);
}

} // namespace

ComparePage::ComparePage(RunLibrary& library, AppSettings& settings, QWidget* parent)
    : QWidget(parent), m_library(library), m_settings(settings), m_model(new MetricsTableModel(this)),
      m_proxy(new MetricsSortProxy(this))
{
    m_proxy->setSourceModel(m_model);
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(buildEmpty());
    m_stack->addWidget(buildContent());
    auto* updates = new PageRefresh(this, [this] { refresh(); });
    updates->listenTo(library);
}

QWidget* ComparePage::buildEmpty()
{
    auto* label = textLabel(this, QStringLiteral("empty"));
    label->setAlignment(Qt::AlignCenter);
    label->setMargin(40);
    enlarge(label, 1.15, false);
    label->setText(tr("No run is checked.\nCheck runs in the list of runs to compare their figures here."));
    return label;
}

QWidget* ComparePage::buildContent()
{
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* content = new QWidget(scroll);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(10);
    m_differences = textLabel(content, QStringLiteral("differences"));
    enlarge(m_differences, 1.1, true);
    m_warning = textLabel(content, QStringLiteral("dataWarning"));
    m_warning->setFrameShape(QFrame::StyledPanel);
    m_warning->setMargin(8);
    m_unfinished = textLabel(content, QStringLiteral("unfinished"));
    buildTable();
    m_quickNote = textLabel(content, QStringLiteral("quickNote"));
    auto* targetsTitle = textLabel(content, QStringLiteral("targetsTitle"));
    targetsTitle->setText(tr("The three targets"));
    enlarge(targetsTitle, 1.0, true);
    m_targets = textLabel(content, QStringLiteral("targets"));
    auto* readingTitle = textLabel(content, QStringLiteral("readingTitle"));
    readingTitle->setText(tr("In words"));
    enlarge(readingTitle, 1.0, true);
    m_reading = textLabel(content, QStringLiteral("reading"));
    for (QWidget* widget : {static_cast<QWidget*>(m_differences), static_cast<QWidget*>(m_warning),
                            static_cast<QWidget*>(m_unfinished), static_cast<QWidget*>(m_table),
                            static_cast<QWidget*>(m_quickNote), buildButtons()})
        layout->addWidget(widget);
    layout->addSpacing(8);
    for (QLabel* label : {readingTitle, m_reading, targetsTitle, m_targets})
        layout->addWidget(label);
    layout->addStretch(1);
    scroll->setWidget(content);
    return scroll;
}

void ComparePage::buildTable()
{
    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("metricsTable"));
    m_table->setModel(m_proxy);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setIconSize(QSize(28, 12));
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // as tall as its rows; the page scrolls
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 12);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSortIndicatorClearable(true); // a third click brings the order of the list of runs back
    header->setSortIndicator(-1, Qt::AscendingOrder);
    header->setStretchLastSection(false);
    m_table->setSortingEnabled(true);
    m_table->viewport()->installEventFilter(this);
}

QWidget* ComparePage::buildButtons()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* csvButton = new QPushButton(tr("Export CSV…"), bar);
    csvButton->setToolTip(tr("The figures as a file whose columns the comparison notebook reads."));
    auto* copyButton = new QPushButton(tr("Copy as text"), bar);
    copyButton->setToolTip(tr("The table and the sentences to the clipboard."));
    auto* pngButton = new QPushButton(tr("Export PNG…"), bar);
    pngButton->setToolTip(tr("The table as a picture, black on white."));
    m_status = textLabel(bar, QStringLiteral("status"));
    for (QPushButton* button : {csvButton, copyButton, pngButton})
        layout->addWidget(button);
    layout->addWidget(m_status, 1);
    connect(csvButton, &QPushButton::clicked, this, &ComparePage::exportCsv);
    connect(copyButton, &QPushButton::clicked, this, &ComparePage::copyText);
    connect(pngButton, &QPushButton::clicked, this, &ComparePage::exportPng);
    return bar;
}

void ComparePage::refresh()
{
    std::vector<Run> runs;
    for (const Run* run : m_library.checkedRuns())
        runs.push_back(*run);
    m_model->setRuns(std::move(runs));
    const auto& shown = m_model->runs();
    m_stack->setCurrentIndex(shown.empty() ? 0 : 1);
    showText(m_differences, ComparisonText::differencesSentence(shown));
    const QString warning = ComparisonText::dataWarning(shown);
    showText(m_warning, warning.isEmpty() ? QString() : QStringLiteral("\u26a0 ") + warning);
    showText(m_unfinished, ComparisonText::unfinishedSentence(shown));
    showText(m_quickNote, sentencesBelow().value(0));
    showText(m_reading, ComparisonText::reading(shown));
    showText(m_targets, ComparisonText::targetLines(shown).join(QLatin1Char('\n')));
    fitTable();
}

void ComparePage::fitTable()
{
    fitColumns();
    const int rows = m_table->verticalHeader()->length();
    const bool scrolls = m_table->horizontalHeader()->length() > m_table->viewport()->width();
    const int bar = scrolls ? m_table->horizontalScrollBar()->sizeHint().height() : 0;
    m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height() + rows + bar + 2 * m_table->frameWidth());
}

// Wide where there is room, close together where there is not; at last the names are elided.
void ComparePage::fitColumns()
{
    const QAbstractItemView* view = m_table; // the hint is not public in QTableView
    const QFontMetrics metrics(m_table->horizontalHeader()->font());
    std::vector<int> widths;
    int sum = 0;
    for (int column = 0; column < MetricsTableModel::ColumnCount; ++column) {
        const QString title = m_proxy->headerData(column, Qt::Horizontal).toString();
        widths.push_back(std::max(view->sizeHintForColumn(column) + 6, metrics.horizontalAdvance(title) + headerPadding));
        sum += widths.back();
    }
    const int spare = m_table->viewport()->width() - sum;
    if (spare < 0)
        widths[0] = std::max(std::min(widths[0], leastNameWidth), widths[0] + spare);
    else
        for (int& width : widths)
            width += std::min(spare / MetricsTableModel::ColumnCount, 24);
    for (int column = 0; column < MetricsTableModel::ColumnCount; ++column)
        m_table->setColumnWidth(column, widths[std::size_t(column)]);
}

bool ComparePage::eventFilter(QObject* watched, QEvent* event)
{
    if (m_table && watched == m_table->viewport() && event->type() == QEvent::Resize)
        QMetaObject::invokeMethod(this, &ComparePage::fitTable, Qt::QueuedConnection); // not while it is laid out
    return QWidget::eventFilter(watched, event);
}

QStringList ComparePage::sentencesAbove() const
{
    const auto& runs = m_model->runs();
    QStringList lines = {ComparisonText::differencesSentence(runs), ComparisonText::dataWarning(runs),
                         ComparisonText::unfinishedSentence(runs)};
    lines.removeAll(QString());
    return lines;
}

QStringList ComparePage::sentencesBelow() const
{
    QStringList notes;
    if (const QString note = m_model->bestNote(); !note.isEmpty())
        notes.append(note);
    if (m_model->hasQuickLook())
        notes.append(tr("%1 quick look: a fifth of the images, so the figures are rough").arg(MetricsTableModel::quickMark()));
    return {notes.join(QStringLiteral("    ")), ComparisonText::reading(m_model->runs())};
}

QString ComparePage::csv() const
{
    std::vector<RunRecord> records;
    for (const Run& run : m_model->runs())
        records.push_back(run.record);
    return QString::fromStdString(comparisonCsv(records));
}

QString ComparePage::plainText() const
{
    QStringList lines = sentencesAbove();
    lines.append(tableText(*m_proxy));
    lines.append(sentencesBelow());
    lines.removeAll(QString());
    lines.append(tr("Targets: %1.").arg(ComparisonText::targetLines(m_model->runs()).join(QStringLiteral("; "))));
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void ComparePage::exportCsv()
{
    askAndSaveText(this, tr("Export the figures"), QStringLiteral("comparison.csv"), csv().toStdString(), m_settings,
                   [this](const QString& path) {
        m_status->setText(tr("Written: %1").arg(QDir::toNativeSeparators(path)));
    });
}

void ComparePage::copyText()
{
    QGuiApplication::clipboard()->setText(plainText());
    m_status->setText(tr("Copied."));
}

void ComparePage::exportPng()
{
    QStringList below = sentencesBelow();
    below.removeAll(QString());
    exportPngWithDialog(this, tableExport(*m_proxy, tr("Comparison of runs"), sentencesAbove(), below), m_settings);
}

} // namespace normscope
