// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/samplemodel.h"

#include "model/base/random.h"
#include "model/training/augmentation.h"

#include <QLocale>
#include <QStringList>

#include <array>
#include <cstring>

namespace normscope {

namespace {

QImage imageOf(const std::uint8_t* bytes)
{
    // A copy: the bytes belong to the data set or to a buffer that goes.
    return QImage(bytes, imageSide, imageSide, imageSide * imageChannels, QImage::Format_RGB888).copy();
}

} // namespace

SampleModel::SampleModel(QObject* parent) : QAbstractListModel(parent) {}

void SampleModel::setDataset(std::shared_ptr<const Dataset> dataset, const RunSpec& spec)
{
    m_dataset = std::move(dataset);
    m_spec = spec;
    choose();
}

void SampleModel::setEpoch(int epoch)
{
    if (epoch == m_epoch)
        return;
    m_epoch = epoch;
    choose();
}

void SampleModel::setOnlyChanged(bool only)
{
    if (only == m_onlyChanged)
        return;
    m_onlyChanged = only;
    choose();
}

void SampleModel::showOthers()
{
    ++m_draw;
    choose();
}

void SampleModel::choose()
{
    beginResetModel();
    m_samples.clear();
    if (m_dataset) {
        const auto used = usedIndices(m_dataset->train.size(), m_spec.limitTrain, m_spec.quickLook, "train");
        for (const std::uint32_t position : permutation(used.size(), streamKey(m_draw, "data page"))) {
            const std::uint32_t index = used[position];
            if (m_onlyChanged && plannedOps(m_spec.seed, m_epoch, index, m_spec.augment).empty())
                continue;
            m_samples.push_back(makeSample(index));
            if (int(m_samples.size()) == sampleCount)
                break;
        }
    }
    endResetModel();
}

SampleModel::Sample SampleModel::makeSample(std::uint32_t index) const
{
    const std::uint8_t* original = m_dataset->train.image(index);
    std::array<std::uint8_t, imageBytes> changed{};
    std::memcpy(changed.data(), original, imageBytes);
    augmentImage(changed.data(), m_spec.seed, m_epoch, index, m_spec.augment);
    QStringList operations;
    for (const AppliedOp& op : plannedOps(m_spec.seed, m_epoch, index, m_spec.augment))
        operations.append(QString::fromStdString(op.name()));
    const auto label = m_dataset->train.labels[index];
    return {index, QString::fromStdString(m_dataset->classNames[label]), operations.join(QStringLiteral(", ")),
            imageOf(original), imageOf(changed.data())};
}

int SampleModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_samples.size());
}

QVariant SampleModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Sample& sample = m_samples[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return sample.operations.isEmpty() ? sample.label : tr("%1 · %2").arg(sample.label, sample.operations);
    case Qt::ToolTipRole:
        return tr("Training image %1: %2\n%3")
            .arg(QLocale().toString(sample.index), sample.label,
                 sample.operations.isEmpty() ? tr("Not changed in epoch %1").arg(m_epoch)
                                             : tr("In epoch %1: %2").arg(m_epoch).arg(sample.operations));
    case OriginalRole: return sample.original;
    case TransformedRole: return sample.transformed;
    case LabelRole: return sample.label;
    case OperationsRole: return sample.operations;
    case IndexRole: return sample.index;
    default: return {};
    }
}

} // namespace normscope
