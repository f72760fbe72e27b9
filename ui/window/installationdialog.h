// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/installation.h"

#include <QDialog>

class QPushButton;

namespace normscope {

/// Versions, devices and paths of this installation, to read and to copy into a report of a defect. Never modal.
class InstallationDialog : public QDialog {
    Q_OBJECT
public:
    explicit InstallationDialog(InstallationRows rows, QWidget* parent = nullptr);

    QPushButton* copyButton() const { return m_copy; }

private:
    void copy();

    InstallationRows m_rows;
    QPushButton* m_copy = nullptr;
};

} // namespace normscope
