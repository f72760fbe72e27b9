// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/errors/errorssheet.h"
#include "ui/errors/thumbnailmodel.h"

#include <QHash>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

class QHBoxLayout;
class QMenu;
class QStackedLayout;
class QToolButton;

namespace normscope {

class AppSettings;
class DatasetProvider;
class ErrorsColumn;
class ErrorsFilterBar;
class PageRefresh;
class RunLibrary;

/// The misclassified test images of the checked runs, a column for each run.
class ErrorsPage : public QWidget {
    Q_OBJECT
public:
    ErrorsPage(RunLibrary& library, DatasetProvider& datasets, AppSettings& settings, QWidget* parent = nullptr);
    ~ErrorsPage() override;

    const std::vector<ErrorsColumn*>& columns() const { return m_columns; }
    ErrorsFilterBar* filterBar() const { return m_bar; }
    /// What Export PNG draws: one run's sheet, or all columns for -1.
    ExportItem sheet(int column = -1) const;

public Q_SLOTS:
    /// Shows this cell of the confusion matrix in every column; the classes are those of the given run.
    void showCell(const QString& runId, int trueClass, int predictedClass);

private:
    QWidget* buildContent();
    QToolButton* buildExportButton(const QString& text, bool png);
    void fillExportMenu(QMenu* menu, bool png);
    void exportSheet(int column);
    void exportList(int column);
    ErrorsColumn* addColumn();
    void refresh();
    void updateImages(ErrorsColumn* column);
    void updateClassNames();
    void applyFilter();
    void followFilter();
    void shareRowWidth();
    void applyOrder();
    void applySize(int side);
    void select(std::uint32_t testIndex, const ErrorsColumn* source);
    void applySelection();
    ErrorsSheetColumn sheetColumn(const ErrorsColumn& column) const;

    RunLibrary& m_library;
    DatasetProvider& m_datasets;
    AppSettings& m_settings;
    PageRefresh* m_updates = nullptr;
    QStackedLayout* m_stack;
    ErrorsFilterBar* m_bar = nullptr;
    QHBoxLayout* m_columnLayout = nullptr;
    std::vector<ErrorsColumn*> m_columns;
    QString m_classesFrom; ///< the run whose classes the filter names
    QHash<QString, int> m_percent; ///< of data sets that are being loaded
    /// Of the runs shown: the cache keeps few, and asking it again for what it dropped would never end.
    QHash<QString, std::shared_ptr<const Dataset>> m_images;
    std::optional<std::uint32_t> m_selected;
    QString m_selectedIn; ///< the run in which it was selected
};

} // namespace normscope
