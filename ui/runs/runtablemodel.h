// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

namespace normscope {

class RunLibrary;
struct Run;

/// The library's runs as rows, oldest first, checkable and renamed in place.
class RunTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, StateColumn, TestAccuracyColumn, EpochsColumn, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole, ///< the raw value: a number where there is one
        IdRole,
    };

    explicit RunTableModel(RunLibrary& library, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    QString idAt(int row) const;
    QModelIndex indexOf(const QString& id, int column = NameColumn) const;

Q_SIGNALS:
    /// The user ticked or cleared a run's box; the library knows already.
    void checkToggled(const QString& id, bool checked);

private:
    void connectLibrary();
    void add(const QString& id);
    void drop(const QString& id);
    void change(const QString& id, Column first, Column last);
    QVariant display(const Run& run, int column) const;
    QVariant sortValue(const Run& run, int column) const;
    QVariant decoration(const Run& run, int column) const;

    RunLibrary& m_library;
    QStringList m_ids;
};

} // namespace normscope
