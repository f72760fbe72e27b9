// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/runtablemodel.h"

#include "ui/compare/format.h"
#include "ui/runs/runlibrary.h"
#include "ui/runs/runtext.h"
#include "ui/theme/runstyle.h"

namespace normscope {

namespace {

bool hasEpochs(const Run& run)
{
    return !run.record.epochs.empty();
}

// A quick look's figure is marked even where its name is elided; the tool tip says what the star means.
QString accuracyText(const Run& run)
{
    const QString figure = fixedText(run.record.epochs.back().testAccuracy, 2);
    return run.record.spec.quickLook ? RunTableModel::tr("%1*").arg(figure) : figure;
}

} // namespace

RunTableModel::RunTableModel(RunLibrary& library, QObject* parent) : QAbstractTableModel(parent), m_library(library)
{
    for (const Run* run : m_library.runs())
        m_ids.append(run->id());
    connectLibrary();
}

void RunTableModel::connectLibrary()
{
    connect(&m_library, &RunLibrary::runAdded, this, &RunTableModel::add);
    connect(&m_library, &RunLibrary::runRemoved, this, &RunTableModel::drop);
    connect(&m_library, &RunLibrary::runChanged, this, [this](const QString& id) { change(id, NameColumn, EpochsColumn); });
    connect(&m_library, &RunLibrary::epochAppended, this,
            [this](const QString& id) { change(id, TestAccuracyColumn, EpochsColumn); });
}

int RunTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_ids.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Run* run = m_library.run(m_ids.at(index.row()));
    if (!run)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole: return display(*run, column);
    case Qt::EditRole: return column == NameColumn ? QVariant(run->name()) : display(*run, column);
    case Qt::DecorationRole: return decoration(*run, column);
    case Qt::ToolTipRole:
        return column == StateColumn ? runStateReason(*run) : runToolTip(*run);
    case Qt::CheckStateRole:
        if (column == NameColumn)
            return int(run->checked ? Qt::Checked : Qt::Unchecked);
        return {};
    case Qt::TextAlignmentRole:
        if (column == TestAccuracyColumn || column == EpochsColumn)
            return int(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case Qt::AccessibleTextRole: return column == StateColumn ? (run->heldElsewhere ? runStateReason(*run) : runStateText(*run)) : QVariant();
    case SortRole: return sortValue(*run, column);
    case IdRole: return run->id();
    default: return {};
    }
}

QVariant RunTableModel::display(const Run& run, int column) const
{
    switch (column) {
    case NameColumn: return run.displayName();
    case StateColumn: // the tick says it; the names need the place more
        return run.record.state == RunState::Finished ? QString() : runStateText(run);
    case TestAccuracyColumn:
        return hasEpochs(run) ? accuracyText(run) : tr("–");
    case EpochsColumn:
        if (run.record.state == RunState::Damaged)
            return tr("–");
        return tr("%1/%2").arg(run.record.epochs.size()).arg(run.record.spec.epochs);
    default: return {};
    }
}

QVariant RunTableModel::sortValue(const Run& run, int column) const
{
    switch (column) {
    case NameColumn: return run.displayName().toLower();
    case StateColumn: return int(run.record.state);
    case TestAccuracyColumn: return hasEpochs(run) ? run.record.epochs.back().testAccuracy : -1.0;
    case EpochsColumn: return int(run.record.epochs.size());
    default: return {};
    }
}

QVariant RunTableModel::decoration(const Run& run, int column) const
{
    if (column == NameColumn)
        return runStyleIcon(run.record.colour);
    if (column == StateColumn)
        return runStateIcon(run.record.state);
    return {};
}

bool RunTableModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid() || index.column() != NameColumn)
        return false;
    const QString id = m_ids.at(index.row());
    if (role == Qt::CheckStateRole) {
        const bool checked = value.toInt() == Qt::Checked;
        m_library.setChecked(id, checked);
        Q_EMIT checkToggled(id, checked);
        return true;
    }
    if (role != Qt::EditRole)
        return false;
    m_library.rename(id, value.toString());
    const Run* run = m_library.run(id);
    return run && run->name() == value.toString().trimmed();
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && (section == TestAccuracyColumn || section == EpochsColumn))
        return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == NameColumn)
        return tr("The checked runs are shown on every page");
    if (role == Qt::ToolTipRole && section == TestAccuracyColumn)
        return tr("Test accuracy of the last epoch, in percent; * marks a quick look, made with a fifth of the images");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn: return tr("Run");
    case StateColumn: return tr("State");
    case TestAccuracyColumn: return tr("Test %");
    case EpochsColumn: return tr("Epochs");
    default: return {};
    }
}

Qt::ItemFlags RunTableModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    if (index.column() == NameColumn) {
        flags |= Qt::ItemIsUserCheckable;
        const Run* run = m_library.run(m_ids.at(index.row()));
        if (run && run->record.state != RunState::Damaged)
            flags |= Qt::ItemIsEditable;
    }
    return flags;
}

QString RunTableModel::idAt(int row) const
{
    return m_ids.value(row);
}

QModelIndex RunTableModel::indexOf(const QString& id, int column) const
{
    const int row = int(m_ids.indexOf(id));
    return row < 0 ? QModelIndex() : index(row, column);
}

void RunTableModel::add(const QString& id)
{
    const auto runs = m_library.runs();
    int row = 0;
    while (row < int(runs.size()) && runs[std::size_t(row)]->id() != id)
        ++row;
    if (row == int(runs.size()) || m_ids.contains(id))
        return;
    beginInsertRows({}, row, row);
    m_ids.insert(row, id);
    endInsertRows();
}

void RunTableModel::drop(const QString& id)
{
    const int row = int(m_ids.indexOf(id));
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_ids.removeAt(row);
    endRemoveRows();
}

void RunTableModel::change(const QString& id, Column first, Column last)
{
    const int row = int(m_ids.indexOf(id));
    if (row >= 0)
        Q_EMIT dataChanged(index(row, first), index(row, last));
}

} // namespace normscope
