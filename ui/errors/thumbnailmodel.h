// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/evaluation/evaluation.h"

#include <QAbstractListModel>
#include <QCache>
#include <QImage>
#include <QPixmap>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace normscope {

/// Which test images are listed; -1 stands for any class. With both classes given, the images of that cell of the
/// confusion matrix, also on its diagonal; otherwise misclassified images alone.
struct ErrorFilter {
    int trueClass = -1;
    int predictedClass = -1;

    bool isSet() const { return trueClass >= 0 || predictedClass >= 0; }
    bool isCell() const { return trueClass >= 0 && predictedClass >= 0; }
    friend bool operator==(const ErrorFilter&, const ErrorFilter&) = default;
};

enum class ErrorOrder { MostConfident, ByClass, ByIndex };

/// One run's misclassified test images. Pictures are made when a view asks for them and kept in a bounded cache.
class ThumbnailModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        TestIndexRole = Qt::UserRole, ///< uint: position in the data set's test split
        TargetRole,                   ///< QString: name of the true class
        PredictedRole,                ///< QString
        ProbabilityRole,              ///< double: of the predicted class
        TargetProbabilityRole,        ///< double: of the true class
    };

    explicit ThumbnailModel(QObject* parent = nullptr);

    void setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::vector<std::string> classNames);
    void setDataset(std::shared_ptr<const Dataset> dataset); ///< null: grey tiles
    void setFilter(const ErrorFilter& filter);
    void setOrder(ErrorOrder order);
    void setThumbnailSize(int side, double devicePixelRatio);

    int thumbnailSize() const { return m_side; }
    const ErrorFilter& filter() const { return m_filter; }
    const std::shared_ptr<const Evaluation>& evaluation() const { return m_evaluation; }
    const std::shared_ptr<const Dataset>& dataset() const { return m_dataset; }
    const std::vector<std::string>& classNames() const { return m_classNames; }
    QString className(int klass) const;
    const std::vector<std::size_t>& evaluationRows() const { return m_rows; } ///< what is listed, in order
    int rowOf(std::uint32_t testIndex) const;                                 ///< in this model, or -1
    std::optional<std::size_t> evaluationRowOf(std::uint32_t testIndex) const; ///< also of images that are not listed
    QString caption(std::size_t evaluationRow) const; ///< "cat | dog 0.87"
    QString csv() const;                              ///< the list as it stands

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    /// A test image as it lies in the data set, null where it is not there.
    static QImage imageOf(const Dataset* dataset, std::uint32_t testIndex);
    /// Enlarged to `side` pixels: by whole steps where they fit, which keeps the pixels crisp; smooth otherwise.
    static QImage enlarged(const QImage& image, int side);

private:
    void rebuild();
    void sortRows();
    QPixmap pixmap(std::uint32_t testIndex) const;

    std::shared_ptr<const Evaluation> m_evaluation;
    std::shared_ptr<const Dataset> m_dataset;
    std::vector<std::string> m_classNames;
    ErrorFilter m_filter;
    ErrorOrder m_order = ErrorOrder::MostConfident;
    int m_side = 64;
    double m_ratio = 1;
    std::vector<std::size_t> m_rows;
    std::unordered_map<std::uint32_t, int> m_rowOfIndex;
    std::unordered_map<std::uint32_t, std::size_t> m_evaluationRowOfIndex;
    mutable QCache<std::uint32_t, QPixmap> m_pixmaps; ///< cost in KiB
};

} // namespace normscope
