// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/nn/networkinfo.h"

#include <QAbstractTableModel>

namespace normscope {

/// "16 x 32 x 32"
QString shapeText(const std::vector<int>& shape);

/// A network's layers in the order of the forward pass; the last row is the total.
class LayerTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { LayerColumn, TypeColumn, ShapeColumn, ParametersColumn, ColumnCount };
    enum Role { ParametersRole = Qt::UserRole, IsTotalRole };

    explicit LayerTableModel(QObject* parent = nullptr);

    void setNetwork(const NetworkInfo& network);
    int layerOfRow(int row) const; ///< position in NetworkInfo::layers, -1 for the total

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QString text(int row, int column) const;
    std::int64_t parameters(int row) const;

    NetworkInfo m_network;
};

} // namespace normscope
