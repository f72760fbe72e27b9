// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/nn/networkinfo.h"
#include "model/training/runspec.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QScrollArea;
class QTableView;

namespace normscope {

class AppSettings;
class LayerTableModel;
class NetworkDrawing;
class NormCube;
class RunLibrary;

/// The network itself: a drawing, its layers with shapes and parameters, and what its normalization averages over.
/// Shows the network of the form or that of a checked run.
class NetworkPage : public QWidget {
    Q_OBJECT
public:
    NetworkPage(RunLibrary& library, AppSettings& settings, QWidget* parent = nullptr);

    const NetworkInfo& network() const { return m_network; }

public Q_SLOTS:
    void showSpec(const RunSpec& spec, int classes); ///< the form's experiment

private:
    QWidget* buildBar();
    QWidget* buildDrawing();
    QWidget* buildTable();
    QWidget* buildExplanation();
    void connectHighlights();
    void refreshChoices();
    void refresh();
    void exportPng();
    QString title() const;

    RunLibrary& m_library;
    AppSettings& m_settings;
    RunSpec m_formSpec;
    int m_formClasses = 10;
    RunSpec m_spec; ///< what is shown
    int m_classes = 0;
    NetworkInfo m_network;
    QComboBox* m_choice;
    QLabel* m_summary;
    QLabel* m_explanation;
    QLabel* m_cubeCaption;
    NetworkDrawing* m_drawing;
    QScrollArea* m_scroll;
    LayerTableModel* m_model;
    QTableView* m_table;
    NormCube* m_cube;
};

} // namespace normscope
