// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/errors/errorscolumn.h"

#include "ui/compare/comparisontext.h"
#include "ui/compare/format.h"
#include "ui/compare/runheader.h"
#include "ui/errors/thumbnaildelegate.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace normscope {

namespace {

QLabel* wrappedLabel(QWidget* parent, const QString& name)
{
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

ErrorsColumn::ErrorsColumn(QWidget* parent)
    : QWidget(parent), m_model(new ThumbnailModel(this)), m_delegate(new ThumbnailDelegate(this)), m_header(new RunHeader(this)),
      m_imagesLine(wrappedLabel(this, QStringLiteral("imagesLine"))), m_retry(new QPushButton(tr("Try again"), this)),
      m_stack(new QStackedWidget(this)), m_view(new QListView(this)), m_message(wrappedLabel(this, QStringLiteral("message"))),
      m_foot(wrappedLabel(this, QStringLiteral("foot")))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing::small);
    buildList();
    m_message->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    m_message->setMargin(24);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_message);
    m_foot->setMinimumHeight(2 * fontMetrics().height() + 2); // two lines, so that lists keep their height
    m_foot->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    layout->addWidget(m_header);
    layout->addWidget(m_imagesLine);
    layout->addWidget(m_retry, 0, Qt::AlignLeft);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_foot);
    connect(m_retry, &QPushButton::clicked, this, &ErrorsColumn::retryRequested);
}

void ErrorsColumn::buildList()
{
    m_view->setViewMode(QListView::IconMode);
    m_view->setModel(m_model);
    m_view->setItemDelegate(m_delegate);
    m_view->setMovement(QListView::Static);
    m_view->setResizeMode(QListView::Adjust);
    m_view->setUniformItemSizes(true);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // its coming and going would move the pictures
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->viewport()->installEventFilter(this);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &ErrorsColumn::currentImageChanged);
}

void ErrorsColumn::setRun(const Run& run, std::shared_ptr<const Evaluation> evaluation)
{
    m_run = run;
    m_model->setEvaluation(std::move(evaluation), run.record.classNames);
    m_header->setRun(run.displayName(), run.record.colour, totalText());
    m_view->setAccessibleName(tr("Misclassified images of %1").arg(run.displayName()));
    updateLayout();
    updateMessage();
}

QString ErrorsColumn::totalText() const
{
    const auto& evaluation = m_model->evaluation();
    if (!evaluation)
        return ComparisonText::stateText(m_run.record.state);
    return tr("Total incorrect: %1 of %2")
        .arg(countText(qint64(evaluation->size() - evaluation->correct)), countText(qint64(evaluation->size())));
}

void ErrorsColumn::setImages(std::shared_ptr<const Dataset> dataset, const QString& line, bool canRetry)
{
    m_model->setDataset(std::move(dataset));
    m_imagesLine->setText(line);
    m_imagesLine->setVisible(!line.isEmpty());
    m_retry->setVisible(canRetry);
}

void ErrorsColumn::setFilter(const ErrorFilter& filter, bool applies)
{
    m_filterApplies = applies;
    const ErrorFilter wanted = applies ? filter : ErrorFilter{};
    if (!(wanted == m_model->filter())) {
        m_model->setFilter(wanted);
        m_view->scrollToTop();
    }
    updateMessage();
}

void ErrorsColumn::setOrder(ErrorOrder order)
{
    m_model->setOrder(order);
}

void ErrorsColumn::setThumbnailSize(int side)
{
    m_side = side;
    m_model->setThumbnailSize(side, devicePixelRatioF());
    updateLayout();
}

void ErrorsColumn::updateLayout()
{
    QStringList names;
    for (int i = 0; i < int(m_model->classNames().size()); ++i)
        names.append(m_model->className(i));
    const QSize before = m_delegate->itemSize();
    m_delegate->setLayout(names, m_side, m_view->font(), m_rowWidth);
    if (m_delegate->itemSize() != before || !m_view->gridSize().isValid())
        m_view->setGridSize(m_delegate->itemSize() + QSize(0, 4));
    setMinimumWidth(leastWidth());
}

bool ErrorsColumn::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_view->viewport() && event->type() == QEvent::Resize)
        Q_EMIT rowWidthChanged();
    return QWidget::eventFilter(watched, event);
}

int ErrorsColumn::leastWidth() const
{
    const int frame = 2 * m_view->frameWidth() + m_view->verticalScrollBar()->sizeHint().width() + 4;
    const int total = fontMetrics().horizontalAdvance(totalText()) + 12;
    return std::max(total, m_delegate->leastItemWidth() + 2 + frame);
}

int ErrorsColumn::rowWidth() const
{
    return m_view->viewport()->width() - 2;
}

void ErrorsColumn::setRowWidth(int width)
{
    if (width == m_rowWidth)
        return;
    m_rowWidth = width;
    updateLayout();
}

QString ErrorsColumn::whyEmpty() const
{
    const RunRecord& record = m_run.record;
    const auto& evaluation = m_model->evaluation();
    if (!evaluation || evaluation->size() == 0) {
        switch (record.state) {
        case RunState::Queued: return tr("This run waits for its turn. Its errors appear after the first epoch.");
        case RunState::Running: return tr("This run is in its first epoch. Its errors appear when that has been tested.");
        case RunState::Damaged: return tr("This run's folder is damaged: %1").arg(QString::fromStdString(record.reason));
        default: return tr("This run has no predictions (%1).").arg(ComparisonText::stateText(record.state));
        }
    }
    if (m_model->rowCount() > 0)
        return {};
    if (evaluation->correct == evaluation->size())
        return tr("Every test image is classified right: there are no errors to show.");
    return m_model->filter().isCell() ? tr("No test image of this run is in this cell.")
                                      : tr("This run makes no such error.");
}

void ErrorsColumn::updateMessage()
{
    const QString why = whyEmpty();
    m_message->setText(why);
    m_stack->setCurrentWidget(why.isEmpty() ? static_cast<QWidget*>(m_view) : m_message);
    if (!m_filterApplies)
        m_foot->setText(tr("This run's classes are others, so the filter does not apply to it."));
}

void ErrorsColumn::currentImageChanged(const QModelIndex& current)
{
    if (!m_following && current.isValid())
        Q_EMIT imageSelected(current.data(ThumbnailModel::TestIndexRole).toUInt());
}

QString ErrorsColumn::verdict(std::uint32_t testIndex) const
{
    const auto& evaluation = m_model->evaluation();
    const auto row = m_model->evaluationRowOf(testIndex);
    const QString number = countText(testIndex);
    if (!evaluation || !row)
        return tr("Test image %1 is not among this run's test images.").arg(number);
    const int predicted = evaluation->predicted[*row];
    const QString answer = tr("%1 %2").arg(m_model->className(predicted),
                                           fixedText(double(evaluation->probability(*row, predicted)), 2));
    if (evaluation->label[*row] == predicted)
        return tr("Test image %1: right in this run (%2).").arg(number, answer);
    if (m_model->rowOf(testIndex) < 0)
        return tr("Test image %1: wrong in this run too, but outside the filter (%2).").arg(number, m_model->caption(*row));
    return tr("Test image %1: %2").arg(number, m_model->caption(*row));
}

void ErrorsColumn::selectImage(std::optional<std::uint32_t> testIndex)
{
    m_following = true;
    const int row = testIndex ? m_model->rowOf(*testIndex) : -1;
    if (row >= 0) {
        m_view->setCurrentIndex(m_model->index(row));
        m_view->scrollTo(m_model->index(row));
    } else {
        m_view->selectionModel()->clear();
    }
    m_following = false;
    if (testIndex && m_model->evaluation())
        m_foot->setText(verdict(*testIndex));
    else if (m_filterApplies)
        m_foot->clear();
}

QString ErrorsColumn::footText() const
{
    return m_foot->text();
}

QString ErrorsColumn::imagesLine() const
{
    return m_imagesLine->text();
}

QString ErrorsColumn::messageText() const
{
    return m_message->text();
}

} // namespace normscope
