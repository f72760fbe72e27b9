// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataspec.h"

#include <QWidget>

class QLabel;

namespace normscope {

class RunLibrary;
class TrainingController;

/// Device, data set and store, at the window's foot: those of the run that trains, else of the machine and the form.
class StatusLine : public QWidget {
    Q_OBJECT
public:
    StatusLine(RunLibrary& library, TrainingController& controller, QWidget* parent = nullptr);

    void setFormData(const DataSpec& data);
    /// Another folder than the library's, which could not be opened: `problem` says why.
    void setStore(const QString& folder, const QString& problem);
    QString storePath() const { return m_storePath; }

private:
    void refresh();

    RunLibrary& m_library;
    TrainingController& m_controller;
    DataSpec m_formData;
    QString m_storePath;
    QLabel* m_device;
    QLabel* m_data;
    QLabel* m_store;
};

} // namespace normscope
