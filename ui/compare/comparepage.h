// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedLayout;
class QTableView;

namespace normscope {

class AppSettings;
class MetricsSortProxy;
class MetricsTableModel;
class RunLibrary;

/// The checked runs side by side in figures: what they differ in, the table, the targets, a plain reading.
class ComparePage : public QWidget {
    Q_OBJECT
public:
    ComparePage(RunLibrary& library, AppSettings& settings, QWidget* parent = nullptr);

    QString csv() const;       ///< what Export CSV writes
    QString plainText() const; ///< what Copy as text copies

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildContent();
    QWidget* buildButtons();
    QWidget* buildEmpty();
    void buildTable();
    void refresh();
    void fitTable();
    void fitColumns();
    void exportCsv();
    void exportPng();
    void copyText();
    QStringList sentencesAbove() const;
    QStringList sentencesBelow() const;

    RunLibrary& m_library;
    AppSettings& m_settings;
    MetricsTableModel* m_model;
    MetricsSortProxy* m_proxy;
    QTableView* m_table = nullptr;
    QLabel* m_differences = nullptr;
    QLabel* m_warning = nullptr;
    QLabel* m_unfinished = nullptr;
    QLabel* m_quickNote = nullptr;
    QLabel* m_targets = nullptr;
    QLabel* m_reading = nullptr;
    QLabel* m_status = nullptr;
    QStackedLayout* m_stack = nullptr;
};

} // namespace normscope
