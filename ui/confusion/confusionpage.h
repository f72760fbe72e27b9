// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QLabel;
class QMenu;
class QScrollArea;
class QStackedLayout;
class QToolButton;

namespace normscope {

class AppSettings;
class ConfusionPanel;
class RunLibrary;

/// The checked runs' confusion matrices side by side, all of one size; a click on a cell asks for its images.
class ConfusionPage : public QWidget {
    Q_OBJECT
public:
    ConfusionPage(RunLibrary& library, AppSettings& settings, QWidget* parent = nullptr);
    ~ConfusionPage() override;

    const std::vector<ConfusionPanel*>& panels() const { return m_panels; }
    QString hoverText() const;

Q_SIGNALS:
    void cellActivated(const QString& runId, int trueClass, int predictedClass);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildContent();
    QWidget* buildToolBar();
    QToolButton* buildShowButton(const QString& text, const QString& tip, bool counts);
    QToolButton* buildExportButton(const QString& text, void (ConfusionPage::*fill)(QMenu*));
    ConfusionPanel* addPanel();
    void refresh();
    void layOutPanels();
    void setCounts(bool counts);
    void highlight(int trueClass, int predictedClass);
    void fillPngMenu(QMenu* menu);
    void fillCsvMenu(QMenu* menu);
    std::vector<const ConfusionPanel*> panelsWithMatrix() const;

    RunLibrary& m_library;
    AppSettings& m_settings;
    std::vector<ConfusionPanel*> m_panels;
    QStackedLayout* m_stack;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_canvas = nullptr;
    QLabel* m_hover = nullptr;
    bool m_counts = false;
};

} // namespace normscope
