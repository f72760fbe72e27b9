// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/metricstablemodel.h"

#include "ui/compare/comparisontext.h"
#include "ui/compare/format.h"
#include "ui/theme/runstyle.h"

#include <QFont>

#include <algorithm>
#include <cmath>

namespace normscope {

namespace {

enum class Better { Higher, Lower, Neither };

/// Neither for the gap and the epochs: a small gap may be underfitting, and the epochs are a setting.
Better betterOf(int column)
{
    switch (column) {
    case MetricsTableModel::TrainAccuracy:
    case MetricsTableModel::TestAccuracy:
    case MetricsTableModel::TargetsMetColumn: return Better::Higher;
    case MetricsTableModel::TrainLoss:
    case MetricsTableModel::TestLoss:
    case MetricsTableModel::Parameters:
    case MetricsTableModel::Seconds: return Better::Lower;
    default: return Better::Neither;
    }
}

bool isComplete(const Run& run)
{
    return run.record.state == RunState::Finished;
}

bool sameRows(const std::vector<Run>& a, const std::vector<Run>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Run& x, const Run& y) { return x.record.id == y.record.id; });
}

} // namespace

MetricsTableModel::MetricsTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void MetricsTableModel::setRuns(std::vector<Run> runs)
{
    const bool reset = !sameRows(runs, m_runs);
    if (reset)
        beginResetModel();
    m_runs = std::move(runs);
    findBest();
    if (reset)
        endResetModel();
    else if (!m_runs.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

bool MetricsTableModel::hasQuickLook() const
{
    return std::any_of(m_runs.begin(), m_runs.end(), [](const Run& run) { return run.record.spec.quickLook; });
}

bool MetricsTableModel::testedAlike() const
{
    const bool quick = hasQuickLook();
    const auto alike = [quick](const Run& run) { return run.record.spec.quickLook == quick; };
    return std::all_of(m_runs.begin(), m_runs.end(), alike) && ComparisonText::dataWarning(m_runs).isEmpty();
}

QString MetricsTableModel::bestNote() const
{
    if (m_runs.size() < 2)
        return {};
    if (!testedAlike())
        return tr("No %1: these runs were not tested on the same images").arg(bestMark());
    const auto complete = std::size_t(std::count_if(m_runs.begin(), m_runs.end(), isComplete));
    if (complete < 2)
        return tr("No %1: fewer than two of these runs are complete").arg(bestMark());
    const QString text = complete == m_runs.size() ? tr("%1 best of the checked runs") : tr("%1 best of the complete runs");
    return text.arg(bestMark());
}

int MetricsTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_runs.size());
}

int MetricsTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QString MetricsTableModel::bestMark()
{
    return QStringLiteral("\u2605");
}

QString MetricsTableModel::quickMark()
{
    return QStringLiteral("\u2020");
}

std::optional<double> MetricsTableModel::value(std::size_t row, int column) const
{
    const RunRecord& record = m_runs[row].record;
    if (column == Parameters)
        return record.parameters > 0 ? std::optional<double>(double(record.parameters)) : std::nullopt;
    if (record.epochs.empty())
        return std::nullopt;
    const EpochMetrics& last = record.epochs.back();
    switch (column) {
    case TrainAccuracy: return last.trainAccuracy;
    case TestAccuracy: return last.testAccuracy;
    case Gap: return last.trainAccuracy - last.testAccuracy;
    case TrainLoss: return last.trainLoss;
    case TestLoss: return last.testLoss;
    case Epochs: return double(record.epochs.size());
    case Seconds: return trainingSeconds(record);
    case TargetsMetColumn: return targetsMet(record).count();
    default: return std::nullopt;
    }
}

QString MetricsTableModel::figure(std::size_t row, int column) const
{
    const RunRecord& record = m_runs[row].record;
    if (column == Epochs) {
        if (record.epochs.empty())
            return ComparisonText::stateText(record.state);
        const QString done = QString::number(record.epochs.size());
        return record.state == RunState::Finished ? done : tr("%1 of %2").arg(done).arg(record.spec.epochs);
    }
    const auto known = value(row, column);
    if (!known)
        return dashText();
    switch (column) {
    case TrainAccuracy:
    case TestAccuracy: return fixedText(*known, 2);
    case Gap: return (*known > 0 ? QStringLiteral("+") : QString()) + fixedText(*known, 2);
    case TrainLoss:
    case TestLoss: return fixedText(*known, 4);
    case Parameters: return countText(qint64(*known));
    case Seconds: return *known < 100 ? fixedText(*known, 1) : countText(qint64(std::llround(*known)));
    case TargetsMetColumn: return tr("%1 of 3").arg(int(*known));
    default: return {};
    }
}

QString MetricsTableModel::toolTip(std::size_t row, int column) const
{
    const Run& run = m_runs[row];
    if (column == TargetsMetColumn)
        return ComparisonText::targetsToolTip(run.record);
    QStringList lines;
    if (column == Name || column == Epochs)
        lines.append(tr("%1: %2").arg(run.displayName(), ComparisonText::stateText(run.record.state)));
    if (column == Name && !run.record.reason.empty())
        lines.append(QString::fromStdString(run.record.reason));
    if (column == Name && !run.record.device.empty())
        lines.append(QString::fromStdString(run.record.device));
    if (run.record.spec.quickLook)
        lines.append(tr("A quick look: a fifth of the images, so the figures are rough."));
    if (m_best[row][std::size_t(column)])
        lines.append(tr("The best of the complete runs."));
    return lines.join(QLatin1Char('\n'));
}

QVariant MetricsTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto row = std::size_t(index.row());
    const int column = index.column();
    const Run& run = m_runs[row];
    const bool best = m_best[row][std::size_t(column)];
    switch (role) {
    case Qt::DisplayRole: {
        if (column == Name)
            return run.displayName();
        const bool marked = run.record.spec.quickLook && value(row, column) && column != Parameters;
        return (best ? bestMark() + QLatin1Char(' ') : QString()) + (marked ? quickMark() + QLatin1Char(' ') : QString())
               + figure(row, column);
    }
    case Qt::DecorationRole: return column == Name ? QVariant(runStyleIcon(run.record.colour)) : QVariant();
    case Qt::TextAlignmentRole:
        return QVariant(column == Name ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole: {
        QFont font;
        font.setBold(true);
        return best ? QVariant(font) : QVariant();
    }
    case Qt::ToolTipRole: return toolTip(row, column);
    case SortRole: {
        if (column == Name)
            return run.displayName();
        const auto known = value(row, column);
        return known && std::isfinite(*known) ? QVariant(*known) : QVariant();
    }
    case BestRole: return best;
    case RunIdRole: return run.id();
    case ColourRole: return run.record.colour;
    default: return {};
    }
}

QVariant MetricsTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return QAbstractTableModel::headerData(section, orientation, role);
    static const char* const titles[ColumnCount] = {
        QT_TR_NOOP("Run"),       QT_TR_NOOP("Train Acc"), QT_TR_NOOP("Test Acc"), QT_TR_NOOP("Gap"),     QT_TR_NOOP("Train Loss"),
        QT_TR_NOOP("Test Loss"), QT_TR_NOOP("Parameters"), QT_TR_NOOP("Epochs"), QT_TR_NOOP("Seconds"), QT_TR_NOOP("Targets met")};
    static const char* const tips[ColumnCount] = {
        QT_TR_NOOP("The checked runs, in the order of the list of runs."),
        QT_TR_NOOP("Training accuracy of the last epoch in percent, taken as the epoch went. Higher is better."),
        QT_TR_NOOP("Test accuracy after the last epoch in percent. Higher is better."),
        QT_TR_NOOP("Training minus test accuracy, in points. A large gap means that the network learned its training images by heart."),
        QT_TR_NOOP("Training loss of the last epoch. Lower is better."),
        QT_TR_NOOP("Test loss after the last epoch. Lower is better."),
        QT_TR_NOOP("Numbers that the network learns. Fewer is better."),
        QT_TR_NOOP("Epochs done."),
        QT_TR_NOOP("Seconds of training, without testing. Lower is better; the best is marked where all runs have equally many epochs."),
        QT_TR_NOOP("How many of the three targets the run meets.")};
    if (role == Qt::DisplayRole)
        return tr(titles[section]);
    if (role == Qt::ToolTipRole)
        return tr(tips[section]);
    if (role == Qt::TextAlignmentRole)
        return QVariant(section == Name ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

void MetricsTableModel::findBest()
{
    m_best.assign(m_runs.size(), std::vector<bool>(ColumnCount, false));
    if (!testedAlike())
        return;
    for (int column = 0; column < ColumnCount; ++column) {
        const Better better = betterOf(column);
        if (better == Better::Neither)
            continue;
        std::vector<std::pair<double, std::size_t>> known;
        bool sameEpochs = true;
        for (std::size_t row = 0; row < m_runs.size(); ++row)
            if (const auto number = value(row, column); isComplete(m_runs[row]) && number && std::isfinite(*number)) {
                known.emplace_back(better == Better::Higher ? -*number : *number, row);
                sameEpochs = sameEpochs
                             && m_runs[row].record.epochs.size() == m_runs[known.front().second].record.epochs.size();
            }
        const auto [low, high] = std::minmax_element(known.begin(), known.end());
        // A lone run or a column of equals has no best; time is comparable for equal work alone.
        if (known.size() < 2 || low->first == high->first || (column == Seconds && !sameEpochs))
            continue;
        for (const auto& [number, row] : known)
            m_best[row][std::size_t(column)] = number == low->first;
    }
}

MetricsSortProxy::MetricsSortProxy(QObject* parent) : QSortFilterProxyModel(parent)
{
    setSortRole(MetricsTableModel::SortRole);
    setSortCaseSensitivity(Qt::CaseInsensitive);
    setDynamicSortFilter(true);
}

bool MetricsSortProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const bool leftKnown = left.data(sortRole()).isValid();
    const bool rightKnown = right.data(sortRole()).isValid();
    if (leftKnown != rightKnown)
        return sortOrder() == Qt::AscendingOrder ? leftKnown : rightKnown;
    return leftKnown && QSortFilterProxyModel::lessThan(left, right);
}

} // namespace normscope
