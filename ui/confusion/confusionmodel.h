// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/evaluation/evaluation.h"

#include <QAbstractTableModel>
#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace normscope {

/// One run's confusion matrix: a row per true class, a column per predicted class.
class ConfusionModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role {
        CountRole = Qt::UserRole, ///< qlonglong: images of this true class that were predicted so
        FractionRole,             ///< double: count / images of this true class
        RowTotalRole,             ///< qlonglong: images of this true class
        SamplesRole,              ///< QList<int>: rows of the evaluation, most confident first
    };
    /// What Qt::DisplayRole says.
    enum class Show { Fractions, Counts };

    explicit ConfusionModel(QObject* parent = nullptr);

    void setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::vector<std::string> classNames);
    void setShow(Show show);
    Show show() const { return m_show; }

    bool isEmpty() const { return m_matrix.classes() == 0; }
    const ConfusionMatrix& matrix() const { return m_matrix; }
    const std::shared_ptr<const Evaluation>& evaluation() const { return m_evaluation; }
    const std::vector<std::string>& classNames() const { return m_classNames; }
    QString className(int klass) const;
    /// "131 of 1,000 (0.131)".
    QString figures(int trueClass, int predictedClass) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::shared_ptr<const Evaluation> m_evaluation;
    std::vector<std::string> m_classNames;
    ConfusionMatrix m_matrix;
    Show m_show = Show::Fractions;
};

} // namespace normscope
