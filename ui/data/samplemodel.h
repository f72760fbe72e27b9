// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/training/runspec.h"

#include <QAbstractListModel>
#include <QImage>

#include <memory>
#include <vector>

namespace normscope {

/// A random handful of the training images that a run would use, as they are and as training changes them in one epoch.
class SampleModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { OriginalRole = Qt::UserRole, TransformedRole, LabelRole, OperationsRole, IndexRole };
    static constexpr int sampleCount = 48;

    explicit SampleModel(QObject* parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset, const RunSpec& spec);
    void setEpoch(int epoch); ///< 1-based
    void setOnlyChanged(bool only);
    void showOthers(); ///< another random choice

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    struct Sample {
        std::uint32_t index = 0;
        QString label;
        QString operations;
        QImage original;
        QImage transformed;
    };
    void choose(); ///< which images
    Sample makeSample(std::uint32_t index) const;

    std::shared_ptr<const Dataset> m_dataset;
    RunSpec m_spec;
    int m_epoch = 1;
    bool m_onlyChanged = false;
    std::uint64_t m_draw = 0;
    std::vector<Sample> m_samples;
};

} // namespace normscope
