// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/runlibrary.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <optional>
#include <vector>

namespace normscope {

/// One row per checked run: its last epoch's figures, its cost, and how many targets it meets.
class MetricsTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, TrainAccuracy, TestAccuracy, Gap, TrainLoss, TestLoss, Parameters, Epochs, Seconds, TargetsMetColumn, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole, ///< the raw value; invalid where there is none
        BestRole,                ///< bool: the best of its column
        RunIdRole,
        ColourRole, ///< int: index into the run styles
    };

    explicit MetricsTableModel(QObject* parent = nullptr);

    /// Keeps the rows, and so selection and sorting, where the runs are the same ones in the same order.
    void setRuns(std::vector<Run> runs);
    const std::vector<Run>& runs() const { return m_runs; }
    bool hasQuickLook() const;
    QString bestNote() const; ///< of which runs the best is marked, or why none is; empty for a lone run

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    static QString bestMark(); ///< stands before the best figure of a column
    static QString quickMark(); ///< stands before every figure of a quick look

private:
    std::optional<double> value(std::size_t row, int column) const;
    QString figure(std::size_t row, int column) const;
    QString toolTip(std::size_t row, int column) const;
    bool testedAlike() const;
    void findBest(); ///< among complete runs, and only where all were tested on the same images

    std::vector<Run> m_runs;
    std::vector<std::vector<bool>> m_best; ///< [row][column]
};

/// Sorts by the raw values and keeps runs without a figure at the bottom in both directions.
class MetricsSortProxy : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit MetricsSortProxy(QObject* parent = nullptr);

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

} // namespace normscope
