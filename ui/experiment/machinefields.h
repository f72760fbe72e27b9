// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/trainer.h"

#include <QWidget>

namespace normscope {

class ComboField;
class DeviceChooser;

/// What a run computes on and with: device, engine and precision. Says at once what this computer cannot do.
class MachineFields : public QWidget {
    Q_OBJECT
public:
    explicit MachineFields(const SystemInfo& machine, QWidget* parent = nullptr);

    void readInto(RunSpec& spec) const;
    void show(const RunSpec& spec);
    QString whyNot() const; ///< why this computer cannot train with the choices, else empty
    void setLabelWidth(int width);

Q_SIGNALS:
    void changed();

private:
    void addChoices();
    void refresh();
    QString problemOf(const char* field) const;

    SystemInfo m_machine;
    DeviceChooser* m_device;
    ComboField* m_engine;
    ComboField* m_precision;
};

} // namespace normscope
