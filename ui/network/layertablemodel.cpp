// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/network/layertablemodel.h"

#include <QFont>
#include <QLocale>

namespace normscope {

QString shapeText(const std::vector<int>& shape)
{
    QStringList sides;
    for (const int side : shape)
        sides.append(QString::number(side));
    return sides.join(QStringLiteral(" x "));
}

LayerTableModel::LayerTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void LayerTableModel::setNetwork(const NetworkInfo& network)
{
    beginResetModel();
    m_network = network;
    endResetModel();
}

int LayerTableModel::layerOfRow(int row) const
{
    return row >= 0 && row < int(m_network.layers.size()) ? row : -1;
}

int LayerTableModel::rowCount(const QModelIndex& parent) const
{
    if (parent.isValid() || m_network.layers.empty())
        return 0;
    return int(m_network.layers.size()) + 1;
}

int LayerTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant LayerTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const bool total = layerOfRow(index.row()) < 0;
    switch (role) {
    case Qt::DisplayRole: return text(index.row(), index.column());
    case Qt::TextAlignmentRole:
        return QVariant(index.column() == ParametersColumn ? Qt::AlignRight | Qt::AlignVCenter
                                                           : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::FontRole:
        if (total) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    case ParametersRole: return QVariant::fromValue<qlonglong>(parameters(index.row()));
    case IsTotalRole: return total;
    default: return {};
    }
}

QString LayerTableModel::text(int row, int column) const
{
    const int layer = layerOfRow(row);
    if (column == ParametersColumn) {
        const auto count = parameters(row);
        return count == 0 && layer >= 0 ? QString() : QLocale().toString(static_cast<qlonglong>(count));
    }
    if (layer < 0)
        return column == LayerColumn ? tr("Total") : QString();
    const LayerInfo& info = m_network.layers[std::size_t(layer)];
    switch (column) {
    case LayerColumn: return QString::fromStdString(info.name);
    case TypeColumn: return QString::fromStdString(info.type);
    case ShapeColumn: return shapeText(info.outputShape);
    default: return {};
    }
}

std::int64_t LayerTableModel::parameters(int row) const
{
    const int layer = layerOfRow(row);
    return layer < 0 ? m_network.parameters : m_network.layers[std::size_t(layer)].parameters;
}

QVariant LayerTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(section == ParametersColumn ? Qt::AlignRight | Qt::AlignVCenter
                                                    : Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case LayerColumn: return tr("Layer");
    case TypeColumn: return tr("Type");
    case ShapeColumn: return tr("Output shape");
    case ParametersColumn: return tr("Parameters");
    default: return {};
    }
}

} // namespace normscope
