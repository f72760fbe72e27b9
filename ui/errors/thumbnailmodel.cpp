// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/errors/thumbnailmodel.h"

#include "model/store/runstore.h"
#include "ui/compare/format.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace normscope {

namespace {

constexpr int cacheKiB = 32 * 1024; ///< of one run's pictures: all that a large window shows, several times over

} // namespace

ThumbnailModel::ThumbnailModel(QObject* parent) : QAbstractListModel(parent), m_pixmaps(cacheKiB) {}

void ThumbnailModel::setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::vector<std::string> classNames)
{
    if (evaluation == m_evaluation && classNames == m_classNames)
        return;
    beginResetModel();
    m_evaluation = std::move(evaluation);
    m_classNames = std::move(classNames);
    m_evaluationRowOfIndex.clear();
    if (m_evaluation)
        for (std::size_t row = 0; row < m_evaluation->size(); ++row)
            m_evaluationRowOfIndex.emplace(m_evaluation->index[row], row);
    rebuild();
    endResetModel();
}

void ThumbnailModel::setDataset(std::shared_ptr<const Dataset> dataset)
{
    if (dataset == m_dataset)
        return;
    m_dataset = std::move(dataset);
    m_pixmaps.clear();
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::DecorationRole});
}

void ThumbnailModel::setFilter(const ErrorFilter& filter)
{
    if (filter == m_filter)
        return;
    beginResetModel();
    m_filter = filter;
    rebuild();
    endResetModel();
}

void ThumbnailModel::setOrder(ErrorOrder order)
{
    if (order == m_order)
        return;
    beginResetModel();
    m_order = order;
    rebuild();
    endResetModel();
}

void ThumbnailModel::setThumbnailSize(int side, double devicePixelRatio)
{
    if (side == m_side && devicePixelRatio == m_ratio)
        return;
    m_side = side;
    m_ratio = devicePixelRatio;
    m_pixmaps.clear();
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::DecorationRole, Qt::SizeHintRole});
}

void ThumbnailModel::rebuild()
{
    m_rows.clear();
    m_rowOfIndex.clear();
    if (!m_evaluation)
        return;
    if (m_filter.isCell()) {
        m_rows = cellRows(*m_evaluation, m_filter.trueClass, m_filter.predictedClass);
    } else {
        m_rows = misclassifiedRows(*m_evaluation);
        std::erase_if(m_rows, [this](std::size_t row) {
            return (m_filter.trueClass >= 0 && m_evaluation->label[row] != m_filter.trueClass)
                   || (m_filter.predictedClass >= 0 && m_evaluation->predicted[row] != m_filter.predictedClass);
        });
    }
    sortRows();
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        m_rowOfIndex.emplace(m_evaluation->index[m_rows[i]], int(i));
}

void ThumbnailModel::sortRows()
{
    const Evaluation& all = *m_evaluation;
    if (m_order == ErrorOrder::ByIndex)
        std::sort(m_rows.begin(), m_rows.end(), [&](std::size_t a, std::size_t b) { return all.index[a] < all.index[b]; });
    else if (m_order == ErrorOrder::ByClass) // stable: within a pair of classes the most confident stay first
        std::stable_sort(m_rows.begin(), m_rows.end(), [&](std::size_t a, std::size_t b) {
            return std::tie(all.label[a], all.predicted[a]) < std::tie(all.label[b], all.predicted[b]);
        });
}

QString ThumbnailModel::className(int klass) const
{
    return classNameText(m_classNames, klass);
}

int ThumbnailModel::rowOf(std::uint32_t testIndex) const
{
    const auto found = m_rowOfIndex.find(testIndex);
    return found == m_rowOfIndex.end() ? -1 : found->second;
}

std::optional<std::size_t> ThumbnailModel::evaluationRowOf(std::uint32_t testIndex) const
{
    const auto found = m_evaluationRowOfIndex.find(testIndex);
    return found == m_evaluationRowOfIndex.end() ? std::nullopt : std::optional<std::size_t>(found->second);
}

QString ThumbnailModel::caption(std::size_t row) const
{
    const int predicted = m_evaluation->predicted[row];
    return tr("%1 | %2 %3").arg(className(m_evaluation->label[row]), className(predicted),
                                fixedText(double(m_evaluation->probability(row, predicted)), 2));
}

QString ThumbnailModel::csv() const
{
    std::string text = "Index,Target,Predicted,Probability,Target Probability\n";
    for (const std::size_t row : m_rows) {
        const int label = m_evaluation->label[row];
        const int predicted = m_evaluation->predicted[row];
        text += std::to_string(m_evaluation->index[row]) + ',' + csvField(className(label).toStdString()) + ','
                + csvField(className(predicted).toStdString()) + ','
                + fixedText(double(m_evaluation->probability(row, predicted)), 6).toStdString() + ','
                + fixedText(double(m_evaluation->probability(row, label)), 6).toStdString() + '\n';
    }
    return QString::fromStdString(text);
}

int ThumbnailModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant ThumbnailModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const std::size_t row = m_rows[std::size_t(index.row())];
    const int label = m_evaluation->label[row];
    const int predicted = m_evaluation->predicted[row];
    switch (role) {
    case Qt::DisplayRole: return caption(row);
    case Qt::DecorationRole: return pixmap(m_evaluation->index[row]);
    case Qt::ToolTipRole:
        return tr("test image %1\ntarget: %2 (%3)\npredicted: %4 (%5)")
            .arg(countText(m_evaluation->index[row]), className(label),
                 fixedText(double(m_evaluation->probability(row, label)), 3), className(predicted),
                 fixedText(double(m_evaluation->probability(row, predicted)), 3));
    case TestIndexRole: return m_evaluation->index[row];
    case TargetRole: return className(label);
    case PredictedRole: return className(predicted);
    case ProbabilityRole: return double(m_evaluation->probability(row, predicted));
    case TargetProbabilityRole: return double(m_evaluation->probability(row, label));
    default: return {};
    }
}

QImage ThumbnailModel::imageOf(const Dataset* dataset, std::uint32_t testIndex)
{
    if (!dataset || testIndex >= dataset->test.size())
        return {};
    // Wraps the data set's bytes, then copies: the image must not outlive them.
    return QImage(dataset->test.image(testIndex), imageSide, imageSide, imageSide * imageChannels, QImage::Format_RGB888).copy();
}

QImage ThumbnailModel::enlarged(const QImage& image, int side)
{
    if (image.isNull() || image.width() == side)
        return image;
    const bool whole = side % image.width() == 0;
    return image.scaled(side, side, Qt::IgnoreAspectRatio, whole ? Qt::FastTransformation : Qt::SmoothTransformation);
}

QPixmap ThumbnailModel::pixmap(std::uint32_t testIndex) const
{
    if (const QPixmap* known = m_pixmaps.object(testIndex))
        return *known;
    const int side = int(std::lround(m_side * m_ratio));
    const QImage image = enlarged(imageOf(m_dataset.get(), testIndex), side);
    if (image.isNull())
        return {};
    QPixmap made = QPixmap::fromImage(image);
    made.setDevicePixelRatio(m_ratio);
    m_pixmaps.insert(testIndex, new QPixmap(made), std::max<qsizetype>(1, qsizetype(side) * side * 4 / 1024));
    return made;
}

} // namespace normscope
