// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QWidget>

class QComboBox;
class QLabel;

namespace normscope {

class InlineMessage;

/// Auto, CPU or CUDA; CUDA cannot be chosen where there is none, and says why.
class DeviceChooser : public QWidget {
    Q_OBJECT
public:
    /// `cudaDevice` is the GPU's name; empty where there is none.
    explicit DeviceChooser(const QString& cudaDevice, QWidget* parent = nullptr);

    DeviceChoice device() const;
    void setDevice(DeviceChoice device); ///< also one that this computer lacks, of a run made elsewhere
    QString whyNot() const;              ///< why the choice cannot be trained on, else empty
    void setLabelWidth(int width);

Q_SIGNALS:
    void changed();

private:
    void refresh();

    QString m_cudaDevice;
    QLabel* m_label;
    QComboBox* m_combo;
    InlineMessage* m_message;
};

} // namespace normscope
