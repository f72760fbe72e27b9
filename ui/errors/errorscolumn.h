// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/errors/thumbnailmodel.h"
#include "ui/runs/runlibrary.h"

#include <QWidget>

#include <optional>

class QLabel;
class QListView;
class QPushButton;
class QStackedWidget;

namespace normscope {

class RunHeader;
class ThumbnailDelegate;

/// One run's misclassified images, under its name and total.
class ErrorsColumn : public QWidget {
    Q_OBJECT
public:
    explicit ErrorsColumn(QWidget* parent = nullptr);

    void setRun(const Run& run, std::shared_ptr<const Evaluation> evaluation);
    /// What the page knows of the images: the data set if it is in memory, else a line that says why not.
    void setImages(std::shared_ptr<const Dataset> dataset, const QString& line, bool canRetry);
    /// `applies` is false where the run's classes are others than the filter's.
    void setFilter(const ErrorFilter& filter, bool applies);
    void setOrder(ErrorOrder order);
    void setThumbnailSize(int side);
    /// Marks this test image, or says under the list what the run made of it; none clears the mark.
    void selectImage(std::optional<std::uint32_t> testIndex);

    const Run& run() const { return m_run; }
    QString runId() const { return m_run.id(); }
    ThumbnailModel* model() const { return m_model; }
    QListView* view() const { return m_view; }
    QString totalText() const; ///< "Total incorrect: 2,061 of 10,000"
    QString footText() const;
    QString imagesLine() const;
    QString messageText() const; ///< in the place of the list, else empty
    int leastWidth() const;
    int rowWidth() const;            ///< what the list has for a row of pictures
    void setRowWidth(int width);     ///< what all columns use, so that they look alike

Q_SIGNALS:
    void imageSelected(std::uint32_t testIndex);
    void retryRequested();
    void rowWidthChanged();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildList();
    void currentImageChanged(const QModelIndex& current);
    void updateMessage();
    void updateLayout();
    QString whyEmpty() const;
    QString verdict(std::uint32_t testIndex) const;

    Run m_run;
    bool m_filterApplies = true;
    int m_side = 64;
    int m_rowWidth = 0;
    ThumbnailModel* m_model;
    ThumbnailDelegate* m_delegate;
    RunHeader* m_header;
    QLabel* m_imagesLine;
    QPushButton* m_retry;
    QStackedWidget* m_stack;
    QListView* m_view;
    QLabel* m_message;
    QLabel* m_foot;
    bool m_following = false; ///< the mark comes from another column
};

} // namespace normscope
