// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/confusion/confusionmodel.h"

#include "ui/compare/format.h"

namespace normscope {

ConfusionModel::ConfusionModel(QObject* parent) : QAbstractTableModel(parent) {}

void ConfusionModel::setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::vector<std::string> classNames)
{
    if (evaluation == m_evaluation && classNames == m_classNames)
        return;
    const ConfusionMatrix matrix = evaluation ? ConfusionMatrix(*evaluation) : ConfusionMatrix();
    const bool reset = matrix.classes() != m_matrix.classes() || classNames != m_classNames;
    if (reset)
        beginResetModel();
    m_evaluation = std::move(evaluation);
    m_classNames = std::move(classNames);
    m_matrix = matrix;
    if (reset)
        endResetModel();
    else if (!isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void ConfusionModel::setShow(Show show)
{
    if (show == m_show)
        return;
    m_show = show;
    if (!isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1), {Qt::DisplayRole});
}

QString ConfusionModel::className(int klass) const
{
    return classNameText(m_classNames, klass);
}

QString ConfusionModel::figures(int trueClass, int predictedClass) const
{
    return tr("%1 of %2 (%3)")
        .arg(countText(qint64(m_matrix.count(trueClass, predictedClass))), countText(qint64(m_matrix.rowTotal(trueClass))),
             fixedText(m_matrix.rowFraction(trueClass, predictedClass), 3));
}

int ConfusionModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_matrix.classes();
}

int ConfusionModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_matrix.classes();
}

QVariant ConfusionModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = index.row();
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return m_show == Show::Counts ? QString::number(m_matrix.count(row, column))
                                      : fixedText(m_matrix.rowFraction(row, column), 3);
    case Qt::TextAlignmentRole: return int(Qt::AlignCenter);
    case Qt::ToolTipRole:
        return tr("true %1, predicted %2: %3").arg(className(row), className(column), figures(row, column));
    case CountRole: return qlonglong(m_matrix.count(row, column));
    case FractionRole: return m_matrix.rowFraction(row, column);
    case RowTotalRole: return qlonglong(m_matrix.rowTotal(row));
    case SamplesRole: {
        QList<int> samples;
        for (const std::size_t sample : cellRows(*m_evaluation, row, column))
            samples.append(int(sample));
        return QVariant::fromValue(samples);
    }
    default: return {};
    }
}

QVariant ConfusionModel::headerData(int section, Qt::Orientation, int role) const
{
    if (section < 0 || section >= m_matrix.classes() || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    return className(section);
}

} // namespace normscope
