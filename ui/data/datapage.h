// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/training/runspec.h"

#include <QWidget>

#include <memory>

class QCheckBox;
class QLabel;
class QListView;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace normscope {

class AppSettings;
class ClassBars;
class DataStatus;
class DatasetProvider;
class InlineMessage;
class SampleModel;

/// A look at the data before training: sample images as they are and as training will see them, images per class,
/// and what was noticed while they were read.
class DataPage : public QWidget {
    Q_OBJECT
public:
    DataPage(DatasetProvider& provider, AppSettings& settings, QWidget* parent = nullptr);

    enum class State { Loading, Failed, Shown };
    State state() const { return m_state; }

public Q_SLOTS:
    void showSpec(const RunSpec& spec);

private:
    QWidget* buildContent();
    QWidget* buildControls();
    QWidget* buildSamples();
    QWidget* buildFacts();
    void connectProvider();
    void load();
    void showDataset();
    void showLoading(int percent);
    void showError(const QString& message);
    void showWarnings();
    void refreshEmptyText();
    void exportSamples();
    bool mine(const QString& spec) const;

    DatasetProvider& m_provider;
    AppSettings& m_settings;
    RunSpec m_spec;
    std::shared_ptr<const Dataset> m_dataset;
    State m_state = State::Loading;
    bool m_asked = false; ///< whether any spec was shown yet
    QStackedWidget* m_stack;
    SampleModel* m_samples;
    QListView* m_view;
    QSpinBox* m_epoch;
    QCheckBox* m_onlyChanged;
    QPushButton* m_others;
    QLabel* m_empty;
    QLabel* m_title;
    QLabel* m_facts;
    InlineMessage* m_warnings;
    QToolButton* m_allWarnings;
    ClassBars* m_bars;
    DataStatus* m_status;
};

} // namespace normscope
