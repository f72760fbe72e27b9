// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/curves/batchlines.h"

#include <QWidget>

#include <array>
#include <optional>

class QGridLayout;
class QLabel;
class QPushButton;
class QShortcut;
class QSlider;
class QStackedLayout;
class QStackedWidget;
class QTabBar;

namespace normscope {

class AppSettings;
class ChartPanel;
class ElidedLabel;
class History;
class RunLegend;
class RunLibrary;

/// The curves of the checked runs: four charts over the epochs, or the training loss batch by batch.
class CurvesPage : public QWidget {
    Q_OBJECT
public:
    CurvesPage(RunLibrary& library, AppSettings& settings, QWidget* parent = nullptr);

    double smoothing() const; ///< weight of the moving average, 0 to 0.99
    void showBatches(bool batches);

private:
    bool batchesShown() const;
    QWidget* buildBody();
    QWidget* buildEpochs();
    QWidget* buildBatches();
    void connectPanel(ChartPanel* panel);
    void updateAll();
    void updateEpochs();
    void updateBatches();
    void setCursorX(std::optional<int> epoch);
    void toggleEnlarged(ChartPanel* panel);
    void exportChart(ChartPanel* panel);
    void exportMetrics();

    AppSettings& m_settings;
    History* m_history;
    BatchLines m_batchLines;
    QStackedLayout* m_stack;
    QTabBar* m_tabs = nullptr;
    QStackedWidget* m_pages = nullptr;
    QGridLayout* m_grid = nullptr;
    std::array<ChartPanel*, 4> m_panels{};
    ChartPanel* m_batches = nullptr;
    RunLegend* m_legend = nullptr;
    ElidedLabel* m_saved = nullptr;
    QPushButton* m_exportMetrics = nullptr;
    QSlider* m_smoothing = nullptr;
    QLabel* m_smoothingText = nullptr;
    QShortcut* m_escape = nullptr;
};

} // namespace normscope
